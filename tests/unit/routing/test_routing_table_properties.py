"""No row may be lost and no cell be mangled so that a ruleset loads with a hole in it."""

from collections.abc import Mapping

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from routing_cases import TODAY
from routing_spoiling import FIGURES, small_bundle

from services.routing.tables import TABLES, check_ruleset, diff_rulesets
from services.routing.tables.diff import KEYS

SHIPPED = small_bundle()
COMPLETE = (
    "offices.tsv",
    "desks.tsv",
    "areas.tsv",
    "borders.tsv",
    "counties.tsv",
    "zip3.tsv",
    "countries.tsv",
    "categories.tsv",
    "programmes.tsv",
)
"""Tables of which every row is needed."""
WORDS = st.sampled_from(
    [
        "",
        " ",
        "-",
        "SAC-HOU",
        "TX",
        "ZZ",
        "|",
        "R-740",
        "@nexus",
        "2027-01-01",
        "0",
        "-1",
        "١",
        "É",
        "\r",
        "\x1b",
        "\ud800",
    ]
)
CELLS = WORDS | st.text(max_size=8)


PHASES = tuple(phase for phase in Phase if phase is not Phase.explain)
"""To explain a failure takes minutes: every line of the reading of a whole bundle is traced."""


def mangled(file: str, number: int, column: int, cell: str) -> Mapping[str, str]:
    lines = SHIPPED[file].split("\n")
    cells = lines[number].split("\t")
    cells[column] = cell
    lines[number] = "\t".join(cells)
    return {**SHIPPED, file: "\n".join(lines)}


def rows_of(file: str) -> st.SearchStrategy[int]:
    return st.integers(1, SHIPPED[file].count("\n") - 1)


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(st.data())
def test_no_row_of_a_complete_table_is_lost_unseen(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(COMPLETE))
    number = data.draw(rows_of(file))
    lines = SHIPPED[file].split("\n")
    less = {**SHIPPED, file: "\n".join(lines[:number] + lines[number + 1 :])}

    faults = check_ruleset(less, TODAY)

    assert file in {fault.file for fault in faults}


@settings(max_examples=40, deadline=None, phases=PHASES)
@given(st.data())
def test_no_key_of_a_complete_table_is_mangled_unseen(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(COMPLETE))
    number = data.draw(rows_of(file))
    lines = SHIPPED[file].split("\n")
    column = lines[0].split("\t").index(data.draw(st.sampled_from(KEYS[file])))
    before = lines[number].split("\t")[column]
    spoiled = mangled(file, number, column, data.draw(CELLS.filter(lambda cell: cell.lower() != before.lower())))

    faults = check_ruleset(spoiled, TODAY)

    assert file in {fault.file for fault in faults}


@settings(max_examples=40, deadline=None, phases=PHASES)
@given(st.data())
def test_whatever_stands_in_a_cell_the_check_tells_and_never_fails(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from([name for name in TABLES if SHIPPED[name].count("\n") > 1 and name != FIGURES]))
    number = data.draw(st.integers(0, SHIPPED[file].count("\n") - 1))
    column = data.draw(st.integers(0, SHIPPED[file].partition("\n")[0].count("\t")))
    spoiled = mangled(file, number, column, data.draw(CELLS))

    faults = check_ruleset(spoiled, TODAY)

    assert all(fault.problem and fault.mend and str(fault).isprintable() for fault in faults)
    assert all(change.file == file for change in diff_rulesets(SHIPPED, spoiled))


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(st.data())
def test_whatever_stands_among_the_figures_the_check_tells_and_never_fails(data: st.DataObject) -> None:
    lines = SHIPPED[FIGURES].split("\n")
    number = data.draw(st.integers(0, len(lines) - 1))
    figures = [
        "",
        "x",
        "[x]",
        "[[rank]]",
        "phone = inf",
        "phone = -1",
        "phone = 1979-05-27",
        "phone = true",
        "x = {a=1}",
    ]
    lines[number] = data.draw(st.sampled_from([*figures, "rank = 3", "1 = 1", "phone = 9e999", "phone = [[[1]]]"]))

    faults = check_ruleset({**SHIPPED, FIGURES: "\n".join(lines)}, TODAY)

    assert all(str(fault).isprintable() for fault in faults)
