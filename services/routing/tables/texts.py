"""The texts of a bundle: how large they may be, and what may be written in them."""

import re
from collections.abc import Iterator, Sequence

from services.routing.tables.faults import TableFault, listed, quote

MOST_CHARACTERS = 4_000_000
"""Of one file: eight times the largest that is shipped."""
MOST_ROWS = 20_000
LONGEST_CELL = 8_000
_ROW_MOST = 16_000
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Controls, and characters that nobody sees or that turn the writing round: no name needs one."""


def rows_of(file: str, text: str, wanted: int) -> Iterator[tuple[int, list[str], TableFault | None]]:
    """Give the rows of a file with their numbers, each as its cells and what is wrong with them as text."""
    for line, written in enumerate(text.removesuffix("\n").split("\n")[1:], start=2):
        cells = written.split("\t")
        yield line, cells, _fault_of_row(file, line, written, cells, wanted)


def fault_of_text(file: str, text: str) -> TableFault | None:
    """Tell why a text cannot be a file of a bundle, if it cannot."""
    if len(text) > MOST_CHARACTERS:
        problem = f"the file has {len(text)} characters"
        return TableFault(file, None, "file-too-large", problem, f"{MOST_CHARACTERS} are the most")
    if text.startswith("\ufeff"):
        return TableFault(file, 1, "byte-order-mark", "the file begins with a byte order mark", "save it without one")
    if found := _LONE_SURROGATES.search(text):
        row = text.count("\n", 0, found.start()) + 1
        return TableFault(file, row, "not-utf-8", "a character is no text", "save the file as UTF-8")
    if found := _UNSEEN.search(text):
        row = text.count("\n", 0, found.start()) + 1
        problem = f"the character {quote(found[0])} cannot be seen"
        return TableFault(file, row, "unseen-character", problem, "take it out")
    return None


def fault_of_header(file: str, text: str, expected: Sequence[str]) -> TableFault | None:
    """Tell why a text is no table of the columns expected, if it is none."""
    header, *rest = text.split("\n", 1)
    columns = header.split("\t")
    mend = f"the columns must be {', '.join(expected)}, with one tab between two"
    if not header:
        return TableFault(file, 1, "no-header", "the file has no header", mend)
    if len({*columns}) < len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        return TableFault(file, 1, "column-twice", f"the column {quote(twice)} stands twice", mend)
    if columns != list(expected):
        return TableFault(file, 1, "wrong-columns", f"the columns are {quote(', '.join(columns))}", mend)
    if rest and rest[0].count("\n") > MOST_ROWS:
        problem = f"the table has {rest[0].count(chr(10))} rows"
        return TableFault(file, None, "too-many-rows", problem, f"{MOST_ROWS} are the most")
    return None


def _fault_of_row(file: str, line: int, written: str, cells: list[str], wanted: int) -> TableFault | None:
    if not written.strip():
        return TableFault(file, line, "blank-row", "the row is blank", "take it out")
    if len(cells) != wanted:
        problem, mend = f"{len(cells)} cells instead of {wanted}", "put one tab between two cells"
        return TableFault(file, line, "wrong-number-of-cells", problem, mend)
    if len(written) > _ROW_MOST or max(map(len, cells)) > LONGEST_CELL:
        problem = f"a cell has {max(map(len, cells))} characters"
        return TableFault(file, line, "cell-too-long", problem, f"{LONGEST_CELL} are the most; split the row")
    spaced = [cell for cell in cells if cell != cell.strip()]
    if spaced:
        problem = f"spaces stand around {listed(quote(cell) for cell in spaced)}"
        return TableFault(file, line, "spaces-around", problem, "take them out")
    return None
