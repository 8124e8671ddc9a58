"""What the marks and flags of a referral allow: each gate can only hold back, never let more out."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from schemas.marks import Condition, HandlingCode, Marks
from schemas.vocabulary.facts import Flag
from services.routing.domain.facts import Facts
from services.routing.domain.grounds import Ground
from services.routing.domain.ruleset import Programmes

FOREIGN = "foreign"
"""What a programme belongs to that is no part of the United States: it may get a copy, and owns nothing."""


def as_utc(moment: datetime) -> datetime:
    """Read a moment without a zone as UTC, so that any two can be compared."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def grounds_to_hold(facts: Facts, today: date, now: datetime) -> tuple[str, ...]:
    """List every reason in marks and flags for which a person must look first."""
    return reasons_to_hold(facts.marks, facts.flags, today, now)


def reasons_to_hold(marks: Marks, flags: Iterable[Flag], today: date, now: datetime) -> tuple[str, ...]:
    """List every reason for which a person must look first at what has such marks and flags."""
    held = (
        (Ground.MARKS_EXPIRED, marks.expires is not None and marks.expires < today),
        (Ground.REVIEW_DUE, marks.review_due is not None and marks.review_due < today),
        (Ground.UNITED_STATES_DENIED, marks.interpol is not None and "US" in marks.interpol.denied_members),
        (Ground.CONSENT_MISSING, needs_consent(marks) and marks.consent is None),
        (Ground.CONSENT_EXPIRED, needs_consent(marks) and marks.consent is not None and not _consented(marks, now)),
        (Ground.RECIPIENTS_NOT_NAMED, _wants_names(marks) and marks.release_to is None),
        (Ground.RESTRICTION_TO_READ, _has_text_to_read(marks)),
    )
    looked_at = {*flags, *((Flag.PROTECTED_PERSON,) if marks.us.protected_person else ())}
    return (*(ground for ground, applies in held if applies), *sorted(looked_at))


def allowed(recipient: str, marks: Marks, programmes: Programmes, now: datetime) -> bool:
    """Tell whether a recipient may have the referral without a person's release."""
    consented = _consented(marks, now)
    if marks.release_to is not None and recipient not in marks.release_to:
        return False
    if needs_consent(marks) and recipient not in consented:
        return False
    belongs = programmes.belongs.get(recipient, "hsi")
    if belongs == FOREIGN and "NOFORN" in marks.us.ldc:
        return False
    # RED is stricter still, but it has let nobody past the consent above.
    return belongs == "hsi" or marks.tlp != "AMBER+STRICT" or recipient in consented


def needs_consent(marks: Marks) -> bool:
    """Tell whether nothing goes out without the originator; a referral without any code is taken as H2."""
    return marks.tlp == "RED" or not marks.handling or HandlingCode.NO_DISSEMINATION in marks.handling


def _consented(marks: Marks, now: datetime) -> tuple[str, ...]:
    consent = marks.consent
    if consent is None or (consent.until is not None and as_utc(consent.until) <= now):
        return ()
    return consent.recipients


def _wants_names(marks: Marks) -> bool:
    confidential = marks.interpol is not None and marks.interpol.level == "CONFIDENTIAL"
    return confidential or Condition.NAMED_RECIPIENTS in marks.conditions


def _has_text_to_read(marks: Marks) -> bool:
    return HandlingCode.OTHER_RESTRICTION in marks.handling or Condition.SEE_RESTRICTION_TEXT in marks.conditions
