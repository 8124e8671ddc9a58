"""Watches the clocks: works out what follows from what they heard, and tells whoever is to hear of a missed step.

Any number of processes may watch: what one has changed meanwhile another leaves alone.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import structlog

from runtime.errors import StoreAway
from runtime.mongo import Document
from schemas.events import DeadlineMissed
from services.notify.clock.deadlines import Calendars, Telling, owed, tellings
from services.notify.clock.documents import history_of, told_of, what_follows, written_tellings
from services.notify.clock.history import History
from services.notify.clock.store import ClockStore

log = structlog.get_logger()

BATCH = 50
"""Clocks looked at together: reckoning takes a tenth of a millisecond each, and queues must not wait for it."""

LOOK_EVERY = 1.0
"""Seconds between looks for what has become due."""


def this_moment() -> datetime:
    """Give the time as exact as the database keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class ClockLoop:
    """Settles and tells, until stopped.

    `hears_all` says whether what has happened has been read: before that a step may have been taken unheard, and
    nobody is told that it has not.
    """

    def __init__(
        self,
        clocks: ClockStore,
        calendars: Calendars,
        *,
        hears_all: Callable[[], bool] = lambda: True,
        now: Callable[[], datetime] = this_moment,
    ) -> None:
        self._clocks = clocks
        self._calendars = calendars
        self._hears_all = hears_all
        self._now = now
        self._stop_asked = asyncio.Event()

    async def run(self) -> None:
        """Watch until stopped; a database that is away is waited for."""
        pause = LOOK_EVERY
        while not self._stop_asked.is_set():
            try:
                more = await self.look()
                pause = 0.0 if more else LOOK_EVERY
            except StoreAway as exc:
                log.warning("clocks wait", error=str(exc), seconds=pause)
                pause = min(max(pause * 2, LOOK_EVERY), 5.0)
            await self._rest(pause)

    async def stop(self) -> None:
        """Ask `run` to finish what is under way and end."""
        self._stop_asked.set()

    async def look(self) -> bool:
        """Settle and tell one batch; true if there may be more."""
        settled = await self._settle()
        told = await self._tell() if self._hears_all() else 0
        return BATCH in (settled, told)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop_asked.wait()

    async def _settle(self) -> int:
        stale = await self._clocks.stale(BATCH)
        if stale:
            await self._clocks.settle([(clock, self._follows(clock)) for clock in stale])
        return len(stale)

    def _follows(self, clock: Document) -> Document:
        return what_follows(history_of(clock), clock["told"], self._calendars)

    async def _tell(self) -> int:
        """Tell of what is due, one after the other: a clock that has heard more is found again, and read anew."""
        now = self._now()
        due = await self._clocks.due(now, BATCH)
        told = [await self._tell_of(clock, now) for clock in due]
        return BATCH if len(due) == BATCH and any(told) else 0

    async def _tell_of(self, clock: Document, now: datetime) -> bool:
        history = history_of(clock)
        assert history is not None  # it would not be open
        missed = [one for one in tellings(owed(history, self._calendars), told_of(clock)) if one.at <= now]
        told = [*clock["told"], *written_tellings(missed, now)]
        changes = {"told": told, **what_follows(history, told, self._calendars)}
        events = [_event(clock, history, telling, now) for telling in missed]
        if not await self._clocks.tell(clock, changes, events):
            return False
        for event in events:
            log.info("deadline missed", step=event.step, told=event.level, referral_id=clock["_id"])
        return True


def _event(clock: Document, history: History, telling: Telling, now: datetime) -> DeadlineMissed:
    return DeadlineMissed(
        referral_id=UUID(clock["_id"]),
        office=history.holder.office,
        step=telling.step,
        level=telling.level,
        urgency=history.urgency,
        due_at=telling.due_at,
        missed_at=now,
    )
