import pytest

from services.routing.row_edits import CannotEdit, EditKind, RowEdit, edit_tables

TABLES = {"desks.tsv": "desk\tname\nEUR\tEurope\nMEA\tMiddle East\nMEA\tAfrica\n", "ruleset.toml": "version = 1\n"}


def edit(kind: str, row: dict[str, str], to: dict[str, str] | None = None, file: str = "desks.tsv") -> RowEdit:
    return RowEdit(file, EditKind(kind), row, to or {})


def refusals(*edits: RowEdit) -> list[tuple[int, str]]:
    with pytest.raises(CannotEdit) as raised:
        edit_tables(TABLES, edits)
    assert all(fault.mend and fault.problem for fault in raised.value.faults)
    return [(fault.number, fault.code) for fault in raised.value.faults]


def test_a_new_row_goes_to_the_end_with_what_is_not_given_left_empty():
    edited = edit_tables(TABLES, [edit("add", {"desk": "ASIA"})])

    assert edited["desks.tsv"] == TABLES["desks.tsv"] + "ASIA\t\n"


def test_a_row_is_changed_where_it_stands():
    edited = edit_tables(TABLES, [edit("change", {"desk": "EUR"}, {"name": "All of Europe"})])

    assert edited["desks.tsv"].splitlines()[1] == "EUR\tAll of Europe"


def test_a_row_is_taken_out():
    edited = edit_tables(TABLES, [edit("remove", {"desk": "MEA", "name": "Africa"})])

    assert edited["desks.tsv"] == "desk\tname\nEUR\tEurope\nMEA\tMiddle East\n"


def test_edits_are_made_one_after_the_other():
    edited = edit_tables(TABLES, [edit("add", {"desk": "ASIA"}), edit("change", {"desk": "ASIA"}, {"name": "Asia"})])

    assert edited["desks.tsv"].splitlines()[-1] == "ASIA\tAsia"


def test_what_is_not_edited_stays_as_it_is():
    assert edit_tables(TABLES, []) == TABLES


def test_a_table_with_line_ends_of_another_system_can_be_edited():
    tables = {"desks.tsv": "desk\tname\r\nEUR\tEurope\r\n"}

    edited = edit_tables(tables, [edit("change", {"desk": "EUR"}, {"name": "All of Europe"})])

    assert edited["desks.tsv"] == "desk\tname\nEUR\tAll of Europe\n"


def test_every_edit_that_cannot_be_made_is_named():
    assert refusals(
        edit("change", {"desk": "ASIA"}, {"name": "Asia"}),
        edit("remove", {"desk": "EUR"}),
        edit("remove", {"desk": "MEA"}),
        edit("add", {"colour": "red"}),
        edit("add", {"desk": "A\tB"}),
        edit("add", {"desk": "A\nB"}),
        edit("change", {"desk": "MEA"}),
        edit("remove", {}),
        edit("add", {"version": "2"}, file="ruleset.toml"),
        edit("add", {"desk": "ASIA"}, file="../desks.tsv"),
    ) == [
        (0, "row_unknown"),
        (2, "row_ambiguous"),
        (3, "column_unknown"),
        (4, "cell_not_one_line"),
        (5, "cell_not_one_line"),
        (6, "to_misplaced"),
        (7, "row_missing"),
        (8, "table_unknown"),
        (9, "table_unknown"),
    ]
