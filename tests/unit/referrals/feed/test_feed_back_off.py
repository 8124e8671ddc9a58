"""How long is waited before a thing is asked for again."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.referrals.feed.back_off import LONGEST_TOLD_S, BackOff, read_retry_after
from services.referrals.feed.turns import Turns

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@given(some.integers(2, 40), some.floats(0, 1))
def test_the_wait_is_drawn_below_a_bound_that_doubles_up_to_the_most(attempt: int, share: float):
    drawn = BackOff(2.0, 120.0, draw=lambda least, most: least + (most - least) * share)

    assert drawn.before(attempt) == pytest.approx(min(120.0, 2.0 ** (attempt - 1)) * share)


@given(some.integers(2, 10), some.floats(0, 1_000))
def test_it_is_never_shorter_than_we_were_told(attempt: int, told: float):
    assert BackOff(2.0, 120.0).before(attempt, told) >= told


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("7", 7.0),
        ("0", 0.0),
        ("9" * 39, LONGEST_TOLD_S),
        ("9" * 4_000, None),
        ("Wed, 25 Nov 2026 08:01:00 GMT", 60.0),
        ("Wed, 25 Nov 2026 07:00:00 GMT", 0.0),
        ("Wed, 25 Nov 2026 08:01:00", 60.0),
        ("Wed, 99 Nov 2026 08:01:00 GMT", None),
    ],
)
def test_what_we_are_told_is_read_by_number_or_date(value: str | None, seconds: float | None):
    assert read_retry_after(value, NOW) == seconds


@given(some.text(max_size=60))
def test_whatever_is_told_is_read_or_passed_over(value: str):
    seconds = read_retry_after(value, NOW)

    assert seconds is None or 0 <= seconds <= LONGEST_TOLD_S


async def test_turns_that_nobody_took_are_not_saved_up(monkeypatch: pytest.MonkeyPatch):
    clock = [100.0]
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    turns = Turns(2.0)

    await turns.take()
    clock[0] += 60
    for _ in range(3):
        await turns.take()

    assert slept == [0.5, 0.5]
