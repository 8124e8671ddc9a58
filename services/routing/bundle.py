"""Stands in for the comparison of bundles until the tables bring it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.routing.tables import TABLES, TableFault, check_ruleset, load_ruleset, shipped

__all__ = ["TABLES", "RowChange", "TableFault", "check_ruleset", "diff_rulesets", "load_ruleset", "shipped"]


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs."""

    file: str
    kind: str
    key: str


def diff_rulesets(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[RowChange, ...]:
    """Tell which rows differ."""
    changes: list[RowChange] = []
    for file in sorted({*old, *new}):
        before, after = old.get(file, "").splitlines(), new.get(file, "").splitlines()
        changes += [RowChange(file, "removed", row) for row in before if row not in {*after}]
        changes += [RowChange(file, "added", row) for row in after if row not in {*before}]
    return tuple(changes)
