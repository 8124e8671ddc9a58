"""Live streams over HTTP: server-sent events that resume by `Last-Event-ID`, and say where they stand.

A stream reads only as fast as its client takes it, so nothing is ever skipped for a slow one. It is told that it is
slow; one that takes nothing at all is cut off, and comes back with its Last-Event-ID.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Protocol

from fastapi.responses import StreamingResponse
from starlette.types import Message as AsgiMessage
from starlette.types import Send

from runtime.described import Answers, event_stream, problems
from runtime.errors import BrokerAway, StoreAway
from runtime.feed import Feed, Here, Missed, Reader, Told
from runtime.http import Problem

HEARTBEAT_MILLISECONDS = 5_000
"""How often a silent stream says where it stands."""

SLOW_SECONDS = 1.0
"""A client that leaves what one look has found unread for longer than this, while more is waiting, is slow."""

STALLED_SECONDS = 60.0
"""A client that takes nothing for this long is cut off: it holds a place that others wait for."""

_OF_THE_STREAM = {
    "position": "Where the stream stands, and that it lives: `behind` is how many facts are still to come.",
    "slow": "The client takes too long: `behind` facts wait, and the last ones took `seconds`.",
    "missed": "Facts after the `Last-Event-ID` are not kept any more; `mend` says what to do.",
}
_STREAM_PROBLEMS = {400: "The Last-Event-ID is not one of ours.", 503: "All live streams are taken."}


def stream_answers(facts: Mapping[str, str]) -> Answers:
    """Describe a live stream of some facts, by the names of their events, and what it says of itself."""
    said = "Server-sent events without end; each has an `id` to resume at."
    return {**event_stream(said, {**facts, **_OF_THE_STREAM}), **problems(_STREAM_PROBLEMS)}


Bodies = Callable[[Sequence[Told]], Awaitable[Sequence[tuple[str, dict[str, Any]]]]]
"""Gives for each fact the name of its event and what to say of it."""


class Reads(Protocol):
    """What a stream reads from."""

    async def read(self, wait_milliseconds: int) -> list[Told | Missed | Here]:
        """Give what has happened since the last call."""


class Streams:
    """Counts the live streams, so that they cannot use up the process."""

    def __init__(self, feed: Feed, most: int) -> None:
        self._feed = feed
        self._most = most
        self._open = 0

    @asynccontextmanager
    async def open(self, key: str, last_event_id: str | None) -> AsyncIterator[Reader]:
        """Open one more stream, if there is room, at the place that was seen last, or at the end."""
        at = position(last_event_id)
        if self._open >= self._most:
            raise Problem(503, "too_many_streams", "All live streams are taken", headers={"Retry-After": "10"})
        self._open += 1
        try:
            async with AsyncExitStack() as opened:
                yield await opened.enter_async_context(self._feed.open(key, at))
        finally:
            self._open -= 1


def position(last_event_id: str | None) -> int | None:
    """Read the place at which a client resumes."""
    if last_event_id is None or last_event_id == "":
        return None
    if not (last_event_id.isascii() and last_event_id.isdigit()):
        raise Problem(400, "last_event_id_unknown", "The Last-Event-ID is not one of ours")
    return int(last_event_id)


class Live(StreamingResponse):
    """A stream of what a reader is told, until the client goes."""

    def __init__(self, reader: Reads, bodies: Bodies, *, stalled_seconds: float = STALLED_SECONDS) -> None:
        super().__init__(
            told(reader, bodies),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )
        self._stalled_seconds = stalled_seconds

    async def stream_response(self, send: Send) -> None:
        """Send what there is; end when the client has taken nothing for too long."""

        async def send_in_time(message: AsgiMessage) -> None:
            async with asyncio.timeout(self._stalled_seconds):
                await send(message)

        with suppress(TimeoutError):
            await super().stream_response(send_in_time)


async def told(reader: Reads, bodies: Bodies, clock: Callable[[], float] = time.monotonic) -> AsyncIterator[str]:
    """Tell what happens; when a system is away the stream ends, and its client comes back with its Last-Event-ID."""
    wait = 0  # at first say at once where the stream stands
    with suppress(BrokerAway, StoreAway):
        while True:
            found = await reader.read(wait)
            lines = await _lines(found, bodies)
            began = clock()
            for line in lines:
                yield line
            unread = clock() - began  # the next line is asked for only when the client has made room
            here = found[-1]
            if isinstance(here, Here) and here.behind and unread > SLOW_SECONDS:
                yield _event(here.position, "slow", {"behind": here.behind, "seconds": round(unread, 1)})
            wait = HEARTBEAT_MILLISECONDS


async def _lines(found: Sequence[Told | Missed | Here], bodies: Bodies) -> list[str]:
    """Write what a reader has been told as server-sent events."""
    written = iter(await bodies([each for each in found if isinstance(each, Told)]))
    lines = []
    for each in found:
        if isinstance(each, Told):
            lines.append(_event(each.position, *next(written)))
        elif isinstance(each, Missed):
            lines.append(_event(each.position, "missed", {"mend": "Read it again: older facts are not kept."}))
        else:
            lines.append(_event(each.position, "position", {"behind": each.behind}))
    return lines


def _event(at: int, name: str, body: dict[str, Any]) -> str:
    return f"id: {at}\nevent: {name}\ndata: {json.dumps(body)}\n\n"
