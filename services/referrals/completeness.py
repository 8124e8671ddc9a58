"""Every fault of a referral at once: what it contradicts itself in, what it leaves out, what cannot be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from schemas.us_code import TITLES, read_section
from schemas.vocabulary.facts import NexusKind
from schemas.vocabulary.offices import QUEUES
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES, Channel, RequesterKind, RequestType, Urgency
from services.referrals.countries import STATES, has_own_bureau
from services.referrals.faults import Fault, fault, in_order, validation_faults
from services.referrals.model import (
    GivenMarks,
    Nexus,
    Offence,
    Person,
    Referral,
    Requester,
    StatedUrgency,
    Subject,
)
from services.referrals.model.dates import read_partial_date

LATEST_ZONE = timedelta(days=1)
"""East of Greenwich it is already tomorrow."""

OLDEST_LIFE = timedelta(days=366 * 130)
OLDEST_TIE = timedelta(days=366 * 50)
FARTHEST_ARRIVAL = timedelta(days=366)

_URGENT = frozenset({Urgency.LIFE, Urgency.URGENT})
_ABOUT_A_PERSON = frozenset(
    {
        RequestType.PERSON_LOCATION,
        RequestType.FUGITIVE,
        RequestType.REPATRIATION_SUPPORT,
        RequestType.BIOMETRIC_CHECK,
        RequestType.VISA_VETTING,
        RequestType.VICTIM_WITNESS_HELP,
    }
)
_PARTS_READ_AT_MOST = 50


def faults_of(referral: Referral, today: date) -> tuple[Fault, ...]:
    """Find what must be mended before a referral can be taken in."""
    return in_order(_faults(referral, today))


def faults_of_body(body: bytes, error: ValidationError, today: date) -> tuple[Fault, ...]:
    """Tell all that is wrong with a body that could not be read, also in the parts of it that could."""
    shape = validation_faults(error)
    if any(found.code in ("not_json", "field_twice", "more_faults") for found in shape):
        return shape
    given = from_json(body)
    return in_order([*shape, *_faults_of_parts(given, today)]) if isinstance(given, dict) else shape


def has_bureau_for_channel(requester: Requester, today: date) -> bool:
    """Tell whether what is said to have come by the NCB channel can have come by it."""
    by_bureau = requester.channel is Channel.NCB and requester.kind is RequesterKind.AGENCY
    return not by_bureau or has_own_bureau(requester.country, today)


@dataclass(frozen=True, slots=True)
class _Whole:
    """What of a referral is there at all, whatever is in it."""

    request_type: RequestType
    has_link: bool
    has_offences: bool
    has_subjects: bool


def _faults(referral: Referral, today: date) -> Iterator[Fault]:
    yield from _requester_faults(referral.requester, "/requester", today)
    yield from _urgency_faults(referral.urgency, "/urgency", today)
    yield from marks_faults(referral.marks, "/marks", today)
    for number, offence in enumerate(referral.offences):
        yield from _offence_faults(offence, f"/offences/{number}", today)
    for number, subject in enumerate(referral.subjects):
        yield from _subject_faults(subject, f"/subjects/{number}", today)
    for number, nexus in enumerate(referral.nexus):
        yield from _nexus_faults(nexus, f"/nexus/{number}", today)
    whole = _Whole(
        referral.request_type,
        has_link=referral.link is not None,
        has_offences=bool(referral.offences),
        has_subjects=bool(referral.subjects),
    )
    yield from _whole_faults(whole)
    yield from _list_faults(referral)


def _whole_faults(whole: _Whole) -> Iterator[Fault]:
    if whole.request_type not in DESK_ONLY_REQUEST_TYPES:
        if not whole.has_link:
            yield fault("link_missing", "/link")
        if not whole.has_offences:
            yield fault("offence_missing", "/offences")
    if whole.request_type in _ABOUT_A_PERSON and not whole.has_subjects:
        yield fault("subject_missing", "/subjects")


def _list_faults(referral: Referral) -> Iterator[Fault]:
    if len(referral.nexus) > 1:
        for number, nexus in enumerate(referral.nexus):
            if nexus.kind is NexusKind.NONE:
                yield fault("nexus_none_with_others", f"/nexus/{number}")
    for number, earlier in enumerate(referral.earlier):
        if earlier in referral.earlier[:number]:
            yield fault("linked_twice", f"/earlier/{number}")


def _requester_faults(requester: Requester, pointer: str, today: date) -> Iterator[Fault]:
    if not has_bureau_for_channel(requester, today):
        yield fault("ncb_from_non_member", f"{pointer}/channel")


def _urgency_faults(urgency: StatedUrgency, pointer: str, _: date) -> Iterator[Fault]:
    if urgency.level in _URGENT and urgency.ground is None:
        yield fault("urgency_ground_missing", f"{pointer}/ground")
    if urgency.level not in _URGENT and urgency.ground is not None:
        yield fault("urgency_ground_without_urgency", f"{pointer}/ground")


def _offence_faults(offence: Offence, pointer: str, _: date) -> Iterator[Fault]:
    if offence.is_empty:
        yield fault("offence_empty", pointer)
    if offence.section is not None:
        section = read_section(offence.section)
        if section is None:
            yield fault("section_unreadable", f"{pointer}/section")
        elif section.title not in TITLES:
            yield fault("title_outside_list", f"{pointer}/section")


def _subject_faults(subject: Subject, pointer: str, today: date) -> Iterator[Fault]:
    if not subject.names and not subject.identifiers:
        yield fault("subject_empty", pointer)
    if isinstance(subject, Person) and subject.birth is not None:
        born = read_partial_date(subject.birth)
        if born is not None and born.earliest > today + LATEST_ZONE:
            yield fault("date_in_future", f"{pointer}/birth")
        elif born is not None and born.latest < today - OLDEST_LIFE:
            yield fault("date_too_early", f"{pointer}/birth")


def _nexus_faults(nexus: Nexus, pointer: str, today: date) -> Iterator[Fault]:
    if nexus.kind is NexusKind.NONE:
        if not nexus.is_empty:
            yield fault("nexus_none_with_content", pointer)
    elif nexus.is_empty:
        yield fault("nexus_empty", pointer)
    place = nexus.place
    if place is not None and place.country == "US" and place.state and place.state not in STATES:
        yield fault("unknown_state", f"{pointer}/place/state")
    if nexus.as_of is not None:
        if nexus.as_of > today + LATEST_ZONE:
            yield fault("date_in_future", f"{pointer}/as_of")
        elif nexus.as_of < today - OLDEST_TIE:
            yield fault("date_too_early", f"{pointer}/as_of")
    if nexus.eta is not None:
        if nexus.eta.date() > today + FARTHEST_ARRIVAL:
            yield fault("date_too_late", f"{pointer}/eta")
        elif nexus.eta.date() < today - FARTHEST_ARRIVAL:
            yield fault("date_too_early", f"{pointer}/eta")
    if nexus.owner_office is not None and nexus.owner_office not in QUEUES:
        yield fault("unknown_office", f"{pointer}/owner_office")
    if nexus.kind is not NexusKind.EXISTING_US_CASE and (nexus.owner_office is not None or nexus.deconflicted):
        yield fault("owner_without_case", pointer)


def marks_faults(marks: GivenMarks, pointer: str, today: date) -> Iterator[Fault]:
    """Find what is wrong with marks that are read."""
    says_other = "H3" in marks.handling and not marks.conditions
    if (says_other or "see_restriction_text" in marks.conditions) and marks.restriction_text is None:
        yield fault("restriction_text_missing", f"{pointer}/restriction_text")
    for number, code in enumerate(marks.release_to or ()):
        if code not in QUEUES:
            yield fault("unknown_recipient", f"{pointer}/release_to/{number}")
    if marks.consent is not None:
        for number, code in enumerate(marks.consent.recipients):
            if code not in QUEUES:
                yield fault("unknown_recipient", f"{pointer}/consent/recipients/{number}")
    if marks.expires is not None and marks.expires < today - LATEST_ZONE:
        yield fault("marks_expired", f"{pointer}/expires")


_Part = tuple[TypeAdapter[Any], Callable[[Any, str, date], Iterable[Fault]]]

_SINGLE_PARTS: Mapping[str, _Part] = {
    "requester": (TypeAdapter(Requester), _requester_faults),
    "urgency": (TypeAdapter(StatedUrgency), _urgency_faults),
    "marks": (TypeAdapter(GivenMarks), marks_faults),
}
_LISTED_PARTS: Mapping[str, _Part] = {
    "offences": (TypeAdapter(Offence), _offence_faults),
    "subjects": (TypeAdapter(Subject), _subject_faults),
    "nexus": (TypeAdapter(Nexus), _nexus_faults),
}


def _faults_of_parts(given: Mapping[str, Any], today: date) -> Iterator[Fault]:
    for name, (adapter, find) in _SINGLE_PARTS.items():
        part = _read_part(adapter, given.get(name))
        if part is not None:
            yield from find(part, f"/{name}", today)
    for name, (adapter, find) in _LISTED_PARTS.items():
        parts = given.get(name)
        for number, value in enumerate(parts[:_PARTS_READ_AT_MOST] if isinstance(parts, list) else ()):
            part = _read_part(adapter, value)
            if part is not None:
                yield from find(part, f"/{name}/{number}", today)
    try:
        request_type = RequestType(str(given.get("request_type")))
    except ValueError:
        return
    whole = _Whole(
        request_type,
        has_link=given.get("link") is not None,
        has_offences=given.get("offences", []) != [],
        has_subjects=given.get("subjects", []) != [],
    )
    yield from _whole_faults(whole)


def _read_part(adapter: TypeAdapter[Any], value: object) -> Any:
    try:
        return adapter.validate_json(to_json(value), strict=True, extra="forbid")
    except ValidationError:
        return None
