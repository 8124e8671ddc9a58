"""Never more requests than so many a second."""

import asyncio
import time


class Turns:
    """Gives one turn after another, each no sooner than its distance from the one before."""

    def __init__(self, per_second: float) -> None:
        self._distance = 1 / per_second
        self._next = 0.0

    async def take(self) -> None:
        """Wait for the next turn."""
        now = time.monotonic()
        wait = self._next - now
        # Turns that were not taken are not saved up: a burst would be just what this is to prevent.
        self._next = max(self._next, now) + self._distance
        if wait > 0:
            await asyncio.sleep(wait)
