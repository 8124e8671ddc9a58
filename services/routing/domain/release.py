"""What must be true before an act lets a referral out: marks, and where lives may hang on it, two people."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.marks import HandlingCode, Marks
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.placements import PlacementGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.acts import Assign, Placing
from services.routing.domain.faults import Fault, fault
from services.routing.domain.grounds import Ground
from services.routing.domain.handling import FOREIGN, allowed, as_utc, needs_consent
from services.routing.domain.notice_gates import gates_to_pass
from services.routing.domain.placements import Held, Seat
from services.routing.domain.ruleset import Programmes

TWO_PEOPLE = frozenset({Flag.ARTICLE_3, Flag.REPRESSION, Flag.PROTECTED_PERSON, Flag.MINOR_SUBJECT})
"""While one of these stands, no single person lets a referral out."""
CONFIRM_WITHIN = timedelta(hours=24)


class Way(StrEnum):
    """How an act that is in order takes effect."""

    AT_ONCE = "at_once"
    BY_TWO = "by_two"
    FOR_LIFE = "for_life"


def two_must_release(held: Held) -> bool:
    """Tell whether a flag stands on a referral that one person alone may not let out."""
    return held.seat.marks.us.protected_person or not TWO_PEOPLE.isdisjoint(held.flags)


def way_of(act: Placing, seat: Seat, held: Held, now: datetime) -> Way:
    """Say whether an act takes effect at once, by a second person's word, or at once for protection of life."""
    if seat.office is None or not (two_must_release(held) or gates_to_pass(held.notice, now)):
        return Way.AT_ONCE
    return Way.FOR_LIFE if is_for_life(act, held) else Way.BY_TWO


def is_for_life(act: Placing, held: Held) -> bool:
    """Tell whether one person may let a referral out at once by an act, a second one confirming it later."""
    for_life = isinstance(act, Assign) and act.ground is PlacementGround.PROTECTION_OF_LIFE
    # As the requester stated it: one person must not raise the urgency and then release by that.
    stated = held.stated_urgency is Urgency.LIFE and not held.life_used
    return for_life and stated and (held.notice is None or held.notice.may_go_for_life)


def is_same_person(one: str, other: str) -> bool:
    """Tell whether two staff ids are one person's, however they are written."""
    return one.casefold() == other.casefold()


def holds(marks: Marks, flags: frozenset[Flag], now: datetime) -> tuple[str, ...]:
    """List what an officer must say to have seen before the marks of a referral let it out."""
    found = {
        Ground.CONSENT_MISSING: needs_consent(marks) and marks.consent is None,
        Ground.CONSENT_EXPIRED: needs_consent(marks) and marks.consent is not None and not has_consent(marks, now),
        Ground.REVIEW_DUE: marks.review_due is not None and marks.review_due < now.date(),
        Ground.RECIPIENTS_NOT_NAMED: marks.release_to is None and _names_are_due(marks),
        Ground.RESTRICTION_TO_READ: _has_text(marks),
        Flag.UNKNOWN_MARK: Flag.UNKNOWN_MARK in flags,
    }
    return tuple(str(ground) for ground, applies in found.items() if applies)


def has_consent(marks: Marks, now: datetime) -> bool:
    """Tell whether the originator's leave stands, for whomever it names."""
    consent = marks.consent
    return consent is not None and (consent.until is None or as_utc(consent.until) > as_utc(now))


def gate_faults(
    seat: Seat,
    flags: frozenset[Flag],
    acknowledged: frozenset[str],
    programmes: Programmes,
    now: datetime,
    pointers: tuple[str, str, str] = ("/office", "/supporting", "/copies"),
) -> Iterator[Fault]:
    """List every reason for which the marks of a referral forbid what an act would do.

    `pointers` say where the act names its lead, those who support it, and copies.
    """
    marks = seat.marks
    if seat.office is None:
        return
    if marks.interpol is not None and "US" in marks.interpol.denied_members:
        yield fault("united_states_denied", "")
    if marks.expires is not None and marks.expires < now.date():
        yield fault("marks_expired", "")
    for ground in holds(marks, flags, now):
        if ground not in acknowledged:
            yield fault("not_acknowledged", "/acknowledges", ground)
    lead, supporting, copies = pointers
    if is_foreign(seat.office, programmes):
        yield fault("foreign_lead", lead)
    elif not lead_allowed(seat.office, marks, programmes, now):
        yield fault("recipient_not_allowed", lead, seat.office)
    for pointer, recipients in ((supporting, seat.supporting), (copies, seat.copies)):
        for recipient in recipients:
            if not joined_allowed(recipient, marks, programmes, now):
                yield fault("recipient_not_allowed", pointer, recipient)


def lead_allowed(office: str, marks: Marks, programmes: Programmes, now: datetime) -> bool:
    """Tell whether a person may hand a referral to an office that is to lead.

    Where consent is asked for and nobody has given any, a person may still release to the lead; not past a list
    of recipients, nor out of the organisation. Consent that stands is exact.
    """
    if is_foreign(office, programmes):
        return False
    if allowed(office, marks, programmes, now):
        return True
    if not needs_consent(marks) or has_consent(marks, now):
        return False
    strictest = "AMBER+STRICT" if marks.tlp == "RED" else marks.tlp
    released = {"tlp": strictest, "handling": (HandlingCode.CRIME_PURPOSE_ONLY,)}
    return allowed(office, marks.model_copy(update=released), programmes, now)


def is_foreign(office: str, programmes: Programmes) -> bool:
    """Tell whether a recipient is another country's, which can own no referral whatever the marks say."""
    return programmes.belongs.get(office) == FOREIGN


def joined_allowed(recipient: str, marks: Marks, programmes: Programmes, now: datetime) -> bool:
    """Tell whether anybody beside the lead may have a referral: never past consent or a list that is still due."""
    consented = has_consent(marks, now) and marks.consent is not None and recipient in marks.consent.recipients
    if marks.release_to is None and _names_are_due(marks) and not consented:
        return False
    return allowed(recipient, marks, programmes, now)


def _names_are_due(marks: Marks) -> bool:
    confidential = marks.interpol is not None and marks.interpol.level == "CONFIDENTIAL"
    return confidential or "named_recipients" in marks.conditions


def _has_text(marks: Marks) -> bool:
    return HandlingCode.OTHER_RESTRICTION in marks.handling or "see_restriction_text" in marks.conditions
