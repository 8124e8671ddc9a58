"""Sweeps each list when it is due, until stopped."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from runtime.rounds import Rounds
from services.referrals.feed.circuit_keeper import CircuitKeeper
from services.referrals.feed.lease import Lease
from services.referrals.feed.query import ListName
from services.referrals.feed.sweep_store import State, SweepStore
from services.referrals.feed.sweeping import Sweeping, Swept

LOOK_S = 5.0
"""Seconds between two looks at what is due, where nothing is due sooner."""


class Worker:
    """The loop of the feed: one list after the other, and only while it holds the lease."""

    def __init__(
        self,
        sweeping: Sweeping,
        sweeps: SweepStore,
        circuit: CircuitKeeper,
        lease: Lease,
        lists: Sequence[ListName],
        *,
        interval: timedelta,
        retry: timedelta,
    ) -> None:
        self._sweeping = sweeping
        self._sweeps = sweeps
        self._circuit = circuit
        self._lease = lease
        self._lists = lists
        self._interval = interval
        self._retry = retry
        look_s = min(LOOK_S, interval.total_seconds(), retry.total_seconds())
        self._rounds = Rounds("feed", self._look, rest=look_s)

    async def run(self) -> None:
        """Sweep what is due until stopped."""
        await self._rounds.run()

    async def stop(self) -> None:
        """Ask `run` to end; a sweep under way stays as it is, and is taken up the next time."""
        await self._rounds.stop()

    async def _look(self) -> None:
        """Sweep every list that is due, if nobody else is at it."""
        for list_name in self._lists:
            if self._rounds.stopping.is_set() or not await self._is_due(list_name):
                continue
            if not await self._lease.take():
                return
            try:
                await self._until_stopped(list_name)
            finally:
                await self._lease.give_back()

    async def _until_stopped(self, list_name: ListName) -> None:
        """Sweep, and leave off at once when stopped: everything that was read so far is kept."""
        sweeping = asyncio.create_task(self._swept(list_name))
        stopping = asyncio.create_task(self._rounds.stopping.wait())
        await asyncio.wait([sweeping, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not sweeping.done():
            sweeping.cancel()
            await asyncio.wait([sweeping])
        if not sweeping.cancelled():
            await sweeping

    async def _swept(self, list_name: ListName) -> Swept:
        # Another process may have met a refusal meanwhile, and what it was told holds for us, too.
        await self._circuit.prepare()
        began = datetime.now(UTC)
        swept = await self._sweeping.sweep(list_name)
        await self._sweeps.due_again(list_name, self._next(swept, began))
        return swept

    def _next(self, swept: Swept, began: datetime) -> datetime:
        """Say when a list is due again: soon when it had to stop, and never before we may ask."""
        now = datetime.now(UTC)
        due = began + self._interval
        if swept.state is not State.COMPLETE:
            due = min(due, now + self._retry)
        return max(due, swept.until or now)

    async def _is_due(self, list_name: ListName) -> bool:
        row = await self._sweeps.list_row(list_name)
        due: datetime | None = (row or {}).get("due_at")
        return due is None or due <= datetime.now(UTC)
