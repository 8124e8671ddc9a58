"""Where a referral stands by its ties to a place: on which one a decision would rest, and whether it can."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.vocabulary.facts import NexusKind
from services.routing.domain.grounds import Ground
from services.routing.domain.places import Gap
from services.routing.domain.weights import Tie

NEVER_DECIDES = frozenset({NexusKind.EXISTING_US_CASE, NexusKind.ONLINE_PROVIDER})
"""A case owner is looked at before every place; a provider's address serves legal process and nothing else."""
UNCLEAR = "unclear"
BELOW_FLOOR = "below-floor"
ABROAD = "abroad"
NOWHERE = "nowhere"
SITUATIONS = frozenset({UNCLEAR, BELOW_FLOOR, ABROAD, NOWHERE, *NexusKind} - NEVER_DECIDES - {NexusKind.NONE})
"""What rules ask of the nexus of a referral: the kind of the tie that leads, or why none does."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the best tie of a referral comes to; with a ground it is nothing to rely on, and a person decides."""

    name: str
    lead: str | None = None
    tie: Tie | None = None
    """The tie whose office is the lead."""
    at: Tie | None = None
    """The tie that is the best one: another than `tie` where its place is unclear."""
    ground: Ground | None = None


def situation_of(placed: Sequence[Tie], floor: float) -> Situation:
    """Take the best rank among the ties that can be trusted; `placed` come best first, and may all decide."""
    resolved = [tie for tie in placed if tie.site.offices and tie.site.gap is None]
    best = next((tie for tie in resolved if tie.confidence >= floor), None)
    unclear = next((tie for tie in placed if _is_unclear(tie) and tie.confidence >= floor), None)
    if unclear is not None and (best is None or unclear.order < best.order):
        # What nobody could place would have led, so no lesser tie may take its seat unseen.
        return Situation(UNCLEAR, _office_of(best), best, unclear, Ground.PLACE_UNCLEAR)
    if best is not None:
        return Situation(best.kind, _office_of(best), best, best)
    if resolved:
        weak = max(resolved, key=lambda tie: (tie.confidence, -tie.rank))
        return Situation(BELOW_FLOOR, _office_of(weak), weak, weak, Ground.BELOW_FLOOR)
    abroad = next((tie for tie in placed if tie.site.desk and tie.confidence >= floor), None)
    if abroad is not None:
        return Situation(ABROAD, None, abroad, abroad, Ground.PLACE_ABROAD)
    return Situation(NOWHERE, ground=Ground.NO_NEXUS)


def _is_unclear(tie: Tie) -> bool:
    return tie.site.gap not in (None, Gap.NOT_GIVEN)


def _office_of(tie: Tie | None) -> str | None:
    return tie.site.offices[0] if tie else None
