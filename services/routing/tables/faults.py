"""What is wrong with a bundle of tables: told by file and row, each with how to mend it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

_LONGEST_QUOTE = 60
_MOST_LISTED = 12
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class TableFault:
    """One fault of a bundle, where it stands and how to mend it; it quotes the tables and nothing else."""

    file: str
    row: int | None
    code: str
    problem: str
    mend: str

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file} row {self.row}"
        return f"{place}: {self.problem}; {self.mend}"


class BadTable(Exception):
    """A bundle cannot be read as rules: nothing is decided by half a table."""

    def __init__(self, *faults: TableFault) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:_MOST_SHOWN]]
        if more := len(self.faults) - _MOST_SHOWN:
            lines += [f"and {more} more"] if more > 0 else []
        return "\n".join(lines)


class Wrong(Exception):
    """A row or a file cannot be read; it is noted, left out, and reading goes on."""

    def __init__(self, fault: TableFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def quote(cell: str) -> str:
    """Show a cell in a message, shortened and with nothing in it that a terminal would obey."""
    shown = cell if len(cell) <= _LONGEST_QUOTE else f"{cell[: _LONGEST_QUOTE - 1]}…"
    return ascii(shown) if not shown.isprintable() else f"'{shown}'"


def listed(words: Iterable[str]) -> str:
    """List words in a message: the first of them, and how many more there are."""
    several = list(words)
    more = len(several) - _MOST_LISTED
    return ", ".join(several[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def one_of_these(known: Collection[str]) -> str:
    """Say how to mend a cell that must hold one of some codes."""
    return f"use one of {listed(sorted(word or 'an empty cell' for word in known))}"
