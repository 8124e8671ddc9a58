"""A ruleset as a bundle of texts, until the tables read such bundles themselves."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from services.routing.domain.ruleset import Ruleset
from services.routing.tables import DATA, BadTable
from services.routing.tables import load_ruleset as _load

TABLES = tuple(sorted(path.name for path in DATA.iterdir() if path.suffix in (".tsv", ".toml")))


@dataclass(frozen=True, slots=True)
class TableFault:
    file: str
    row: int | None
    code: str
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class RowChange:
    file: str
    kind: str
    row: str


def shipped() -> dict[str, str]:
    """Give the texts of the bundle that comes with the service."""
    return {name: (DATA / name).read_text(encoding="utf-8") for name in TABLES}


def load_ruleset(day: date, texts: Mapping[str, str] | None = None) -> Ruleset:
    """Load a bundle as it stands on a day."""
    if texts is None:
        return _load(day)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return replace(_load(day, Path(folder)))


def check_ruleset(texts: Mapping[str, str], day: date) -> tuple[TableFault, ...]:
    """Tell everything that is wrong with a bundle."""
    try:
        load_ruleset(day, texts)
    except BadTable as exc:
        place, _, problem = str(exc).partition(": ")
        file, _, row = place.partition(" row ")
        return (TableFault(file, int(row) if row else None, "bad-table", problem, "mend the row"),)
    return ()


def diff_rulesets(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[RowChange, ...]:
    """Tell which rows differ."""
    changes: list[RowChange] = []
    for file in sorted({*old, *new}):
        before, after = old.get(file, "").splitlines(), new.get(file, "").splitlines()
        changes += [RowChange(file, "removed", row) for row in before if row not in {*after}]
        changes += [RowChange(file, "added", row) for row in after if row not in {*before}]
    return tuple(changes)
