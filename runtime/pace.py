"""Lets things that come thick and fast gather, so that they share a round trip; a lone one never waits."""

import asyncio
import time
from typing import Protocol

LEAST = 0.005
"""Seconds between two batches of one: about what a durable insert and a send take."""

MOST = 0.04
"""Seconds that anything waits for company at most, at each step of its way."""


class Gather(Protocol):
    """Says when to take what has gathered."""

    async def next(self) -> None:
        """Wait until it is time, once there is something to take."""

    def took(self, count: int) -> None:
        """Learn how much there was."""


class Pace:
    """Starts at most once in an interval, which grows with what the last start had to carry.

    The interval is `least` seconds for each thing that the last batch held, up to `most`. So below one thing in
    `least` seconds each goes nearly at once, and above that the batches grow.
    """

    def __init__(self, least: float = LEAST, most: float = MOST) -> None:
        self._least = least
        self._most = most
        self._interval = least
        self._last = -most

    async def next(self) -> None:
        """Wait until it is time to start again."""
        wait = self._last + self._interval - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._last = time.monotonic()

    def took(self, count: int) -> None:
        """Make the interval fit what there was."""
        self._interval = min(self._most, self._least * count)


class Linger:
    """Waits a little for company each time; for what nobody is waiting for."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def next(self) -> None:
        """Wait for company."""
        await asyncio.sleep(self._seconds)

    def took(self, count: int) -> None:
        """Wait as long the next time, whatever came."""
