"""What an addition of its requester makes of a decided referral: who may have it is asked anew, and a person looks."""

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.marks import Marks
from schemas.strictness import combined
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.desk import Step
from services.routing.domain.handling import allowed, reasons_to_hold
from services.routing.domain.placements import Held, Placement, Seat, Standing
from services.routing.domain.ruleset import Ruleset

SUPPLEMENTED = "R-REQUESTER-SUPPLEMENTED"
REQUESTER = "@requester"
"""Who places a referral by adding to it; no staff id can look like it."""


@dataclass(frozen=True, slots=True)
class Said:
    """All that the requester has said of a referral that binds whoever places it: the strictest, the most urgent."""

    marks: Marks
    urgency: Urgency
    flags: frozenset[Flag]


def supplement(held: Held, before: Said, said: Said, ruleset: Ruleset, now: datetime) -> Step:
    """Hold a referral to what was added; out of an office's hands if it would not have gone there like this."""
    seat = replace(held.seat, urgency=min(held.seat.urgency, said.urgency), marks=_stricter(held, before, said))
    known = reasons_to_hold(held.seat.marks, held.flags, now.date(), now)
    fresh = [reason for reason in reasons_to_hold(seat.marks, said.flags, now.date(), now) if reason not in known]
    seat = replace(seat, grounds=tuple(dict.fromkeys((*seat.grounds, *fresh))))
    after = replace(
        held,
        seat=seat,
        flags=held.flags | said.flags,
        stated_urgency=min(held.stated_urgency, said.urgency),
    )
    if not fresh and seat.marks == held.seat.marks:
        return Step(after, placed_by=REQUESTER)
    # What awaits a second person was judged without this, and is void.
    for_life = held.waiting is not None and held.waiting.is_for_life
    after = replace(after, waiting=None, life_used=held.life_used or for_life)
    may_stay = all(allowed(office, seat.marks, ruleset.programmes, now) for office in seat.recipients)
    if held.standing is not Standing.PLACED or (may_stay and not fresh and not for_life):
        return Step(after, placed_by=REQUESTER)
    return _to_desk(after, ruleset)


def _stricter(held: Held, before: Said, said: Said) -> Marks:
    """Keep the marks as a desk has left them, with a consent that it has got, unless something is said of them now."""
    if said.marks == before.marks:
        return held.seat.marks
    return combined(held.seat.marks, said.marks).model_copy(update={"evaluation": said.marks.evaluation})


def _to_desk(held: Held, ruleset: Ruleset) -> Step:
    now, version = held.seat, ruleset.version
    proposed = now.office or now.proposed
    grounds = now.grounds or (str(PlacementGround.FACTS_CHANGED),)
    seat = Seat(now.desk, now.category, now.urgency, now.marks, None, (), (), proposed, grounds, (), now.joins)
    because = f"a person at desk {now.desk} decides: the requester has added what a person must look at"
    placement = Placement(
        PlacementCause.CALLED_BACK,
        PlacementGround.FACTS_CHANGED,
        seat,
        SUPPLEMENTED,
        version,
        f"{because}; rule {SUPPLEMENTED}, ruleset {version}",
    )
    return Step(replace(held, standing=Standing.TRIAGE, seat=seat), placement, placed_by=REQUESTER)
