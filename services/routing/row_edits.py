"""Edits of single rows of a table text: add one, take one out, change cells of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class EditKind(StrEnum):
    """What an edit does to a row."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class RowEdit:
    """One edit: `row` gives the cells of a new row, or those by which one row is found; `to` its new cells."""

    file: str
    kind: EditKind
    row: Mapping[str, str]
    to: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EditFault:
    """Why an edit cannot be made, by its place in the list of edits."""

    number: int
    code: str
    problem: str
    mend: str


class CannotEdit(Exception):
    """Some edits cannot be made; none was."""

    def __init__(self, faults: Sequence[EditFault]) -> None:
        super().__init__(f"{len(faults)} edits cannot be made")
        self.faults = tuple(faults)


class _Refused(Exception):
    def __init__(self, code: str, problem: str, mend: str) -> None:
        super().__init__(code)
        self.code, self.problem, self.mend = code, problem, mend


def edit_tables(texts: Mapping[str, str], edits: Sequence[RowEdit]) -> dict[str, str]:
    """Give the tables with all edits made, in order; raises `CannotEdit` with every one that cannot be."""
    edited, faults = dict(texts), []
    for number, edit in enumerate(edits):
        try:
            edited[edit.file] = _edit(edited, edit)
        except _Refused as exc:
            faults.append(EditFault(number, exc.code, exc.problem, exc.mend))
    if faults:
        raise CannotEdit(faults)
    return edited


def _edit(texts: Mapping[str, str], edit: RowEdit) -> str:
    if edit.file not in texts or not edit.file.endswith(".tsv"):
        raise _Refused("table_unknown", "There is no table of rows of this name.", f"Use one of {_tables(texts)}.")
    lines = texts[edit.file].replace("\r\n", "\n").removesuffix("\n").split("\n")
    columns = lines[0].split("\t") if lines else []
    _hold_to_columns(columns, edit)
    if edit.kind is EditKind.ADD:
        lines.append("\t".join(edit.row.get(column, "") for column in columns))
    else:
        place = _only_row(lines, columns, edit.row)
        changed = dict(zip(columns, lines[place].split("\t"), strict=False)) | dict(edit.to)
        lines[place : place + 1] = ["\t".join(changed.values())] if edit.kind is EditKind.CHANGE else []
    return "".join(f"{line}\n" for line in lines)


def _hold_to_columns(columns: Sequence[str], edit: RowEdit) -> None:
    if {*edit.row, *edit.to} - {*columns}:
        raise _Refused("column_unknown", "A column is not one of this table.", f"Use {', '.join(columns)}.")
    if any(character in cell for cell in (*edit.row.values(), *edit.to.values()) for character in "\t\r\n"):
        raise _Refused("cell_not_one_line", "A cell has a tab or a line break in it.", "Take it out.")
    if not edit.row:
        raise _Refused("row_missing", "No cells are given.", "Give the cells of the row, by column.")
    if bool(edit.to) != (edit.kind is EditKind.CHANGE):
        raise _Refused("to_misplaced", "`to` belongs to a change, and only there.", "Give it, or leave it out.")


def _only_row(lines: Sequence[str], columns: Sequence[str], wanted: Mapping[str, str]) -> int:
    places = {columns.index(column): cell for column, cell in wanted.items()}
    found = [number for number, line in enumerate(lines[1:], start=1) if _holds(line.split("\t"), places)]
    if not found:
        raise _Refused("row_unknown", "No row has these cells.", "Read the table again and name cells as they stand.")
    if len(found) > 1:
        raise _Refused("row_ambiguous", f"{len(found)} rows have these cells.", "Name more cells, up to the whole row.")
    return found[0]


def _holds(cells: Sequence[str], places: Mapping[int, str]) -> bool:
    return all(place < len(cells) and cells[place] == cell for place, cell in places.items())


def _tables(texts: Mapping[str, str]) -> str:
    return ", ".join(sorted(file for file in texts if file.endswith(".tsv")))
