"""What ops is shown of the feed: on the page, in the terminal, and never a name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.referrals.feed.planner import Alarm
from services.referrals.feed.query import ListName, Query
from services.referrals.feed.status_page import share, status_page
from services.referrals.feed.sweep_store import Phase, State, shown_alarm
from services.referrals.feed.sweeping import Progress, Swept
from services.referrals.feed.terminal import progress_line, status_text, swept_line

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def status(**last: Any) -> dict[str, Any]:
    complete = {
        "sweep": 3,
        "ended_at": NOW,
        "age_s": 3_700,
        "total": 7_000,
        "distinct": 6_999,
        "coverage": 6_999 / 7_000,
        "counts": {"new": 4, "changed": 0},
        "requests": {"pages": 60, "notices": 7_100, "lost": 0},
    }
    newest = {
        "sweep": 4,
        "state": "paused",
        "reason": "circuit_open",
        "progress": {"phase": "reading", "done": 12, "of": 7_000},
        "alarms": [],
    }
    circuit = {"state": "open", "until": NOW + timedelta(minutes=30), "refusals": 3, "times_opened": 1}
    red = {"list": "red", "last_complete": complete, "last": newest | last, "due_at": None}
    return {"at": NOW, "circuit": circuit, "lists": [red]}


def test_the_page_says_how_every_list_stands():
    shown = status_page(status())

    for text in ("red", "1:01:40", "99.98 %", "7,000", "7,160", "circuit_open", "reading 12 of 7000", "08:30:00"):
        assert text in shown


def test_what_comes_from_outside_is_shown_as_text():
    alarm = {"filters": {"nationality": "<script>"}, "total": 161, "known": 160, "ground": "cannot_be_divided"}

    shown = status_page(status(alarms=[alarm]))

    assert "<script>" not in shown
    assert "&lt;script&gt;: 160 of 161" in shown


def test_before_the_first_sweep_it_says_so():
    empty = status() | {"lists": []}

    assert "No list has been read yet" in status_page(empty)
    assert "no list has been read yet" in status_text(empty)


def test_the_command_says_the_same_in_lines():
    assert status_text(status()).splitlines() == [
        "circuit: open until 2026-11-25 08:30:00 UTC, opened 1 times",
        "red: complete 1:01:40 ago, 6999 of 7000 (99.98 %)",
        "  now: sweep 4 paused (circuit_open), 0 alarms",
    ]


@pytest.mark.parametrize(("coverage", "text"), [(1.0, "100.00 %"), (0.99999, "99.99 %"), (0.0, "0.00 %")])
def test_a_coverage_is_never_rounded_up_to_a_whole(coverage: float, text: str):
    assert share(coverage) == text


def test_a_bar_says_how_far_it_is_how_fast_and_what_comes_next():
    progress = Progress(ListName.RED, Phase.READING, asked=lambda: 30, done=50, of=100)

    line = progress_line(progress, 10, [ListName.YELLOW])

    assert line == "red: reading [############............] 50 of 100, 3.0 requests/s; then yellow"


def test_the_end_of_a_sweep_is_told_in_one_line():
    figures = {
        "total": 2,
        "distinct": 2,
        "coverage": 1.0,
        "counts": {"new": 1, "image_changed": 1, "same": 0},
        "requests": {"pages": 1, "notices": 3, "lost": 0},
    }

    assert swept_line(Swept(ListName.RED, State.COMPLETE, figures)) == (
        "red: complete, 2 of 2 (100.00 %), 4 requests; 1 new, 1 image changed"
    )
    assert swept_line(Swept(ListName.RED, State.PAUSED, {}, "circuit_open")) == (
        "red: paused (circuit_open), 0 requests"
    )


def test_an_alarm_tells_a_pattern_of_names_only_as_being_one():
    query = Query((("forename", "^A"), ("name", "^TESTSON$"), ("nationality", "XK")))

    shown = shown_alarm(Alarm(query, 161, 160))

    assert shown["filters"] == {"forename": "name pattern", "name": "name pattern", "nationality": "XK"}
