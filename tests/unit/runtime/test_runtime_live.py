"""A live stream never skips: a slow client is told that it is, and one that takes nothing is cut off."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from runtime.errors import BrokerAway
from runtime.events import Message
from runtime.feed import Here, Missed, Told
from runtime.http import Problem
from runtime.live import SLOW_SECONDS, Live, position, told
from tests.support.noted import noted


class Clock:
    """A clock that the test moves."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


class Script:
    """A reader that gives what the test has written, and then its broker is away."""

    def __init__(self, *looks):
        self._looks = list(looks)

    async def read(self, wait_milliseconds):
        if not self._looks:
            raise BrokerAway("over")
        return self._looks.pop(0)


def fact(at):
    event = noted(at)
    message = Message("", 0, at - 1, None, None, (), f"id-{at}", event.type, "", 1, datetime.now(UTC), None)
    return Told(at, message, event)


async def bodies(facts):
    return [("note", {"number": each.event.number}) for each in facts]


async def streamed(reader, clock=None, each_takes=0.0):
    """Take a whole stream, each event in a time of its client's own."""
    clock = clock or Clock()
    events = []
    async for text in told(reader, bodies, clock):
        clock.seconds += each_takes
        lines = dict(line.split(": ", 1) for line in text.strip().splitlines())
        events.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return events


async def test_each_look_ends_with_where_the_stream_stands():
    reader = Script([Here(4, 2)], [fact(5), fact(6), Here(6, 0)])

    events = await streamed(reader)

    assert events == [
        (4, "position", {"behind": 2}),
        (5, "note", {"number": 5}),
        (6, "note", {"number": 6}),
        (6, "position", {"behind": 0}),
    ]


async def test_a_client_that_is_slow_while_more_waits_is_told_so_and_misses_nothing():
    reader = Script([fact(1), fact(2), Here(2, 7)], [fact(3), Here(3, 6)])

    events = await streamed(reader, each_takes=SLOW_SECONDS)

    assert [event for _, event, _ in events] == ["note", "note", "position", "slow", "note", "position", "slow"]
    assert events[3] == (2, "slow", {"behind": 7, "seconds": 3 * SLOW_SECONDS})
    assert [at for at, event, _ in events if event == "note"] == [1, 2, 3]


async def test_a_client_that_is_slow_when_nothing_waits_is_not_reproached():
    events = await streamed(Script([fact(1), Here(1, 0)]), each_takes=10 * SLOW_SECONDS)

    assert [event for _, event, _ in events] == ["note", "position"]


async def test_a_client_that_is_far_behind_but_quick_is_not_slow():
    events = await streamed(Script([fact(1), Here(1, 10_000)]))

    assert [event for _, event, _ in events] == ["note", "position"]


async def test_what_is_no_longer_kept_is_said():
    events = await streamed(Script([Missed(9), Here(9, 0)]))

    assert [(at, event) for at, event, _ in events] == [(9, "missed"), (9, "position")]


async def test_a_client_that_takes_nothing_is_cut_off():
    taken = []

    async def send(message):
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()
        taken.append(message["type"])

    response = Live(Script([fact(1), Here(1, 0)]), bodies, stalled_seconds=0.01)
    await response.stream_response(send)

    assert taken == ["http.response.start"]


@pytest.mark.parametrize(("given", "at"), [(None, None), ("", None), ("0", 0), ("41", 41)])
def test_a_place_is_a_number_of_ours(given, at):
    assert position(given) == at


@pytest.mark.parametrize("given", ["-1", "x", "1.5", "٣"])
def test_a_place_that_is_none_of_ours_is_refused(given):
    with pytest.raises(Problem, match="last_event_id_unknown"):
        position(given)
