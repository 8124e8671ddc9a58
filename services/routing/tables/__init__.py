"""Reads a bundle of tables, checks all of it, and gives the rules as frozen indexes."""

from collections.abc import Mapping
from datetime import date

from services.routing.domain.ruleset import Ruleset
from services.routing.tables.bundle import DATA, TABLES, shipped
from services.routing.tables.diff import CellChange, RowChange, diff_rulesets
from services.routing.tables.faults import BadTable, TableFault
from services.routing.tables.reading import MOST_CHANGES, faults_in_order, read_bundle

__all__ = [
    "DATA",
    "TABLES",
    "BadTable",
    "CellChange",
    "RowChange",
    "TableFault",
    "check_ruleset",
    "diff_rulesets",
    "load_ruleset",
    "shipped",
]


def load_ruleset(day: date, texts: Mapping[str, str] | None = None) -> Ruleset:
    """Load the rules as they stand on a day; load them again when the day reaches `good_until`."""
    ruleset, tables = read_bundle(shipped() if texts is None else texts, day)
    if ruleset is None or tables.faults:
        raise BadTable(*faults_in_order(tables.faults))
    return ruleset


def check_ruleset(texts: Mapping[str, str], day: date) -> tuple[TableFault, ...]:
    """Tell every fault that a bundle has on a day, or on any later day on which a row of it begins or ends."""
    _, tables = read_bundle(texts, day)
    begins = max(day, tables.first or day)
    if begins > day:
        _, tables = read_bundle(texts, begins)
    faults = dict(tables.faults)
    later = sorted(change for change in tables.changes if change > begins)
    if len(later) > MOST_CHANGES:
        problem, mend = f"rows begin or end on {len(later)} days to come", f"{MOST_CHANGES} days ahead are the most"
        tables.note("ruleset.toml", "too-many-days", problem, mend)
        faults |= tables.faults
    for change in later[:MOST_CHANGES]:
        faults |= read_bundle(texts, change)[1].faults
    return faults_in_order(faults)
