"""The acts by which a person places a decided referral anew, and where each of them puts it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from schemas.events import Part
from schemas.marks import Consent
from schemas.vocabulary.facts import Category
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.queues import RefusalGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.decision import Decision
from services.routing.domain.placements import Held, Placement, Seat


@dataclass(frozen=True, slots=True)
class Assign:
    """A person names the office that leads, and who else gets what."""

    office: str
    ground: PlacementGround
    supporting: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    category: Category | None = None
    urgency: Urgency | None = None
    consent: Consent | None = None
    acknowledges: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Split:
    """A person gives each of several offices its own part; one of them leads."""

    parts: tuple[Part, ...]
    lead: str
    ground: PlacementGround = PlacementGround.SEVERAL_OFFICES
    copies: tuple[str, ...] = ()
    consent: Consent | None = None
    acknowledges: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Merge:
    """A person finds the same matter in another referral; this one goes where that one is."""

    into: UUID
    to: Seat
    ground: PlacementGround = PlacementGround.SAME_MATTER
    acknowledges: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Move:
    """A person hands a referral to a desk, where another one goes on deciding."""

    desk: str
    ground: PlacementGround = PlacementGround.WRONG_DESK


@dataclass(frozen=True, slots=True)
class DecideAgain:
    """A person has a referral decided again by the rules in force."""

    decision: Decision
    ground: PlacementGround


@dataclass(frozen=True, slots=True)
class SendBack:
    """A person returns a referral to its requester, with a coded ground."""

    ground: RefusalGround


Placing = Assign | Split | Merge | Move | DecideAgain
"""The acts after which a queue holds the referral."""
Act = Placing | SendBack

RULES = {
    Assign: ("R-DESK-ASSIGNED", PlacementCause.ASSIGNED),
    Split: ("R-DESK-SPLIT", PlacementCause.SPLIT),
    Merge: ("R-DESK-MERGED", PlacementCause.MERGED),
    Move: ("R-DESK-MOVED", PlacementCause.MOVED),
}
CALLED_BACK = "R-DESK-CALLED-BACK"


def placement_of(act: Placing, held: Held, ruleset: str) -> Placement:
    """Say where an act puts a referral, before anybody asks whether it may."""
    if isinstance(act, DecideAgain):
        return _decided_again(act, held)
    rule, cause = RULES[type(act)]
    seat = _seat(act, held)
    return Placement(cause, act.ground, seat, rule, ruleset, sentence(seat, cause, act.ground, rule, ruleset))


def called_back(held: Held, ruleset: str) -> Placement:
    """Bring a referral back to its desk that no second person has confirmed in time."""
    rule, cause, ground = CALLED_BACK, PlacementCause.CALLED_BACK, PlacementGround.RELEASE_REFUSED
    seat = _at_desk(held, held.seat.desk, ground)
    return Placement(cause, ground, seat, rule, ruleset, sentence(seat, cause, ground, rule, ruleset))


def sentence(seat: Seat, cause: PlacementCause, ground: PlacementGround, rule: str, ruleset: str) -> str:
    """Say who has it now and by which act; words of our own only."""
    act = f"{_words(cause)} on the ground of {_words(ground)}"
    if seat.office is None:
        return f"a person at desk {seat.desk} decides: {act}; rule {rule}, ruleset {ruleset}"
    parts = [f"{seat.office} leads: {act} by desk {seat.desk}"]
    parts += [f"{names} supporting"] if (names := ", ".join(seat.supporting)) else []
    parts += [f"{names} copied"] if (names := ", ".join(seat.copies)) else []
    return "; ".join((*parts, f"rule {rule}, ruleset {ruleset}"))


def _words(code: str) -> str:
    return code.replace("_", " ")


def _seat(act: Assign | Split | Merge | Move, held: Held) -> Seat:
    match act:
        case Assign():
            urgency = min(act.urgency or held.seat.urgency, held.seat.urgency)
            category = act.category or held.seat.category
            return _out(held, act.office, act.supporting, act.copies, act.consent, category, urgency)
        case Split():
            others = _others(act.lead, (part.office for part in act.parts))
            return _out(held, act.lead, others, act.copies, act.consent, parts=act.parts)
        case Merge() if act.to.office is not None:
            return _out(held, act.to.office, desk=act.to.desk, joins=(act.into,))
        case Merge():
            return _at_desk(held, act.to.desk, act.ground, joins=(act.into,))
        case Move():
            return _at_desk(held, act.desk, act.ground)


def _others(lead: str, offices: Iterable[str]) -> tuple[str, ...]:
    return tuple(office for office in dict.fromkeys(offices) if office != lead)


def _out(
    held: Held,
    office: str,
    supporting: tuple[str, ...] = (),
    copies: tuple[str, ...] = (),
    consent: Consent | None = None,
    category: Category | None = None,
    urgency: Urgency | None = None,
    *,
    desk: str | None = None,
    parts: tuple[Part, ...] = (),
    joins: tuple[UUID, ...] = (),
) -> Seat:
    now = held.seat
    marks = now.marks if consent is None else now.marks.model_copy(update={"consent": consent})
    return Seat(
        desk or now.desk,
        category or now.category,
        urgency or now.urgency,
        marks,
        office,
        supporting,
        copies,
        now.proposed,
        now.grounds,
        parts,
        joins,
    )


def _at_desk(held: Held, desk: str, ground: PlacementGround, joins: tuple[UUID, ...] = ()) -> Seat:
    now = held.seat
    proposed = now.office or now.proposed
    grounds = now.grounds or (str(ground),)
    return Seat(desk, now.category, now.urgency, now.marks, None, (), (), proposed, grounds, (), joins)


def _decided_again(act: DecideAgain, held: Held) -> Placement:
    decision = act.decision
    seat = Seat(
        decision.desk,
        decision.category,
        min(decision.urgency, held.seat.urgency),  # what a person has raised, no rule lowers
        held.seat.marks,
        decision.office,
        decision.supporting,
        decision.copies,
        decision.proposed,
        decision.grounds,
    )
    cause = PlacementCause.DECIDED_AGAIN
    return Placement(cause, act.ground, seat, decision.rule, decision.ruleset, decision.because)
