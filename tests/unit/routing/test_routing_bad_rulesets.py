"""Every kind of bad ruleset is refused with its fault, by file and row, and with a way to mend it."""

from collections.abc import Mapping
from datetime import date

import pytest
from routing_bad_rules import ROWS, TOGETHER
from routing_bad_tables import CODES, DAYS, FIGURE_FILE, PLACES, TEXTS
from routing_cases import TODAY
from routing_spoiling import Kind, small_bundle

from services.routing.tables import BadTable, check_ruleset, load_ruleset

GROUPS = (TEXTS, FIGURE_FILE, DAYS, CODES, PLACES, ROWS, TOGETHER)
KINDS = tuple(kind for kinds in GROUPS for kind in kinds)


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str]:
    return small_bundle()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_bad_ruleset_is_told_by_file_and_row_with_its_mend(kind: Kind, texts: Mapping[str, str]) -> None:
    spoiled = kind.spoiled(texts)

    faults = check_ruleset(spoiled, TODAY)

    assert {(fault.file, fault.row, fault.code) for fault in faults} == kind.expected(spoiled)
    assert all(fault.problem and fault.mend for fault in faults)


@pytest.mark.parametrize("kind", [kinds[-1] for kinds in GROUPS if kinds is not DAYS], ids=lambda kind: kind.name)
def test_a_bad_ruleset_decides_nothing(kind: Kind, texts: Mapping[str, str]) -> None:
    with pytest.raises(BadTable) as refused:
        load_ruleset(TODAY, kind.spoiled(texts))

    assert [fault.code for fault in refused.value.faults] == [kind.code]


def test_a_ruleset_with_a_fault_of_days_to_come_decides_until_then(texts: Mapping[str, str]) -> None:
    ends = next(kind for kind in DAYS if kind.code == "ends-with-none-after").spoiled(texts)

    assert load_ruleset(TODAY, ends).good_until == date(2027, 1, 1)
    with pytest.raises(BadTable, match="nothing is said of FR from 2027-01-01 on"):
        load_ruleset(date(2027, 1, 1), ends)


def test_there_are_more_than_a_hundred_kinds_of_bad_rulesets_with_codes_of_their_own() -> None:
    codes = {kind.code for kind in KINDS}

    assert len(codes) > 100
