from collections.abc import Mapping
from datetime import date

import pytest
from routing_cases import TODAY
from routing_spoiling import DATED, RULES, Spoil, adding, dated, rule, swap, without

from services.routing.tables import DATA, TABLES, BadTable, check_ruleset, load_ruleset, shipped


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str]:
    return shipped()


def test_every_data_file_belongs_to_the_bundle() -> None:
    files = {path.name for path in DATA.iterdir() if path.suffix in (".tsv", ".toml")}

    assert files == {*TABLES}


@pytest.mark.parametrize("day", [TODAY, date(2027, 11, 20), date(2028, 2, 29)])
def test_the_shipped_bundle_has_no_fault(day: date, texts: Mapping[str, str]) -> None:
    assert check_ruleset(texts, day) == ()


def test_the_shipped_bundle_is_loaded_where_no_other_is_given(texts: Mapping[str, str]) -> None:
    ruleset = load_ruleset(TODAY)

    assert (ruleset.version, ruleset.good_from, ruleset.good_until) == ("2026-11-01", date(2025, 1, 1), None)
    assert load_ruleset(TODAY, texts) == ruleset


def test_lines_may_end_as_windows_ends_them(texts: Mapping[str, str]) -> None:
    written = {name: text.replace("\n", "\r\n") for name, text in texts.items()}

    assert load_ruleset(TODAY, written) == load_ruleset(TODAY)


def test_a_row_ends_on_its_day_and_the_next_one_begins(texts: Mapping[str, str]) -> None:
    moved = {
        **texts,
        "areas.tsv": _moved("UT\tSAC-DEN", "UT\tSAC-LAS")(texts["areas.tsv"]),
        "zip3.tsv": _moved("840\t847\tUT\tSAC-DEN\t", "840\t847\tUT\tSAC-LAS\t")(texts["zip3.tsv"]),
        "gateways.tsv": dated("air\tSLC", "2025-01-01", "2027-01-01")(texts["gateways.tsv"]),
    }

    before, after = load_ruleset(date(2026, 12, 31), moved), load_ruleset(date(2027, 1, 1), moved)

    assert check_ruleset(moved, TODAY) == ()
    assert (before.places.areas["UT"], before.good_until) == (("SAC-DEN",), date(2027, 1, 1))
    assert (after.places.areas["UT"], after.good_from, after.good_until) == (("SAC-LAS",), date(2027, 1, 1), None)


def _moved(old: str, new: str) -> Spoil:
    first = "2025-01-01"
    return swap(f"{old}\t{first}\t\t", f"{old}\t{first}\t2027-01-01\tinvented\n{new}\t2027-01-01\t\t")


def test_a_day_before_every_rule_has_no_rules() -> None:
    with pytest.raises(BadTable, match="the ruleset begins on 2025-01-01, after 2024-12-31"):
        load_ruleset(date(2024, 12, 31))


def test_a_ruleset_that_begins_later_is_checked_as_of_its_first_day(texts: Mapping[str, str]) -> None:
    later = swap("valid_from = 2025-01-01", "valid_from = 2027-01-01")(texts["ruleset.toml"])

    assert check_ruleset({**texts, "ruleset.toml": later}, TODAY) == ()


def test_every_fault_is_told_at_once_in_the_order_of_files_and_rows(texts: Mapping[str, str]) -> None:
    spoiled = {
        **texts,
        "areas.tsv": swap("AK\tSAC-SEA", "AK\tSAC-SAE")(swap("WY\tSAC-DEN", "WY\tSAC-DNE")(texts["areas.tsv"])),
        "countries.tsv": without("FR\t")(texts["countries.tsv"]),
        RULES: adding(rule("R-740", lead="SAC-XXX"))(texts[RULES]),
    }

    with pytest.raises(BadTable) as refused:
        load_ruleset(TODAY, spoiled)

    assert [(fault.file, fault.code) for fault in refused.value.faults] == [
        (RULES, "unknown-lead"),
        ("areas.tsv", "unknown-office"),
        ("areas.tsv", "unknown-office"),
        ("countries.tsv", "no-country"),
    ]
    assert str(refused.value).splitlines()[1].startswith("areas.tsv row 3: office 'SAC-SAE' is not known; use one of ")


def test_what_is_shown_of_many_faults_is_cut_short(texts: Mapping[str, str]) -> None:
    wrong = adding(*[f"ZZ\t{DATED}"] * 100)(texts["tciu-hosts.tsv"])

    with pytest.raises(BadTable) as refused:
        load_ruleset(TODAY, {**texts, "tciu-hosts.tsv": wrong})

    assert len(refused.value.faults) == 100
    assert str(refused.value).splitlines()[20:] == ["and 80 more"]


def test_a_long_or_unseen_cell_is_quoted_short_and_harmless(texts: Mapping[str, str]) -> None:
    spoiled = swap("AL\tSAC-ATL", f"AL\t{'X' * 500}")(texts["areas.tsv"])

    (fault,) = check_ruleset({**texts, "areas.tsv": spoiled}, TODAY)

    assert f"'{'X' * 59}…'" in fault.problem
    assert "X" * 60 not in fault.problem


def test_stand_ins_are_followed_to_the_office_that_acts(texts: Mapping[str, str]) -> None:
    rows = adding(f"SAC-MSY\tSAC-HOU\t{DATED}", f"SAC-HOU\tSAC-DAL\t{DATED}")(texts["stand-ins.tsv"])

    ruleset = load_ruleset(TODAY, {**texts, "stand-ins.tsv": rows})

    assert ruleset.stand_ins == {"SAC-MSY": "SAC-DAL", "SAC-HOU": "SAC-DAL"}


def test_nobody_stands_in_for_an_office_until_an_operator_says_so() -> None:
    assert load_ruleset(TODAY).stand_ins == {}


def test_the_host_states_of_units_are_empty_until_a_source_is_known() -> None:
    assert load_ruleset(TODAY).programmes.tciu_hosts == frozenset()


@pytest.mark.parametrize("file", TABLES)
def test_a_missing_file_is_told_and_hides_nothing_else(file: str, texts: Mapping[str, str]) -> None:
    less = {name: text for name, text in texts.items() if name != file}
    # The shipped rule for programmes pro tem asks for their table, so it is told as well.
    also = [(RULES, "no-programme-pro-tem")] if file == "pro-tem.tsv" else []

    faults = check_ruleset(less, TODAY)

    assert [(fault.file, fault.code) for fault in faults] == [*also, (file, "missing-file")]


def test_a_bundle_too_large_is_not_read_at_all(texts: Mapping[str, str]) -> None:
    large = {name: "x" * 3_900_000 if name.startswith("z") else text for name, text in texts.items()}
    large["towns.tsv"] = "x" * 3_900_000

    assert [fault.code for fault in check_ruleset(large, TODAY)] == ["bundle-too-large"]
