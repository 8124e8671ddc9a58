import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from zlib import crc32

import hypothesis.strategies as st
import pytest
from hypothesis import given

from runtime.http import Problem
from runtime.pages import read_cursor, read_moment, read_number, write_cursor

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def forged(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_a_cursor_is_read_back_as_it_was_written(last, listing):
    assert read_cursor(write_cursor(last, listing), listing, fields=len(last)) == last


def test_numbers_and_times_come_back_as_their_text():
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    assert read_cursor(write_cursor([7, moment], "list"), "list", fields=2) == ["7", str(moment)]


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_garbage_is_not_a_cursor(cursor):
    with pytest.raises(Problem) as problem:
        read_cursor(cursor, "list", fields=1)

    assert (problem.value.status, problem.value.code) == (400, "cursor_unknown")


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "text",
        [],
        {},
        {"a": 1},
        [crc32(b"list")],
        [crc32(b"list"), 7],
        [crc32(b"list"), None],
        [crc32(b"list"), {"$gt": ""}],
        [crc32(b"list"), ["a"]],
        [crc32(b"list"), "a", "b"],
        [crc32(b"other"), "a"],
        [crc32(b"list"), "\ud800"],
        [[[[[[]]]]]],
    ],
)
def test_a_forged_cursor_is_refused_and_gives_only_text_to_look_for(value):
    with pytest.raises(Problem):
        read_cursor(forged(value), "list", fields=1)


def test_a_cursor_nested_ten_thousand_deep_is_refused():
    deep = base64.urlsafe_b64encode(b"[" * 10_000).decode()

    with pytest.raises(Problem):
        read_cursor(deep, "list", fields=1)


def test_a_cursor_of_one_list_is_refused_by_another():
    with pytest.raises(Problem):
        read_cursor(write_cursor(["a"], "office=NY"), "office=LA", fields=1)


def test_moments_and_numbers_are_read_as_they_were_written():
    moment = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))

    assert read_moment(moment.isoformat()) == moment
    assert read_number("70") == 70


@pytest.mark.parametrize("value", ["", "soon", "2026-03-01T12:00:00", "0001-01-01T00:00:00+14:00", "2026-13-01T00:00Z"])
def test_what_is_no_moment_that_a_database_could_look_for_is_refused(value):
    with pytest.raises(Problem) as problem:
        read_moment(value)

    assert (problem.value.status, problem.value.code) == (400, "cursor_unknown")


@pytest.mark.parametrize("value", ["", "-1", "1.0", "²", "٣", "9" * 30])
def test_what_is_no_number_that_a_database_could_look_for_is_refused(value):
    with pytest.raises(Problem) as problem:
        read_number(value)

    assert (problem.value.status, problem.value.code) == (400, "cursor_unknown")
