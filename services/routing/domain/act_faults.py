"""What an act at the desk must say to make sense, apart from what the marks allow."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from schemas.marks import Consent
from schemas.vocabulary.facts import Category
from schemas.vocabulary.offices import DESKS, OFFICES, PROGRAMMES
from schemas.vocabulary.placements import PlacementGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.acts import Act, Assign, DecideAgain, Merge, Move, SendBack, Split
from services.routing.domain.faults import Fault, fault
from services.routing.domain.handling import as_utc
from services.routing.domain.notice_gates import gates_to_pass
from services.routing.domain.placements import Held, Standing
from services.routing.domain.release import two_must_release

CORRECTIONS = frozenset({PlacementGround.WRONG_OFFICE, PlacementGround.FACTS_CHANGED})
"""Grounds on which a referral that is at no desk may be placed anew; anything else goes to a desk first."""

GROUNDS: dict[type, frozenset[PlacementGround]] = {
    Assign: frozenset(
        {
            PlacementGround.NEXUS_CONFIRMED,
            PlacementGround.CATEGORY_CONFIRMED,
            PlacementGround.OWNER_CONFIRMED,
            PlacementGround.FLAG_REVIEWED,
            PlacementGround.CONSENT_GIVEN,
            PlacementGround.PROTECTION_OF_LIFE,
            *CORRECTIONS,
        }
    ),
    Split: frozenset({PlacementGround.SEVERAL_OFFICES, PlacementGround.CONSENT_GIVEN}),
    Merge: frozenset({PlacementGround.SAME_MATTER}),
    Move: frozenset({PlacementGround.WRONG_DESK, *CORRECTIONS}),
    DecideAgain: frozenset({PlacementGround.RULES_CHANGED, *CORRECTIONS}),
}
_RECIPIENTS = frozenset([*OFFICES, *PROGRAMMES])


def may_act_now(act: Act, held: Held) -> bool:
    """Tell whether an act fits where the referral is: at a desk any does, elsewhere only an explicit correction."""
    if held.standing is Standing.TRIAGE or isinstance(act, DecideAgain):
        return True
    return isinstance(act, Assign | Move) and act.ground in CORRECTIONS


def act_faults(act: Act, held: Held, now: datetime) -> Iterator[Fault]:
    """List everything about an act that does not make sense."""
    if isinstance(act, SendBack):
        return
    if act.ground not in GROUNDS[type(act)]:
        yield fault("ground_not_for_act", "/ground")
    match act:
        case Assign():
            yield from _named(act.office, act.supporting, act.copies)
            yield from _assigned(act, held, now)
            yield from _consent(act.ground, act.consent, now)
        case Split():
            yield from _copies({part.office for part in act.parts}, act.copies)
            yield from _split(act, held)
            yield from _consent(act.ground, act.consent, now)
        case Move() if act.desk not in DESKS:
            yield fault("unknown_desk", "/desk")
        case Move() if held.standing is Standing.TRIAGE and act.desk == held.seat.desk:
            yield fault("same_desk", "/desk")


def _named(office: str, supporting: Iterable[str], copies: Iterable[str]) -> Iterator[Fault]:
    if office not in _RECIPIENTS:
        yield fault("unknown_office", "/office")
    named = {office}
    for number, other in enumerate(supporting):
        if other not in _RECIPIENTS:
            yield fault("unknown_office", f"/supporting/{number}")
        elif other in named:
            yield fault("named_twice", f"/supporting/{number}")
        named.add(other)
    yield from _copies(named, copies)


def _copies(named: set[str], copies: Iterable[str]) -> Iterator[Fault]:
    for number, programme in enumerate(copies):
        if programme not in PROGRAMMES:
            yield fault("unknown_programme", f"/copies/{number}")
        elif programme in named:
            yield fault("named_twice", f"/copies/{number}")
        named = {*named, programme}


def _assigned(act: Assign, held: Held, now: datetime) -> Iterator[Fault]:
    if act.urgency is not None and act.urgency > held.seat.urgency:
        yield fault("urgency_lowered", "/urgency")
    if act.ground is PlacementGround.CATEGORY_CONFIRMED and act.category is None:
        yield fault("category_missing", "/category")
    if act.category is Category.UNCLASSIFIED:
        yield fault("category_unclassified", "/category")
    for_life = act.ground is PlacementGround.PROTECTION_OF_LIFE
    held_back = two_must_release(held) or gates_to_pass(held.notice, now)
    if for_life and held_back and held.stated_urgency is not Urgency.LIFE:
        yield fault("not_for_life", "/ground")


def _consent(ground: PlacementGround, consent: Consent | None, now: datetime) -> Iterator[Fault]:
    if ground is PlacementGround.CONSENT_GIVEN and consent is None:
        yield fault("consent_missing", "/consent")
    if consent is None:
        return
    if ground is not PlacementGround.CONSENT_GIVEN:
        yield fault("consent_without_ground", "/consent")
    if consent.until is not None and as_utc(consent.until) <= as_utc(now):
        yield fault("consent_ended", "/consent/until")
    for number, recipient in enumerate(consent.recipients):
        if recipient not in _RECIPIENTS:
            yield fault("unknown_office", f"/consent/recipients/{number}")


def _split(act: Split, held: Held) -> Iterator[Fault]:
    if act.lead not in {part.office for part in act.parts}:
        yield fault("lead_without_part", "/lead")
    seen: set[str] = set()
    for number, part in enumerate(act.parts):
        if part.office not in _RECIPIENTS:
            yield fault("unknown_office", f"/parts/{number}/office")
        if part.office in seen:
            yield fault("named_twice", f"/parts/{number}/office")
        if not part.offence_numbers and not part.nexus_numbers:
            yield fault("part_empty", f"/parts/{number}")
        seen.add(part.office)
    yield from _numbers(act, "offence_numbers", held.offences)
    yield from _numbers(act, "nexus_numbers", held.nexus)


def _numbers(act: Split, name: str, count: int) -> Iterator[Fault]:
    given: set[int] = set()
    for number, part in enumerate(act.parts):
        numbers = set(getattr(part, name))
        if not numbers <= set(range(count)):
            yield fault("number_unknown", f"/parts/{number}/{name}")
        given |= numbers
    if not given >= set(range(count)):
        yield fault("left_out", f"/parts/*/{name}")
