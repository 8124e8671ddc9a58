"""The figures by which a nexus is weighed, and from where on it leads or supports."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.vocabulary.facts import Evidence, NexusKind
from services.routing.domain.ruleset import Weights
from services.routing.tables.figures import COUNT, SHARE, Figures


def read_weights(figures: Figures) -> Weights:
    """Read and check the figures by which a nexus is weighed."""
    thresholds, age = _thresholds(figures), _age(figures)
    rank = figures.each("rank", NexusKind, (0, 99))
    known_by = figures.some("known_by", Evidence, figures.section("known_by"))
    doubted_by = figures.some("doubted_by", Evidence, figures.section("doubted_by"))
    base_with = _base_with(figures)
    figures.every_evidence({*known_by, *doubted_by, *(evidence for _, evidence in base_with)})
    return Weights(
        rank=MappingProxyType({kind: int(figure) for kind, figure in rank.items()}),
        base=MappingProxyType(figures.each("base", NexusKind, SHARE)),
        base_with=MappingProxyType(base_with),
        known_by=MappingProxyType(known_by),
        doubted_by=MappingProxyType(doubted_by),
        age_full_days=int(age["full_days"]),
        age_half_days=int(age["half_days"]),
        age_at_half=age["at_half"],
        age_floor=age["floor"],
        lead_from=thresholds["lead_from"],
        support_from=thresholds["support_from"],
        support_most=int(thresholds["support_most"]),
        arrival_soon_hours=int(thresholds["arrival_soon_hours"]),
    )


def _base_with(figures: Figures) -> dict[tuple[NexusKind, Evidence], float]:
    kinds = figures.section("base_with")
    figures.only("base_with", kinds, [*NexusKind])
    return {
        (kind, evidence): share
        for kind in NexusKind
        if isinstance(kinds.get(kind), dict)
        for evidence, share in figures.some(f"base_with.{kind}", Evidence, kinds[kind]).items()
    }


def _thresholds(figures: Figures) -> dict[str, float]:
    bounds = {"lead_from": SHARE, "support_from": SHARE, "support_most": COUNT, "arrival_soon_hours": COUNT}
    found = _named(figures, "thresholds", bounds)
    figures.order(found["support_from"], found["lead_from"], "an office would lead on less than it takes to support")
    return found


def _age(figures: Figures) -> dict[str, float]:
    bounds = {"full_days": COUNT, "half_days": COUNT, "at_half": SHARE, "floor": SHARE}
    found = _named(figures, "age", bounds)
    figures.order(found["full_days"], found["half_days"], "age.half_days comes before age.full_days")
    figures.order(found["floor"], found["at_half"], "age.at_half lies below age.floor")
    return found


def _named(figures: Figures, name: str, bounds: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    section = figures.section(name)
    figures.only(name, section, bounds)
    return {word: figures.figure(name, section, word, bounds[word]) for word in bounds}
