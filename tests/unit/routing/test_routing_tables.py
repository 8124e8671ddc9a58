import shutil
from datetime import date
from pathlib import Path

import pytest
from routing_cases import TODAY

from services.routing.tables import DATA, BadTable, load_ruleset


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def replace(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("areas.tsv", "AL\tSAC-ATL", "AL\tSAC-XXX", "areas.tsv row 2: office 'SAC-XXX' is not known"),
        ("areas.tsv", "AK\t", "AL\t", "areas.tsv row 3: 'AL' stands in another row already"),
        ("areas.tsv", "WY\tSAC-DEN\t2025-01-01", "WY\tSAC-DEN\t2030-01-01", "nothing is said of WY"),
        ("areas.tsv", "AL\tSAC-ATL\t2025-01-01", "AL\tSAC-ATL\tsoon", "areas.tsv row 2: valid_from 'soon' is no date"),
        ("areas.tsv", "area\toffice", "state\toffice", "areas.tsv row 1: the columns must be"),
        ("areas.tsv", "AL\tSAC-ATL", "AL", "areas.tsv row 2: 4 cells instead of 5"),
        ("counties.tsv", "CA\tAlameda", "CA\tAlpine", "stands in another row already"),
        (
            "counties.tsv",
            "CA\tAlameda\tSAC-SFO\t2025",
            "CA\tAlameda\tSAC-SFO\t2030",
            "CA has 57 counties instead of 58",
        ),
        ("counties.tsv", "CA\tAlameda", "OR\tAlameda", "counties.tsv row 2: state 'OR' is not known"),
        (
            "zip3.tsv",
            "005\t005\tNY\tSAC-NYC",
            "005\t005\tNY\tSAC-BOS",
            "zip3.tsv row 2: office 'SAC-BOS' does not act in NY",
        ),
        ("zip3.tsv", "005\t005", "005\t006", "stands in another row already"),
        ("zip3.tsv", "005\t005", "5\t005", "zip3.tsv row 2: first '5' must have 3 digits"),
        ("zip5.tsv", "\t90\t", "\t9\t", "'9' is no ending of a ZIP code"),
        ("gateways.tsv", "CVG\tKY\tSAC-BNA", "CVG\tOH\tSAC-BNA", "office 'SAC-BNA' does not act in OH"),
        ("gateways.tsv", "DUB\tIE\tEUR", "DUB\tIE\tMEA", "'MEA' is not the desk of IE"),
        ("gateways.tsv", "air\tJFK", "rail\tJFK", "gateways.tsv row 2: kind 'rail' is not known"),
        ("countries.tsv", "AD\tEUR", "AD\tEURO", "desk 'EURO' is not known"),
        ("countries.tsv", "AD\tEUR", "AE\tEUR", "'AE' stands in another row already"),
        (
            "countries.tsv",
            "AD\tEUR\teurope\tAndorra\t2025",
            "AD\tEUR\teurope\tAndorra\t2030",
            "countries.tsv: nothing is said of AD",
        ),
        ("country-aliases.tsv", "UK\tGB", "FR\tGB", "'FR' is a country of its own"),
        ("categories.tsv", "\tgangs\t", "\tgang\t", "category 'gang' is not known"),
        ("categories.tsv", "\tgangs\t", "\tcybercrime\t", "<Category.CYBERCRIME: 'cybercrime'> stands in another row"),
        ("statutes.tsv", "\t8\t1324\t", "\t21\t1324\t", "statutes.tsv row 2: title '21' is not known"),
        ("statutes.tsv", "\t8\t1324\t", "\t8\tall\t", "statutes.tsv row 2: section 'all' cannot be read"),
        ("statute-leads.tsv", "18 USC 1956", "18 USC 9", "section '18 USC 9' stands under no category"),
        ("copies.tsv", "BCSC\t", "BCS\t", "copies.tsv row 2: programme 'BCS' is not known"),
        ("copies.tsv", "always", "often", "copies.tsv row 2: when 'often' is not known"),
        ("offices.tsv", "SAC-ATL", "SAC-BAL", "'SAC-BAL' stands in another row already"),
        ("offices.tsv", "approximate; OPLA directory (proxy)", "", "no source is given"),
        ("ruleset.toml", "phone = 0.3", "phone = 3", "ruleset.toml: phone must lie between 0 and 1"),
        ("ruleset.toml", "phone = 9\n", "", "ruleset.toml: no figure for phone"),
        ("ruleset.toml", "[rank]", "[rank", "ruleset.toml: "),
        ("ruleset.toml", "version =", "edition =", "ruleset.toml: a version"),
    ],
)
def test_a_bad_row_is_told_by_file_and_row(folder: Path, file: str, old: str, new: str, told: str) -> None:
    replace(folder, file, old, new)

    with pytest.raises(BadTable) as refused:
        load_ruleset(TODAY, folder)

    assert file in str(refused.value)
    assert told in str(refused.value)


def test_the_project_data_has_no_fault() -> None:
    ruleset = load_ruleset(TODAY)

    assert (ruleset.version, ruleset.good_from, ruleset.good_until) == ("2026-11-01", date(2025, 1, 1), None)


def test_a_row_ends_on_its_day_and_the_next_one_begins(folder: Path) -> None:
    old = "UT\tSAC-DEN\t2025-01-01\t\t"
    replace(folder, "areas.tsv", old, "UT\tSAC-DEN\t2025-01-01\t2027-01-01\tx\nUT\tSAC-LAS\t2027-01-01\t\t")
    replace(
        folder,
        "zip3.tsv",
        "840\t847\tUT\tSAC-DEN\t\t2025-01-01\t\t",
        "840\t847\tUT\tSAC-DEN\t\t2025-01-01\t2027-01-01\tx\n840\t847\tUT\tSAC-LAS\t\t2027-01-01\t\t",
    )
    replace(
        folder,
        "gateways.tsv",
        "SLC\tUT\tSAC-DEN\tSalt Lake City\t2025-01-01\t\t",
        "SLC\tUT\tSAC-DEN\tSalt Lake City\t2025-01-01\t2027-01-01\t",
    )

    before, after = load_ruleset(date(2026, 12, 31), folder), load_ruleset(date(2027, 1, 1), folder)

    assert (before.places.areas["UT"], before.good_until) == (("SAC-DEN",), date(2027, 1, 1))
    assert (after.places.areas["UT"], after.good_from, after.good_until) == (("SAC-LAS",), date(2027, 1, 1), None)


def test_a_day_before_every_rule_has_no_rules() -> None:
    with pytest.raises(BadTable):
        load_ruleset(date(2024, 12, 31))


def test_the_host_states_of_units_are_empty_until_a_source_is_known() -> None:
    assert load_ruleset(TODAY).programmes.tciu_hosts == frozenset()
