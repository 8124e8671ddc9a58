"""The desk's clock: a release for life that no second person confirms in time comes back."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from runtime.errors import Transient
from services.routing.placing import TriageDesk

log = structlog.get_logger()

LOOK_EVERY = timedelta(seconds=20)


class CallBacks:
    """Looks for what is overdue; any number of processes may, and each referral is called back once."""

    def __init__(self, desk: TriageDesk, look_every: timedelta = LOOK_EVERY) -> None:
        self._desk = desk
        self._look_every = look_every
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Look until stopped; what is due while nobody looks is found by the next look."""
        while not self._stopping.is_set():
            try:
                await self.look()
            except Transient as exc:
                log.warning("call-backs wait", error=type(exc).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_every.total_seconds()):
                    await self._stopping.wait()

    async def stop(self) -> None:
        """Ask `run` to end."""
        self._stopping.set()

    async def look(self) -> int:
        """Call back whatever is overdue now; gives how many this process has called back."""
        called_back = 0
        while True:
            done = [
                referral_id for referral_id in await self._desk.overdue() if await self._desk.call_back(referral_id)
            ]
            for referral_id in done:
                log.info("referral called back", referral_id=referral_id)
            called_back += len(done)
            if not done:  # what is left has just been changed by somebody else
                return called_back
