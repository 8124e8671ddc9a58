import csv
from collections import Counter
from datetime import date
from io import StringIO
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.statistics.__main__ import main
from services.referrals.statistics.pages import as_csv, as_json, as_table, harmless
from services.referrals.statistics.report import COUNTED, Dimension, Outcome, Step, Trait, percentile, report_of

BY = (Dimension.COUNTRY, Dimension.CATEGORY)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))

keys = st.tuples(st.sampled_from(["IT", "RO", "=1+1"]), st.sampled_from(["bulk-cash", "@cmd", "tobacco"]))
counted = st.builds(
    lambda key, outcome, traits, number: {
        "_id": {
            "key": list(key),
            "step": COUNTED,
            "outcome": outcome.value,
            "ground": "no_us_nexus" if outcome is Outcome.REFUSED else None,
            **{trait.value: trait in traits for trait in Trait},
        },
        "number": number,
    },
    keys,
    st.sampled_from(Outcome),
    st.sets(st.sampled_from(Trait)),
    st.integers(1, 50),
)
timed = st.builds(
    lambda key, step, seconds, number: {
        "_id": {"key": list(key), "step": step.value, "seconds": seconds},
        "number": number,
    },
    keys,
    st.sampled_from(Step),
    st.integers(0, 10**7),
    st.integers(1, 50),
)
groups = st.lists(counted | timed, max_size=30)


@given(groups)
def test_the_rows_add_up_to_the_total(found):
    shown = as_json(report_of(*YEAR, BY, found))

    for name in ("requests", "urgent", "not_urgent", *(outcome.value for outcome in Outcome)):
        assert sum(row[name] for row in shown["rows"]) == shown["total"][name]
    for step in Step:
        counts = [row["elapsed_seconds"][step.value]["count"] for row in shown["rows"]]
        assert sum(counts) == shown["total"]["elapsed_seconds"][step.value]["count"]


@given(groups)
def test_every_request_has_one_outcome_and_every_refusal_one_ground(found):
    shown = as_json(report_of(*YEAR, BY, found))

    for row in [*shown["rows"], shown["total"]]:
        assert row["requests"] == sum(row[outcome.value] for outcome in Outcome)
        assert row["requests"] == row["urgent"] + row["not_urgent"]
        assert row["refused"] == sum(row["refused_on"].values())


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_shortest_time_within_which_so_many_came_there(seconds, percent):
    found = percentile(Counter(seconds), percent)

    assert found == sorted(seconds)[ceil(len(seconds) * percent / 100) - 1]


def test_of_nobody_there_is_no_percentile():
    assert percentile(Counter(), 50) is None


@given(groups)
def test_the_csv_says_what_the_json_says(found):
    report = report_of(*YEAR, BY, found)
    shown = as_json(report)

    text = as_csv(report)
    lines = list(csv.DictReader(StringIO(text, newline="")))

    assert text.endswith("\r\n")
    assert [int(line["requests"]) for line in lines] == [
        *(row["requests"] for row in shown["rows"]),
        shown["total"]["requests"],
    ]
    assert all(
        line["answered_median_seconds"] == str(row["elapsed_seconds"]["answered"]["median"] or "")
        for line, row in zip(lines, shown["rows"], strict=False)
        if row["elapsed_seconds"]["answered"]["median"] != 0
    )


@given(groups)
def test_no_cell_of_the_csv_is_a_formula(found):
    for line in csv.reader(StringIO(as_csv(report_of(*YEAR, BY, found)), newline="")):
        assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for cell in line if cell)


@given(st.text())
def test_a_harmless_text_stays_as_it_is_and_any_other_only_gets_a_mark_in_front(text):
    assert harmless(text).removeprefix("'") == text.removeprefix("'") or harmless(text) == f"'{text}"
    assert harmless("bulk-cash") == "bulk-cash"
    assert harmless("=1+1") == "'=1+1"


def test_a_terminal_gets_a_table_with_the_total_below():
    one = {"key": ["IT", "tobacco"], "step": COUNTED, "outcome": "answered", "ground": None}
    found = [
        {"_id": {**one, **dict.fromkeys((trait.value for trait in Trait), True)}, "number": 3},
        {"_id": {"key": ["IT", "tobacco"], "step": "answered", "seconds": 90_060}, "number": 3},
    ]

    head, row, total = as_table(report_of(*YEAR, BY, found)).splitlines()

    assert head.split()[:4] == ["country", "category", "requests", "urgent"]
    assert row.split() == ["IT", "tobacco", "3", "3", "3", "0", "0", "0", "0", "3", "1d", "01:01", "1d", "01:01"]
    assert total.split()[:3] == ["total", "3", "3"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--year", "0"], "there is no such year"),
        (["--year", "99999"], "there is no such year"),
        (["--from", "2026-05-01", "--to", "2026-01-01"], "must not be before its first"),
    ],
)
async def test_a_report_of_a_period_that_there_is_not_is_refused_before_anything_is_opened(arguments, said, capsys):
    with pytest.raises(SystemExit) as refused:
        await main(arguments, lambda: pytest.fail("the environment was read"))

    assert refused.value.code == 2
    assert said in capsys.readouterr().err
