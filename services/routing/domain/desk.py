"""What one act of one person makes of a referral: at once, or after the word of a second."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.routing.domain.act_faults import act_faults, may_act_now
from services.routing.domain.acts import (
    Act,
    DecideAgain,
    Merge,
    Move,
    Placing,
    SendBack,
    Split,
    called_back,
    placement_of,
    sentence,
)
from services.routing.domain.decision import Decision
from services.routing.domain.faults import Refused, refused
from services.routing.domain.notice_gates import gates_to_pass, held_back
from services.routing.domain.placements import Held, Placement, Seat, Standing, Waiting
from services.routing.domain.release import CONFIRM_WITHIN, Way, gate_faults, is_for_life, is_same_person, way_of
from services.routing.domain.ruleset import Ruleset

CLOCK = "@clock"
"""Who places a referral when nobody confirmed it in time; no staff id can look like it."""

_POINTERS = {
    Split: ("/lead", "/parts", "/copies"),
    Merge: ("/into", "/into", "/into"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """How a referral stands after an act, and what of it is told: a placement, a return, or nothing yet."""

    after: Held
    placement: Placement | None = None
    sent_back: SendBack | None = None
    placed_by: str = ""
    released_by: str | None = None
    decision: Decision | None = None
    """What the rules said, where the act was to let them decide again."""


def ask(held: Held, act: Act, staff: str, ruleset: Ruleset, now: datetime) -> Step | Refused:
    """Carry out an act, or keep it for a second person; every fault is told."""
    if held.standing is Standing.RECALLED:
        return refused("recalled")
    if held.waiting is not None:
        return refused("second_person_awaited")
    if not may_act_now(act, held):
        return refused("not_in_triage")
    if faults := tuple(act_faults(act, held, now)):
        return Refused(faults)
    if isinstance(act, SendBack):
        return Step(replace(held, standing=Standing.SENT_BACK), sent_back=act, placed_by=staff)
    placement = placement_of(act, held, ruleset.version)
    to_pass = gates_to_pass(held.notice, now) if placement.seat.office else ()
    if to_pass and not is_for_life(act, held):
        return held_back(to_pass)
    acknowledged: frozenset[str] = frozenset()
    # A referral decided again has been through the gates of the decision, which are stricter.
    if not isinstance(act, DecideAgain | Move):
        acknowledged = act.acknowledges
        pointers = _POINTERS.get(type(act), ("/office", "/supporting", "/copies"))
        if faults := tuple(gate_faults(placement.seat, held.flags, acknowledged, ruleset.programmes, now, pointers)):
            return Refused(faults)
    step = _begin(held, act, placement, Waiting(placement, staff, now, acknowledged))
    return replace(step, decision=act.decision) if isinstance(act, DecideAgain) else step


def confirm(held: Held, staff: str, ruleset: Ruleset, now: datetime, target: Seat | None = None) -> Step | Refused:
    """Let an act take effect by a second person's word; `target` is where a referral to merge with is now."""
    waiting = held.waiting
    if waiting is None:
        return refused("nothing_awaited")
    if is_same_person(waiting.asked_by, staff):
        return refused("same_person", "/staff")
    placement = waiting.placement
    if target is not None and target.holder != placement.seat.holder:
        return refused("target_moved")
    if to_pass := gates_to_pass(held.notice, now):  # also of what one person has let out for life
        return held_back(to_pass)
    nowhere = ("", "", "")  # this body says only who confirms
    seen = waiting.acknowledges
    if faults := tuple(gate_faults(placement.seat, held.flags, seen, ruleset.programmes, now, nowhere)):
        return Refused(faults)
    return _placed(held, placement, waiting.asked_by, staff)


def refuse(held: Held, staff: str, ruleset: Ruleset) -> Step | Refused:
    """Keep an act from taking effect, or undo it where it has; whoever asked withdraws instead."""
    if held.waiting is None:
        return refused("nothing_awaited")
    if is_same_person(held.waiting.asked_by, staff):
        return refused("same_person", "/staff")
    return _dropped(held, staff, ruleset)


def withdraw(held: Held, staff: str, ruleset: Ruleset) -> Step | Refused:
    """Take back an act of one's own that awaits a second person."""
    if held.waiting is None:
        return refused("nothing_awaited")
    if not is_same_person(held.waiting.asked_by, staff):
        return refused("not_your_act", "/staff")
    return _dropped(held, staff, ruleset)


def call_back(held: Held, ruleset: Ruleset, now: datetime) -> Step | None:
    """Undo a release for life that nobody has confirmed in time; None when there is none."""
    waiting = held.waiting
    if waiting is None or waiting.confirm_by is None or now < waiting.confirm_by:
        return None
    return _dropped(held, CLOCK, ruleset)


def _begin(held: Held, act: Placing, placement: Placement, waiting: Waiting) -> Step:
    match way_of(act, placement.seat, held, waiting.asked_at):
        case Way.AT_ONCE:
            return _placed(held, placement, waiting.asked_by, None)
        case Way.BY_TWO:
            return Step(replace(held, waiting=waiting), placed_by=waiting.asked_by)
        case Way.FOR_LIFE:
            step = _placed(held, _to_lead_only(placement), waiting.asked_by, None)
            awaited = replace(waiting, confirm_by=waiting.asked_at + CONFIRM_WITHIN)
            return replace(step, after=replace(step.after, waiting=awaited))


def _placed(held: Held, placement: Placement, placed_by: str, released_by: str | None) -> Step:
    standing = Standing.PLACED if placement.seat.office else Standing.TRIAGE
    after = replace(held, standing=standing, seat=placement.seat, waiting=None)
    return Step(after, placement, placed_by=placed_by, released_by=released_by)


def _to_lead_only(placement: Placement) -> Placement:
    seat = replace(placement.seat, supporting=(), copies=())
    because = sentence(seat, placement.cause, placement.ground, placement.rule, placement.ruleset)
    return replace(placement, seat=seat, because=because)


def _dropped(held: Held, staff: str, ruleset: Ruleset) -> Step:
    if held.waiting is None or not held.waiting.is_for_life:
        return Step(replace(held, waiting=None), placed_by=staff)
    step = _placed(held, called_back(held, ruleset.version), staff, None)
    return replace(step, after=replace(step.after, life_used=True))
