import base64
import json
from datetime import UTC, datetime
from zlib import crc32

import hypothesis.strategies as st
import pytest
from hypothesis import given

from runtime.http import Problem
from runtime.pages import read_cursor, write_cursor

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
