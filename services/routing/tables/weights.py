"""The figures by which a nexus is weighed."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from schemas.vocabulary import Evidence, NexusKind
from services.routing.domain.ruleset import Weights
from services.routing.tables.rows import BadTable

FILE = "ruleset.toml"
Word = TypeVar("Word", bound=StrEnum)


def read_figures(folder: Path) -> dict[str, Any]:
    """Read the file of figures as it is."""
    try:
        return tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as exc:
        raise BadTable(f"{FILE}: {exc}") from exc


def weights_of(figures: Mapping[str, Any]) -> Weights:
    """Check the figures and put them into the form a decision reads."""
    try:
        return _weights(figures)
    except (KeyError, TypeError, ValueError) as exc:
        raise BadTable(f"{FILE}: {exc}") from exc


def _weights(figures: Mapping[str, Any]) -> Weights:
    thresholds, age = figures["thresholds"], figures["age"]
    with_evidence = {
        (NexusKind(kind), Evidence(evidence)): _share(figure, evidence)
        for kind, cases in figures["base_with"].items()
        for evidence, figure in cases.items()
    }
    return Weights(
        rank=MappingProxyType({kind: int(rank) for kind, rank in _each(NexusKind, figures["rank"]).items()}),
        base=_shares(NexusKind, _each(NexusKind, figures["base"])),
        base_with=MappingProxyType(with_evidence),
        known_by=_shares(Evidence, figures["known_by"]),
        doubted_by=_shares(Evidence, figures["doubted_by"]),
        age_full_days=int(age["full_days"]),
        age_half_days=int(age["half_days"]),
        age_at_half=_share(age["at_half"], "at_half"),
        age_floor=_share(age["floor"], "floor"),
        lead_from=_share(thresholds["lead_from"], "lead_from"),
        support_from=_share(thresholds["support_from"], "support_from"),
        support_most=int(thresholds["support_most"]),
        arrival_soon_hours=int(thresholds["arrival_soon_hours"]),
    )


def _each(words: type[Word], figures: Mapping[str, Any]) -> dict[Word, Any]:
    if missing := sorted({*words} - {*figures}):
        raise ValueError(f"no figure for {', '.join(missing)}")
    return {words(word): figure for word, figure in figures.items()}


def _shares(words: type[Word], figures: Mapping[Any, Any]) -> Mapping[Word, float]:
    return MappingProxyType({words(word): _share(figure, word) for word, figure in figures.items()})


def _share(figure: Any, name: str) -> float:
    if not 0 <= float(figure) <= 1:
        raise ValueError(f"{name} must lie between 0 and 1")
    return float(figure)
