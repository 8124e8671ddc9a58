"""How much a nexus counts: base × evidence × age."""

from dataclasses import dataclass
from datetime import date

from schemas.vocabulary.facts import Evidence, NexusKind
from schemas.vocabulary.offices import OFFICES
from services.routing.domain.facts import Facts, Nexus
from services.routing.domain.places import NOWHERE, Gap, Site, resolve
from services.routing.domain.ruleset import Places, Ruleset, Weights

AT_A_GATEWAY = frozenset({NexusKind.GOODS_ENTRY, NexusKind.GOODS_EXIT, NexusKind.CONVEYANCE_ARRIVAL})
_OFFICES = frozenset(OFFICES)


@dataclass(frozen=True, slots=True)
class Tie:
    """One nexus, weighed and placed; `number` is its place in the referral."""

    number: int
    kind: NexusKind
    rank: int
    confidence: float
    as_of: date | None
    deconflicted: bool
    site: Site

    @property
    def order(self) -> tuple[int, float, int]:
        """Best first: rank, then confidence, then the newer one."""
        return (self.rank, -self.confidence, -self.as_of.toordinal() if self.as_of else 0)


def weigh(facts: Facts, ruleset: Ruleset, today: date) -> tuple[Tie, ...]:
    """Weigh and place every nexus, best first."""
    ties = [
        Tie(
            number,
            nexus.kind,
            ruleset.weights.rank[nexus.kind],
            confidence_of(nexus, ruleset.weights, today),
            nexus.as_of,
            nexus.deconflicted,
            _site_of(nexus, ruleset.places),
        )
        for number, nexus in enumerate(facts.nexus)
        if nexus.kind is not NexusKind.NONE
    ]
    return tuple(sorted(ties, key=lambda tie: (tie.order, tie.site.offices)))


def confidence_of(nexus: Nexus, weights: Weights, today: date) -> float:
    """Say how far a nexus can be trusted to name the right office, from 0 to 1."""
    base = min(
        (weights.base_with[key] for evidence in nexus.evidence if (key := (nexus.kind, evidence)) in weights.base_with),
        default=weights.base[nexus.kind],
    )
    confidence = base * _evidence_factor(nexus.evidence, weights) * age_factor(nexus.as_of, weights, today)
    return round(confidence, 4)  # 0.8 × 0.5 must reach a threshold of 0.4


def _evidence_factor(evidence: tuple[Evidence, ...], weights: Weights) -> float:
    """Take the best of what makes a place known, and the worst of what makes it doubtful."""
    known = max((weights.known_by[item] for item in evidence if item in weights.known_by), default=1.0)
    doubted = min((weights.doubted_by[item] for item in evidence if item in weights.doubted_by), default=1.0)
    return known * doubted


def age_factor(as_of: date | None, weights: Weights, today: date) -> float:
    """Let an old tie count less; one without a date is taken as stated now."""
    days = (today - as_of).days if as_of else 0
    if days <= weights.age_full_days:
        return 1.0
    if days <= weights.age_half_days:
        passed = (days - weights.age_full_days) / (weights.age_half_days - weights.age_full_days)
        return 1.0 - (1.0 - weights.age_at_half) * passed
    further_years = (days - weights.age_half_days) / 365
    return max(weights.age_floor, float(weights.age_at_half * 0.5**further_years))


def _site_of(nexus: Nexus, places: Places) -> Site:
    if nexus.kind is not NexusKind.EXISTING_US_CASE:
        return resolve(nexus.place, places, gateway_first=nexus.kind in AT_A_GATEWAY)
    if nexus.owner_office in _OFFICES:
        return Site(nexus.owner_office, (nexus.owner_office,))
    return Site("case of an unknown owner", gap=Gap.UNKNOWN) if nexus.owner_office else NOWHERE
