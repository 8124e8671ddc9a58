"""Rows of a bundle, as they stand on one day; what is wrong with one is noted, and the next one is read."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from services.routing.tables.faults import TableFault, Wrong, listed, one_of_these, quote
from services.routing.tables.texts import fault_of_header, fault_of_text, rows_of

Key = TypeVar("Key")
Value = TypeVar("Value")

DATED = ("valid_from", "valid_to", "source")
"""The last columns of every table; a row stands from `valid_from` until before `valid_to`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, with where it stands."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def wrong(self, code: str, problem: str, mend: str) -> Wrong:
        """Say what is wrong with this row, and how to mend it."""
        return Wrong(TableFault(self.file, self.line, code, problem, mend))

    def one_of(self, column: str, known: Collection[str], subject: str = "") -> str:
        """Give a cell that must hold one of the known codes; `subject` names them where the column does not."""
        return self.known(self[column], known, subject or column)

    def known(self, word: str, known: Collection[str], subject: str) -> str:
        """Give a word of a cell that must be one of the known codes."""
        if word not in known:
            code = f"unknown-{subject.replace('_', '-')}"
            raise self.wrong(code, f"{subject} {quote(word)} is not known", one_of_these(known))
        return word

    def several(self, column: str, separator: str = "|") -> tuple[str, ...]:
        """Give a cell that holds several values."""
        return tuple(part.strip() for part in self[column].split(separator) if part.strip())

    def day(self, column: str) -> date | None:
        """Give a cell that holds a day, or nothing; days are compared as written, so they are written in one way."""
        written = self[column]
        if not written:
            return None
        try:
            if str(day := date.fromisoformat(written)) == written:
                return day
        except ValueError:
            pass
        raise self.wrong("not-a-date", f"{column} {quote(written)} is no date", "write it like 2026-11-24")


@dataclass(slots=True)
class Tables:
    """A bundle on one day: it gathers what is wrong, and remembers on which days the rows change."""

    texts: Mapping[str, str]
    day: date
    first: date | None = None
    changes: set[date] = field(default_factory=set)
    faults: dict[TableFault, None] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    """Files that could not be read at all: what is missing in them is no fault of its own."""
    spoiled: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The cells of rows that were left out: what only they say is not missing."""
    apart: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """Rows that do not stand on the day: they tell since when, or until when, something is missing."""

    def text_of(self, name: str) -> str:
        """Give a file with the ends of lines as we write them."""
        return self.texts[name].replace("\r\n", "\n")

    def read(self, name: str, *columns: str) -> Iterator[Row]:
        """Read the rows of one file that stand on the day; what reads them does so under `noting`."""
        if name in self.unread:
            return
        expected = (*columns, *DATED)
        text = self.text_of(name)
        if fault := fault_of_text(name, text) or fault_of_header(name, text, expected):
            self.faults[fault] = None
            self.unread.add(name)
            return
        for line, cells, spoiled in rows_of(name, text, len(expected)):
            row = Row(name, line, dict(zip(expected, cells, strict=False)))
            stands = False
            with self.noting(row):
                if spoiled:
                    raise Wrong(spoiled)
                stands = self._stands(row)
                if not stands:
                    self.apart[name].append(row)
            if stands:
                yield row

    @contextmanager
    def noting(self, row: Row) -> Iterator[None]:
        """Note what is wrong with a row inside, leave the row out, and go on after it."""
        try:
            yield
        except Wrong as wrong:
            self.faults[wrong.fault] = None
            self.spoiled[row.file].update(row.cells.values())

    def note(self, file: str, code: str, problem: str, mend: str, row: int | None = None) -> None:
        """Note a fault that is no single row's."""
        self.faults[TableFault(file, row, code, problem, mend)] = None

    def _stands(self, row: Row) -> bool:
        first, end = row.day("valid_from"), row.day("valid_to")
        if first is None:
            raise row.wrong("no-beginning", "valid_from is empty", "give the first day on which the row holds")
        if end is not None and end <= first:
            raise row.wrong(
                "ends-before-it-begins",
                f"valid_to {end} is not after valid_from {first}",
                "correct one of the two days",
            )
        if not row["source"]:
            raise row.wrong("no-source", "no source is given", "say where the row comes from")
        if end is not None and self.first is not None and end <= self.first:
            raise row.wrong(
                "ended-before-the-ruleset", f"the row ends on {end}, before the ruleset begins", "leave the row out"
            )
        self.changes.update(day for day in (first, end) if day is not None)
        return first <= self.day and (end is None or self.day < end)

    def is_spoiled(self, file: str) -> bool:
        """Tell whether rows of a file were left out, so that what another file says of it cannot be checked."""
        return file in self.unread or bool(self.spoiled.get(file))

    def complete(self, file: str, found: Iterable[str], expected: Iterable[str], subject: str) -> None:
        """Refuse a table that leaves something out, and say which row would have told it."""
        missing = sorted({*expected} - {*found} - self.spoiled[file])
        if file in self.unread or not missing:
            return
        untold = [key for key in missing if not self._tell_of_key(file, key)]
        if untold:
            self.note(file, f"no-{subject}", f"nothing is said of {listed(untold)}", f"add a row for each {subject}")

    def _tell_of_key(self, file: str, key: str) -> bool:
        rows = [row for row in self.apart[file] if key in row.cells.values()]
        if rows:
            # A row that is yet to begin says most: with it, the table is not incomplete but late.
            self.tell_of(max(rows, key=lambda row: row["valid_from"]), key)
        return bool(rows)

    def tell_of(self, row: Row, key: str) -> None:
        """Note that a row has ended with none after it, or that it has not begun, and what it alone told."""
        if row["valid_from"] > str(self.day):
            problem, mend = f"nothing is said of {key} before {row['valid_from']}", "add the row that comes before it"
            self.note(row.file, "begins-too-late", problem, mend, row.line)
        else:
            problem, mend = f"nothing is said of {key} from {row['valid_to']} on", "add the row that comes after it"
            self.note(row.file, "ends-with-none-after", problem, mend, row.line)


def enter(index: dict[Key, Value], key: Key, value: Value, row: Row) -> None:
    """Enter what may stand only once: no place and no category is told twice."""
    if key in index:
        name = " ".join(key) if isinstance(key, tuple) else str(key)
        problem = f"{quote(name)} stands in another row already"
        raise row.wrong("told-twice", problem, "leave one of the rows out, or end the one before the other begins")
    index[key] = value
