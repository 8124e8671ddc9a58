from collections.abc import Mapping

import pytest
from routing_cases import TODAY
from routing_spoiling import DATED, FIGURES, RULES, Spoil, adding, rule, swap, without

from services.routing.tables import CellChange, RowChange, check_ruleset, diff_rulesets, shipped
from services.routing.tables.bundle import TABLES
from services.routing.tables.diff import KEYS


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str]:
    return shipped()


def changed(texts: Mapping[str, str], file: str, change: Spoil) -> dict[str, str]:
    return {**texts, file: change(texts[file])}


def test_the_same_bundle_differs_in_nothing(texts: Mapping[str, str]) -> None:
    assert diff_rulesets(texts, dict(texts)) == ()


def test_a_changed_cell_is_told_with_what_it_said(texts: Mapping[str, str]) -> None:
    new = changed(texts, "areas.tsv", swap("UT\tSAC-DEN", "UT\tSAC-LAS"))

    (change,) = diff_rulesets(texts, new)

    assert change == RowChange("areas.tsv", "changed", "UT", 46, (CellChange("office", "SAC-DEN", "SAC-LAS"),))
    assert str(change) == "areas.tsv UT changed: office 'SAC-DEN' to 'SAC-LAS'"


def test_a_row_that_ends_and_the_one_after_it_are_told_apart(texts: Mapping[str, str]) -> None:
    following = "UT\tSAC-DEN\t2025-01-01\t2027-01-01\tx\nUT\tSAC-LAS\t2027-01-01\t\t"
    new = changed(texts, "areas.tsv", swap("UT\tSAC-DEN\t2025-01-01\t\t", following))

    ended, added = diff_rulesets(texts, new)

    assert (ended.kind, [cell.column for cell in ended.cells]) == ("changed", ["valid_to", "source"])
    assert (added.kind, added.key, added.row) == ("added", "UT", 47)


def test_a_rule_added_in_front_changes_no_other(texts: Mapping[str, str]) -> None:
    header = texts[RULES].partition("\n")[0]
    new = changed(texts, RULES, swap(header, f"{header}\n{rule('R-740', lead='SAC-SAN', category='tobacco')}"))

    changes = diff_rulesets(texts, new)

    assert [(change.kind, change.key, change.row) for change in changes] == [("added", "R-740", 2)]
    assert CellChange("lead", "", "SAC-SAN") in changes[0].cells


def test_a_removed_row_is_told_with_what_it_said(texts: Mapping[str, str]) -> None:
    (change,) = diff_rulesets(texts, changed(texts, RULES, without("R-NEXUS-05")))

    assert (change.kind, change.key) == ("removed", "R-NEXUS-05")
    assert CellChange("nexus", "conveyance_arrival", "") in change.cells


def test_a_figure_is_told_by_its_name(texts: Mapping[str, str]) -> None:
    (change,) = diff_rulesets(texts, changed(texts, FIGURES, swap("phone = 0.3", "phone = 0.4")))

    assert str(change) == "ruleset.toml base.phone changed: figure '0.3' to '0.4'"


def test_changes_come_in_the_order_of_files_and_rows(texts: Mapping[str, str]) -> None:
    new = changed(texts, "tciu-hosts.tsv", adding(f"CO\t{DATED}"))
    new = changed(new, "areas.tsv", swap("WY\tSAC-DEN", "WY\tSAC-SEA"))
    new = changed(new, "areas.tsv", swap("AK\tSAC-SEA", "AK\tSAC-DEN"))

    assert [change.key for change in diff_rulesets(texts, new)] == ["CO", "AK", "WY"]


@pytest.mark.parametrize(
    "text", ["", "\ufeff", "area\n\n\t\t\n", "x = [", "\x00", "a.b.c = 1\n" * 3, f"x={'[' * 5_000}"]
)
def test_a_draft_with_faults_is_compared_all_the_same(text: str, texts: Mapping[str, str]) -> None:
    for file in (FIGURES, RULES):
        assert diff_rulesets(texts, {**texts, file: text})


def test_every_table_has_a_key_by_which_its_rows_are_told_apart(texts: Mapping[str, str]) -> None:
    assert {*KEYS, FIGURES} == {*TABLES}
    for file in KEYS:
        columns = texts[file].partition("\n")[0].split("\t")
        assert {*KEYS[file]} <= {*columns}
    assert check_ruleset(texts, TODAY) == ()
