"""Looking for notices by what somebody knows: which of them come up, for whom, and how sure it is. Pure.

A name alone tells of nobody. It brings up a few notices that are marked so, never many and never a child: whoever has
no more than a name is not led to a list of people.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from schemas.marks import Condition, HandlingCode, Marks
from schemas.vocabulary.offices import DESKS
from services.referrals.links.keys import MatchKey
from services.referrals.links.matching import Match, match
from services.referrals.links.notice_traits import names_alone, nationality_trait
from services.referrals.links.reasons import NAMES_ALONE, NAMES_WITH_BIRTH, Reason
from services.referrals.links.traits import (
    OF_ONE_COUNTRY,
    Trait,
    identifier_traits,
    name_traits,
    notice_trait,
    un_trait,
)
from services.referrals.model.subjects import Identifier, IdentifierKind, SubjectName

HITS_AT_MOST = 20
BY_NAME_AT_MOST = 5
"""Notices that are shown for a name alone; if more bear it, none is."""

TELLS_NOTHING = NAMES_ALONE | {Reason.NATIONALITY}
WHATEVER_THE_OWNER_SAYS = frozenset({"validity", "abuse_review"})
"""Purposes that guard the owner's rules, and so need not be among those that the owner names."""

US = "US"


class Asked(NamedTuple):
    """What is known of whom or what somebody looks for."""

    names: tuple[SubjectName, ...] = ()
    birth: str | None = None
    nationality: str | None = None
    document: str | None = None
    document_kind: IdentifierKind | None = None
    document_country: str | None = None
    entity_id: str | None = None
    un_reference: str | None = None


class Asker(NamedTuple):
    """Who looks, and what for."""

    office: str
    purpose: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """A notice that comes up."""

    notice_id: str
    match: Match
    name_only: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What comes up, surest first, and whether there was more than is shown."""

    hits: tuple[Hit, ...]
    more: bool
    too_many_by_name: bool


def traits_asked_for(asked: Asked) -> set[Trait]:
    """Give the traits that a notice may have in common with what is known."""
    traits = {*name_traits(asked.names, asked.birth), *names_alone(asked.names), *_of_document(asked)}
    if asked.nationality is not None:
        traits.add(nationality_trait(asked.nationality))
    if asked.entity_id is not None:
        traits.add(notice_trait(asked.entity_id))
    if asked.un_reference is not None:
        traits.add(un_trait(asked.un_reference))
    return traits


def tells_somebody(traits: Iterable[Trait]) -> bool:
    """Say whether there is more to look by than a nationality."""
    return any(trait.ground.reason is not Reason.NATIONALITY for trait in traits)


def _of_document(asked: Asked) -> Iterable[Trait]:
    if asked.document is None:
        return
    kinds = [asked.document_kind] if asked.document_kind is not None else sorted(OF_ONE_COUNTRY)
    for kind in kinds:
        yield from identifier_traits(Identifier(kind=kind, value=asked.document, country=asked.document_country))


def may_find(marks: Marks, public: bool, asker: Asker) -> bool:
    """Say whether a notice may come up for somebody at all, its owner's bars before anybody's leave."""
    today = asker.now.date()
    interpol = marks.interpol
    if interpol is not None and US in interpol.denied_members:
        return False
    if (marks.expires is not None and marks.expires < today) or _is_due(marks, today):
        return False
    if marks.release_to is not None and asker.office not in marks.release_to:
        return False
    if marks.release_to is None and _wants_names(marks):
        return False
    purposes = interpol.purposes if interpol is not None and not public else ()
    if purposes and asker.purpose not in WHATEVER_THE_OWNER_SAYS and asker.purpose not in purposes:
        return False
    # A desk looks at what is held for its originator's leave; everybody else has to be named in it.
    return not _needs_leave(marks) or asker.office in DESKS or asker.office in _with_leave(marks, asker.now)


def _is_due(marks: Marks, today: date) -> bool:
    return marks.review_due is not None and marks.review_due < today


def _wants_names(marks: Marks) -> bool:
    confidential = marks.interpol is not None and marks.interpol.level == "CONFIDENTIAL"
    return confidential or Condition.NAMED_RECIPIENTS in marks.conditions


def _needs_leave(marks: Marks) -> bool:
    return marks.tlp == "RED" or not marks.handling or HandlingCode.NO_DISSEMINATION in marks.handling


def _with_leave(marks: Marks, now: datetime) -> tuple[str, ...]:
    consent = marks.consent
    if consent is None or (consent.until is not None and consent.until < now):
        return ()
    return consent.recipients


def found_among(
    ours: Mapping[bytes, MatchKey], candidates: Mapping[str, Iterable[MatchKey]], minors: Iterable[str]
) -> Found:
    """Choose what comes up of the notices that may be found: the surest, and by a name alone only a few."""
    children = set(minors)
    hits = [hit for notice_id, keys in candidates.items() if (hit := _hit(ours, notice_id, list(keys))) is not None]
    sure = sorted((hit for hit in hits if not hit.name_only), key=_surest_first)
    by_name = sorted((hit for hit in hits if hit.name_only and hit.notice_id not in children), key=_surest_first)
    too_many = len(by_name) > BY_NAME_AT_MOST
    shown = [*sure, *([] if too_many else by_name)]
    return Found(tuple(shown[:HITS_AT_MOST]), len(shown) > HITS_AT_MOST, too_many)


def _surest_first(hit: Hit) -> tuple[int, UUID]:
    return -hit.match.score, UUID(hit.notice_id)


def _hit(ours: Mapping[bytes, MatchKey], notice_id: str, theirs: list[MatchKey]) -> Hit | None:
    found = match(ours, theirs)
    reasons = {ground.reason for ground in found.grounds}
    if reasons <= {Reason.NATIONALITY}:
        return None
    by_name = reasons <= NAMES_ALONE | NAMES_WITH_BIRTH | {Reason.NATIONALITY}
    if by_name and Reason.NATIONALITY not in reasons and _both_have(ours, theirs, {Reason.NATIONALITY}):
        return None
    # Whoever was born at another time is somebody else, though the name is the same.
    name_only = reasons <= TELLS_NOTHING
    if name_only and _both_have(ours, theirs, NAMES_WITH_BIRTH):
        return None
    return Hit(notice_id, found, name_only)


def _both_have(ours: Mapping[bytes, MatchKey], theirs: list[MatchKey], reasons: Set[Reason]) -> bool:
    return all(any(key.ground.reason in reasons for key in keys) for keys in (ours.values(), theirs))
