"""Writes a notice as the body of a referral: a request to find somebody or to know of something, and never more.

Pure. What the notice does not say is not made up: it is left out, or the seven criteria come out as unknown. Names
stand among the subjects alone, so that the rest can be read where a child is masked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from schemas.notices import Colour, NoticeSource
from schemas.vocabulary.facts import Category
from schemas.vocabulary.requests import Channel, Purpose, RequestType, Urgency, UrgencyGround
from services.referrals.model.marks import GivenInterpolMarks, GivenMarks
from services.referrals.model.nexus import Nexus
from services.referrals.model.offences import Offence
from services.referrals.model.referral import (
    EarlierReferral,
    LinkKind,
    Referral,
    Requester,
    StatedUrgency,
)
from services.referrals.notices.asked_about import subjects_of
from services.referrals.notices.charged import offences_of
from services.referrals.notices.described import described
from services.referrals.notices.notice import Notice
from services.referrals.notices.requesting import Issuer, issuer_of
from services.referrals.notices.us_ties import Tie, nexus_of

REVIEW_AFTER = timedelta(days=5 * 365)
"""INTERPOL's rules: not over five years, then review."""

RETENTION = "INTERPOL-5Y"
JUST_MISSING = timedelta(days=7)
LATELY_MISSING = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the notice itself."""

    source: NoticeSource
    today: date
    first_seen: date
    marks: GivenMarks | None = None
    """The restrictions that the bureau put on it; none where it is known from the public list alone."""
    earlier: UUID | None = None
    """The referral that was made of it before it was suspended."""


REQUEST_TYPES = {
    Colour.RED: RequestType.PERSON_LOCATION,
    Colour.BLUE: RequestType.PERSON_LOCATION,
    Colour.YELLOW: RequestType.PERSON_LOCATION,
    Colour.SILVER: RequestType.ASSET_TRACING,
}
"""What is asked for; of all other colours information. A notice is never a request for a fugitive's return."""

PURPOSES = {
    Colour.YELLOW: Purpose.LOCATION_OF_MISSING_PERSON,
    Colour.BLACK: Purpose.LOCATION_OF_MISSING_PERSON,
    Colour.SILVER: Purpose.ASSET_RECOVERY,
    Colour.GREEN: Purpose.PREVENTION_OF_CRIME,
    Colour.ORANGE: Purpose.PREVENTION_OF_CRIME,
    Colour.PURPLE: Purpose.PREVENTION_OF_CRIME,
    Colour.UN: Purpose.PREVENTION_OF_CRIME,
}
"""What it may be used for; of all other colours the investigation it comes from."""

INTERPOL_PURPOSES = {
    Colour.RED: "locate",
    Colour.BLUE: "locate",
    Colour.YELLOW: "missing_persons",
    Colour.BLACK: "identify",
    Colour.GREEN: "warn",
    Colour.ORANGE: "warn",
}


def as_referral(notice: Notice, ties: Sequence[Tie], context: Context) -> Referral:
    """Write a notice as a referral."""
    issuer = issuer_of(notice, context.today)
    subjects = subjects_of(notice, context.today)
    request_type = REQUEST_TYPES.get(notice.colour, RequestType.INFORMATION)
    if not subjects and request_type is RequestType.PERSON_LOCATION:
        request_type = RequestType.INFORMATION  # nobody can be located of whom nothing is said
    return Referral(
        requester=_requester(notice, issuer),
        request_type=request_type,
        urgency=urgency_of(notice, context.today),
        purpose=PURPOSES.get(notice.colour, Purpose.CRIMINAL_INVESTIGATION),
        link=_link(notice, issuer),
        offences=offences_of(notice),
        subjects=subjects,
        nexus=nexus_of(ties),
        language="en",
        narrative=described(notice, ties, context.source),
        marks=_marks(notice.colour, context),
        earlier=_earlier(context.earlier),
    )


def body_of(referral: Referral) -> bytes:
    """Write a referral as the bytes that are posted: the same referral, the same bytes."""
    return referral.model_dump_json(exclude_none=True, exclude_defaults=False).encode()


def _marks(colour: Colour, context: Context) -> GivenMarks:
    """Give the bureau's own restrictions, looked at again when INTERPOL's rules say so, or those of the public list."""
    if context.marks is None:
        return public_marks(colour, context.first_seen)
    due = context.marks.review_due or context.first_seen + REVIEW_AFTER
    rule = context.marks.retention_rule or RETENTION
    return context.marks.model_copy(update={"review_due": due, "retention_rule": rule})


def public_marks(colour: Colour, first_seen: date) -> GivenMarks:
    """Give the marks of what everybody can read: still bound to its purpose, and to be looked at again."""
    return GivenMarks(
        tlp="CLEAR",
        handling=("H0",),
        interpol=GivenInterpolMarks(level="FOR OFFICIAL USE ONLY", purposes=(INTERPOL_PURPOSES.get(colour, "inform"),)),
        review_due=first_seen + REVIEW_AFTER,
        retention_rule=RETENTION,
    )


def urgency_of(notice: Notice, today: date) -> StatedUrgency:
    """Say how soon: only what the notice itself shows makes it urgent, and with its ground."""
    if notice.colour is Colour.ORANGE:
        return StatedUrgency(level=Urgency.URGENT, ground=UrgencyGround.PUBLIC_SAFETY)
    if notice.colour is Colour.YELLOW:
        return _urgency_of_missing(notice, today)
    if notice.colour in (Colour.GREEN, Colour.PURPLE, Colour.BLACK):
        return StatedUrgency(level=Urgency.ROUTINE)
    return StatedUrgency(level=Urgency.PRIORITY)


def _urgency_of_missing(notice: Notice, today: date) -> StatedUrgency:
    """A missing child is urgent, and a matter of life in its first week; a grown-up is urgent for three months."""
    since = notice.event.date if notice.event is not None else None
    try:
        missing_for = today - date.fromisoformat(since) if since is not None and len(since) == 10 else None
    except ValueError:
        missing_for = None
    is_child = any(getattr(subject, "minor", None) for subject in subjects_of(notice, today))
    if is_child and missing_for is not None and timedelta(0) <= missing_for <= JUST_MISSING:
        return StatedUrgency(level=Urgency.LIFE, ground=UrgencyGround.LIFE_OR_INTEGRITY)
    if is_child or (missing_for is not None and timedelta(0) <= missing_for <= LATELY_MISSING):
        return StatedUrgency(level=Urgency.URGENT, ground=UrgencyGround.LIFE_OR_INTEGRITY)
    return StatedUrgency(level=Urgency.PRIORITY)


def _requester(notice: Notice, issuer: Issuer) -> Requester:
    return Requester(
        country=issuer.country,
        agency=issuer.agency,
        kind=issuer.kind,
        channel=Channel.NCB,
        reference=notice.entity_id,
    )


LINK_CRITERION = 6


def unsaid(notice: Notice) -> Iterator[int]:
    """Name the criteria of which a notice says nothing: without an order it does not tie its subject to a crime."""
    if not notice.warrants and notice.colour not in (Colour.YELLOW, Colour.UN):
        yield LINK_CRITERION


def _link(notice: Notice, issuer: Issuer) -> str:
    """Say what ties the subject to the matter, as far as the notice says it."""
    if notice.colour is Colour.UN:
        return "The United Nations Security Council has listed the subject; the notice makes that listing known."
    if notice.colour is Colour.YELLOW:
        return "The notice is about the subject itself: a person who is missing."
    if notice.warrants:
        number = len(notice.warrants)
        orders = "an order of a court or authority" if number == 1 else f"{number} orders of courts or authorities"
        return f"The {notice.colour} {notice.kind} names the subject and rests on {orders} abroad ({issuer.agency})."
    return f"The {notice.colour} {notice.kind} is what {issuer.agency} has made known; it states no other tie."


def _earlier(referral_id: UUID | None) -> tuple[EarlierReferral, ...]:
    return () if referral_id is None else (EarlierReferral(referral_id=referral_id, kind=LinkKind.FOLLOW_UP),)


def changed_parts(before: Referral, after: Referral) -> dict[str, Any]:
    """Give the parts by which a referral is brought to what its notice says now, as a correction may state them.

    What offices were told of by its place keeps its place: what the notice says no more says so there.
    """
    longer = {
        "offences": _kept_places(before.offences, after.offences, _gone_offence),
        "subjects": _kept_places(before.subjects, after.subjects, lambda subject: subject),
        "nexus": _kept_places(before.nexus, after.nexus, _gone_nexus),
    }
    parts: dict[str, Any] = {name: list(value) for name, value in longer.items() if value != getattr(before, name)}
    for name in ("link", "narrative"):
        if getattr(after, name) != getattr(before, name):
            parts[name] = getattr(after, name)
    if after.urgency.level < before.urgency.level:  # U0 is the highest; only a person lowers it
        parts["urgency"] = after.urgency
    return {name: _plain(value) for name, value in parts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else value


def _kept_places(before: Sequence[Any], after: Sequence[Any], gone: Any) -> tuple[Any, ...]:
    return (*after, *(gone(entry) for entry in before[len(after) :]))


def _gone_offence(offence: Offence) -> Offence:
    return Offence.model_validate(
        {"category": Category.UNCLASSIFIED, "charge": {"text": NO_MORE, "language": "en"}}, strict=False
    )


def _gone_nexus(nexus: Nexus) -> Nexus:
    return Nexus(kind=nexus.kind, detail=NO_MORE)


NO_MORE = "The notice does not say this any more."
