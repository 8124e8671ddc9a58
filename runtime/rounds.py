"""Does the same again and again until asked to stop, with a rest in between; what is away is waited for."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from runtime.errors import Transient

log = structlog.get_logger()


class Rounds:
    """A loop of rounds; one that has done something is followed by the next at once, for there may be more.

    With `ease` it is not at once, but after a rest so many times as long as the round took: for what nobody waits for.
    """

    def __init__(self, name: str, once: Callable[[], Awaitable[object]], *, rest: float, ease: float = 0.0) -> None:
        self._name = name
        self._once = once
        self._rest = rest
        self._ease = ease
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Go on until stopped."""
        while not self.stopping.is_set():
            if rest := await self._round():
                await self._pause(rest)

    async def stop(self) -> None:
        """Ask `run` to end."""
        self.stopping.set()

    async def _round(self) -> float:
        """Go round once, and say how long to rest."""
        started = time.perf_counter()
        try:
            if await self._once():
                return self._ease * (time.perf_counter() - started)
        except Transient as exc:
            log.warning("round waits", loop=self._name, error=str(exc))
        return self._rest

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return
