"""What an office does with a referral that it leads: hands it on, or declines it; and what that makes of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.events import Part
from schemas.vocabulary.offices import OFFICES, PROGRAMMES
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.queues import RefusalGround, TransferGround
from services.routing.domain.desk import Step
from services.routing.domain.handling import allowed
from services.routing.domain.notice_gates import gates_to_pass
from services.routing.domain.placements import Held, Placement, Seat, Standing
from services.routing.domain.release import two_must_release
from services.routing.domain.ruleset import Ruleset

HANDED_ON, NOT_HANDED_ON, DECLINED = "R-OFFICE-HANDED-ON", "R-OFFICE-NOT-HANDED-ON", "R-OFFICE-DECLINED"
_RECIPIENTS = frozenset([*OFFICES, *PROGRAMMES])


@dataclass(frozen=True, slots=True)
class HandOn:
    """An office gives a referral to another one."""

    office: str
    to: str
    ground: TransferGround
    asked_by: str


@dataclass(frozen=True, slots=True)
class Decline:
    """An office does not act on a referral, and says by code why."""

    office: str
    ground: RefusalGround


def hand_on(held: Held, act: HandOn, ruleset: Ruleset, now: datetime) -> Step:
    """Place a referral with another office, or leave it where it is when it may not go there."""
    why_not = _why_not(held, act, ruleset, now)
    if why_not:
        because = f"{act.office} keeps it: {act.to if act.to in _RECIPIENTS else 'another office'} {why_not}"
        return _step(held, held.seat, PlacementGround.RELEASE_REFUSED, NOT_HANDED_ON, because, act.asked_by, ruleset)
    seat = replace(
        held.seat,
        office=act.to,
        supporting=_without(held.seat.supporting, act.to),
        copies=_without(held.seat.copies, act.to),
        parts=_handed(held.seat.parts, act.office, act.to),
    )
    because = f"{act.to} leads: handed on by {act.office} on the ground of {_words(act.ground)}"
    return _step(held, seat, PlacementGround.HANDED_ON, HANDED_ON, because, act.asked_by, ruleset)


def decline(held: Held, act: Decline, ruleset: Ruleset) -> Step:
    """Bring a referral that its lead declines to the desk, with the ground; that office is not proposed again."""
    now = held.seat
    proposed = None if now.proposed == act.office else now.proposed
    grounds = tuple(dict.fromkeys((*now.grounds, str(act.ground))))
    seat = Seat(now.desk, now.category, now.urgency, now.marks, None, (), (), proposed, grounds, (), now.joins)
    ground = PlacementGround.DECLINED
    if act.ground is RefusalGround.WRONG_OFFICE:
        ground = PlacementGround.WRONG_OFFICE
    because = f"a person at desk {now.desk} decides: declined by {act.office} on the ground of {_words(act.ground)}"
    placement = _placement(PlacementCause.DECLINED, ground, seat, DECLINED, because, ruleset)
    # A release for life that nobody has confirmed is over: the desk begins anew, and no second person is waited for.
    life_used = held.life_used or (held.waiting is not None and held.waiting.is_for_life)
    after = replace(held, standing=Standing.TRIAGE, seat=seat, waiting=None, life_used=life_used)
    return Step(after, placement, placed_by=act.office)


def _why_not(held: Held, act: HandOn, ruleset: Ruleset, now: datetime) -> str:
    if act.to not in _RECIPIENTS:
        return "is not known"
    if act.to == held.seat.office:
        return "has it already"
    # What a person released once, past a mark or a flag, was released to that office and to no other.
    if two_must_release(held) or not allowed(act.to, held.seat.marks, ruleset.programmes, now):
        return "may not have it without the desk"
    if gates_to_pass(held.notice, now):
        return "may not have it while gates of its notice are open"
    return ""


def _step(
    held: Held, seat: Seat, ground: PlacementGround, rule: str, because: str, asked_by: str, ruleset: Ruleset
) -> Step:
    placement = _placement(PlacementCause.TRANSFERRED, ground, seat, rule, because, ruleset)
    return Step(replace(held, seat=seat), placement, placed_by=asked_by)


def _placement(
    cause: PlacementCause, ground: PlacementGround, seat: Seat, rule: str, because: str, ruleset: Ruleset
) -> Placement:
    version = ruleset.version
    return Placement(cause, ground, seat, rule, version, f"{because}; rule {rule}, ruleset {version}")


def _without(offices: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(office for office in offices if office != one)


def _handed(parts: tuple[Part, ...], office: str, to: str) -> tuple[Part, ...]:
    """Give the part of one office to another, which may have had one of its own."""
    given = [part for part in parts if part.office in (office, to)]
    if not given:
        return parts
    joined = Part(
        office=to,
        offence_numbers=tuple(sorted({number for part in given for number in part.offence_numbers})),
        nexus_numbers=tuple(sorted({number for part in given for number in part.nexus_numbers})),
    )
    return (joined, *(part for part in parts if part not in given))


def _words(code: str) -> str:
    return code.replace("_", " ")
