"""Rows of the data files, as they stand on one day; what is wrong with one is told by file and row."""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

DATED = ("valid_from", "valid_to", "source")
"""The last columns of every file; a row stands from `valid_from` until before `valid_to`."""


class BadTable(Exception):
    """A data file cannot be read as rules: nothing is decided by half a table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, with where it stands."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def wrong(self, what: str) -> BadTable:
        """Say what is wrong with this row."""
        return BadTable(f"{self.file} row {self.line}: {what}")

    def one_of(self, column: str, known: Collection[str]) -> str:
        """Give a cell that must hold one of the known codes."""
        if self[column] not in known:
            raise self.wrong(f"{column} {self[column]!r} is not known")
        return self[column]

    def several(self, column: str, separator: str = "|") -> tuple[str, ...]:
        """Give a cell that holds several values."""
        return tuple(part.strip() for part in self[column].split(separator) if part.strip())

    def day(self, column: str) -> date | None:
        """Give a cell that holds a day, or nothing."""
        try:
            return date.fromisoformat(self[column]) if self[column] else None
        except ValueError as exc:
            raise self.wrong(f"{column} {self[column]!r} is no date") from exc


@dataclass(slots=True)
class Tables:
    """The data folder on one day; it remembers on which days the rows change."""

    folder: Path
    day: date
    changes: set[date] = field(default_factory=set)

    def read(self, name: str, *columns: str) -> Iterator[Row]:
        """Read the rows of one file that stand on the day."""
        expected = [*columns, *DATED]
        with (self.folder / name).open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if next(reader, None) != expected:
                raise BadTable(f"{name} row 1: the columns must be {', '.join(expected)}")
            for cells in reader:
                if len(cells) != len(expected):
                    raise BadTable(f"{name} row {reader.line_num}: {len(cells)} cells instead of {len(expected)}")
                row = Row(name, reader.line_num, dict(zip(expected, cells, strict=True)))
                if self.stands(row):
                    yield row

    def stands(self, row: Row) -> bool:
        """Tell whether a row is in force on the day."""
        first, end = row.day("valid_from"), row.day("valid_to")
        if first is None or (end is not None and end <= first):
            raise row.wrong("valid_from must be given and be before valid_to")
        if not row["source"]:
            raise row.wrong("no source is given")
        self.changes.update(day for day in (first, end) if day is not None)
        return first <= self.day and (end is None or self.day < end)


def enter(index: dict[Key, Value], key: Key, value: Value, row: Row) -> None:
    """Enter what may stand only once: no place and no category is told twice."""
    if key in index:
        raise row.wrong(f"{key!r} stands in another row already")
    index[key] = value


def complete(file: str, found: Iterable[str], expected: Iterable[str]) -> None:
    """Refuse a table that leaves something out."""
    if missing := sorted({*expected} - {*found}):
        raise BadTable(f"{file}: nothing is said of {', '.join(missing)}")
