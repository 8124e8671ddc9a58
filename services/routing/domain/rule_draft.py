"""From one placement to the rule that would have placed the referral so: an officer's word, made a row of rules."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from schemas.vocabulary.facts import NexusKind
from schemas.vocabulary.offices import OFFICES
from schemas.vocabulary.placements import PlacementGround
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES, RequesterKind
from services.routing.domain.facts import Facts
from services.routing.domain.faults import Fault, fault
from services.routing.domain.grounds import Ground
from services.routing.domain.placements import Seat
from services.routing.domain.places import country_of
from services.routing.domain.ruleset import Ruleset
from services.routing.domain.weights import Tie


class Condition(StrEnum):
    """What a drafted rule may ask of a referral; never its marks, for a mark may not choose who is told."""

    NEXUS = "nexus"
    PLACE = "place"
    CATEGORY = "category"
    URGENCY = "urgency"
    REQUESTER = "requester"
    REQUEST_TYPE = "request_type"
    CHANNEL = "channel"


COLUMNS = (
    *("rule", "priority", *Condition, "marks"),
    *("lead", "supporting", "copies", "desk", "flags", "valid_from", "valid_to", "source"),
)
"""The columns of `rules.tsv`, in order."""
PRIORITY = 50
"""Before every rule that is shipped: a person has decided this case against them."""

KEPT_FOR: Mapping[PlacementGround, tuple[Condition, ...]] = {
    PlacementGround.NEXUS_CONFIRMED: (Condition.NEXUS, Condition.PLACE, Condition.CATEGORY),
    PlacementGround.OWNER_CONFIRMED: (Condition.PLACE, Condition.CATEGORY, Condition.REQUESTER),
    PlacementGround.WRONG_DESK: (Condition.CATEGORY, Condition.REQUESTER),
}
"""Which conditions a rule keeps unless the officer chooses: those that the ground of the act speaks of."""
KEPT = (Condition.PLACE, Condition.CATEGORY)

_BY_GROUND = {
    Ground.PLACE_UNCLEAR: "unclear",
    Ground.BELOW_FLOOR: "below-floor",
    Ground.PLACE_ABROAD: "abroad",
    Ground.NO_NEXUS: "nowhere",
}
_NEVER_ASKED = frozenset({NexusKind.EXISTING_US_CASE, NexusKind.ONLINE_PROVIDER})
"""Ties that are looked at before all rules, or never decide."""
_DIGITS = re.compile(r"\d{3}(\d{2})?")


@dataclass(frozen=True, slots=True)
class Case:
    """A referral as a rule would meet it: its facts, its ties best first, and the grounds on which it was held."""

    referral_id: UUID
    facts: Facts
    ties: Sequence[Tie]
    grounds: Sequence[str]


def rule_of(
    case: Case,
    number: int,
    seat: Seat,
    ground: PlacementGround,
    ruleset: Ruleset,
    today: date,
    keep: Collection[Condition] | None = None,
) -> dict[str, str] | tuple[Fault, ...]:
    """Make the row of a placement, by its number; faults name the conditions that the referral has nothing for."""
    conditions = _conditions(case, seat, ruleset)
    kept = set(KEPT_FOR.get(ground, KEPT) if keep is None else keep)
    # Where nobody chose, a rule keeps what there is; a rule without any condition would take everything.
    asked = kept if keep is not None else {name for name in kept if conditions[name]} or {Condition.CATEGORY}
    empty = [name for name in Condition if name in asked and not conditions[name]]
    if empty or not asked:
        return tuple(fault("condition_unknown", "/keep", name) for name in empty) or (fault("no_condition", "/keep"),)
    row = dict.fromkeys(COLUMNS, "")
    row |= {name: conditions[name] for name in asked}
    row |= {"rule": f"R-DESK-{str(case.referral_id)[-12:].upper()}-{number}", "priority": str(PRIORITY)}
    row |= _actions(seat)
    row |= {"valid_from": today.isoformat(), "source": f"placement {number} of referral {case.referral_id}: {ground}"}
    return row


def _actions(seat: Seat) -> dict[str, str]:
    if seat.office is None:
        return {"desk": seat.desk}
    # Rules let only offices support; a programme beside the lead gets a copy.
    supporting = [each for each in seat.supporting if each in OFFICES]
    copies = dict.fromkeys((*(each for each in seat.supporting if each not in OFFICES), *seat.copies))
    return {"lead": seat.office, "supporting": "|".join(supporting), "copies": "|".join(copies)}


def _conditions(case: Case, seat: Seat, ruleset: Ruleset) -> dict[Condition, str]:
    facts = case.facts
    tie = _best(case, ruleset)
    international = facts.requester_kind is RequesterKind.INTERNATIONAL_BODY
    country = country_of(facts.requester_country, ruleset.places)
    return {
        Condition.NEXUS: _nexus(case, tie),
        Condition.PLACE: _place(facts, tie, ruleset) if tie else "",
        Condition.CATEGORY: seat.category,
        Condition.URGENCY: facts.urgency,
        Condition.REQUESTER: "international-body" if international else country or "",
        Condition.REQUEST_TYPE: "" if facts.request_type in DESK_ONLY_REQUEST_TYPES else facts.request_type,
        Condition.CHANNEL: facts.channel,
    }


def _best(case: Case, ruleset: Ruleset) -> Tie | None:
    """Take the tie that the rules look at: the best one that counts, else the most trusted."""
    ties = [tie for tie in case.ties if tie.kind not in _NEVER_ASKED]
    counting = [
        tie for tie in ties if tie.confidence >= ruleset.weights.lead_from and (tie.site.offices or tie.site.desk)
    ]
    return next(iter(counting), None) or max(ties, key=lambda tie: (tie.confidence, -tie.rank), default=None)


def _nexus(case: Case, tie: Tie | None) -> str:
    held = next((word for ground, word in _BY_GROUND.items() if ground in case.grounds), None)
    return held or (tie.kind if tie else "nowhere")


def _place(facts: Facts, tie: Tie, ruleset: Ruleset) -> str:
    """Say where a tie lies in words of our own tables, as finely as the referral surely has it."""
    place, site = facts.nexus[tie.number].place, tie.site
    if site.gap is None and site.offices:
        if place.zip and _DIGITS.fullmatch(place.zip):
            return f"ZIP {place.zip[:3]}"
        state = (place.state or "").upper()
        is_whole = ruleset.places.areas.get(state) == site.offices  # a split state would take in other offices' places
        return state if is_whole else site.offices[0]
    return site.label.removeprefix("country ") if site.label.startswith("country ") else ""
