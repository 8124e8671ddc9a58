"""Does the same again and again until asked to stop, with a rest in between; what is away is waited for."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from runtime.errors import Transient

log = structlog.get_logger()


class Rounds:
    """A loop of rounds; one that has done something is followed by the next at once, for there may be more."""

    def __init__(self, name: str, once: Callable[[], Awaitable[object]], *, rest: float) -> None:
        self._name = name
        self._once = once
        self._rest = rest
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Go on until stopped."""
        while not self._stop.is_set():
            if not await self._round():
                await self._pause()

    async def stop(self) -> None:
        """Ask `run` to end."""
        self._stop.set()

    async def _round(self) -> bool:
        try:
            return bool(await self._once())
        except Transient as exc:
            log.warning("round waits", loop=self._name, error=str(exc))
            return False

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._rest):
                await self._stop.wait()
        except TimeoutError:
            return
