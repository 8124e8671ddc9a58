"""What differs between two bundles, row by row: told by the key of the row, not by where it stands."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from services.routing.tables.bundle import TABLES
from services.routing.tables.faults import quote
from services.routing.tables.figures import FILE as FIGURES

KEYS: Mapping[str, tuple[str, ...]] = {
    "rules.tsv": ("rule",),
    "stand-ins.tsv": ("office",),
    "categories.tsv": ("category",),
    "statutes.tsv": ("category", "title", "section"),
    "statute-leads.tsv": ("section",),
    "programmes.tsv": ("programme",),
    "copies.tsv": ("programme", "category"),
    "pro-tem.tsv": ("category",),
    "tciu-hosts.tsv": ("country",),
    "offices.tsv": ("office",),
    "desks.tsv": ("desk",),
    "areas.tsv": ("area",),
    "borders.tsv": ("area",),
    "counties.tsv": ("state", "county"),
    "zip3.tsv": ("first", "last"),
    "zip5.tsv": ("zip3", "area", "office"),
    "cities.tsv": ("state", "office", "initial"),
    "towns.tsv": ("area", "initial"),
    "gateways.tsv": ("kind", "code", "site"),
    "countries.tsv": ("country",),
    "country-aliases.tsv": ("written",),
}
"""The columns that say what a row is about; the others say what is told of it."""
_BEGINS = "valid_from"
_Cells = Mapping[str, str]
_Numbered = tuple[int, _Cells]


@dataclass(frozen=True, slots=True)
class CellChange:
    """What one cell said, and what it says now."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that was added, removed or changed; the number of a removed one is that in the old table."""

    file: str
    kind: str
    key: str
    row: int | None
    cells: tuple[CellChange, ...]

    def __str__(self) -> str:
        cells = (f"{cell.column} {quote(cell.before)} to {quote(cell.after)}" for cell in self.cells)
        told = f": {', '.join(cells)}" if self.kind == "changed" else ""
        return f"{self.file} {self.key} {self.kind}{told}"


def diff_rulesets(old_texts: Mapping[str, str], new_texts: Mapping[str, str]) -> tuple[RowChange, ...]:
    """Tell which rows differ, in the order of the files and of the rows; it reads bundles with faults, too."""
    files = [*TABLES, *sorted({*old_texts, *new_texts} - {*TABLES})]
    return tuple(
        change
        for file in files
        if old_texts.get(file) != new_texts.get(file)
        for change in _changes(file, _rows(file, old_texts.get(file, "")), _rows(file, new_texts.get(file, "")))
    )


def _changes(file: str, old: Mapping[str, list[_Numbered]], new: Mapping[str, list[_Numbered]]) -> Iterator[RowChange]:
    found = [
        change
        for key in {**new, **old}
        for before, after in _pairs(old.get(key, []), new.get(key, []))
        if (change := _change(file, key, before, after)) is not None
    ]
    yield from sorted(found, key=lambda change: (change.row or 0, change.kind, change.key))


def _pairs(old: list[_Numbered], new: list[_Numbered]) -> Iterator[tuple[_Numbered | None, _Numbered | None]]:
    """Pair the rows of one key: those that begin on the same day first, then the others in their order."""
    waiting: defaultdict[str | None, list[_Numbered]] = defaultdict(list)
    for numbered in old:
        waiting[numbered[1].get(_BEGINS)].append(numbered)
    unmatched: list[_Numbered] = []
    for numbered in new:
        if same := waiting[numbered[1].get(_BEGINS)]:
            yield same.pop(0), numbered
        else:
            unmatched.append(numbered)
    yield from zip_longest((numbered for rows in waiting.values() for numbered in rows), unmatched)


def _change(file: str, key: str, before: _Numbered | None, after: _Numbered | None) -> RowChange | None:
    old, new = before[1] if before else {}, after[1] if after else {}
    cells = tuple(
        CellChange(column, old.get(column, ""), new.get(column, ""))
        for column in {**new, **old}
        if old.get(column, "") != new.get(column, "")
    )
    if not cells:
        return None
    kind = "changed" if before and after else "added" if after else "removed"
    number = after[0] if after else before[0] if before else 0
    return RowChange(file, kind, key, number or None, cells)


def _rows(file: str, text: str) -> Mapping[str, list[_Numbered]]:
    """Give the rows of a file by their keys, whatever may be wrong with them."""
    if file == FIGURES:
        return _figures(text)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n").split("\n")
    columns = lines[0].split("\t")
    rows: defaultdict[str, list[_Numbered]] = defaultdict(list)
    for number, line in enumerate(lines[1:], start=2):
        cells = dict(zip(columns, line.split("\t"), strict=False))
        rows[_key(file, cells, line)].append((number, cells))
    return rows


def _key(file: str, cells: _Cells, line: str) -> str:
    words: Sequence[str] = [cells.get(column, "") for column in KEYS.get(file, ())]
    if file == "gateways.tsv" and not cells.get("code"):
        words = [*words, cells.get("names", "")]  # crossings and namesakes have no code: their name is what they are
    return " ".join(word for word in words if word) or line


def _figures(text: str) -> Mapping[str, list[_Numbered]]:
    try:
        return {name: [(0, {"figure": figure})] for name, figure in _flat(tomllib.loads(text), "")}
    except (ValueError, RecursionError):
        return {"the whole file": [(0, {"text": text})]}


def _flat(section: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, figure in section.items():
        if isinstance(figure, dict):
            yield from _flat(figure, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(figure)
