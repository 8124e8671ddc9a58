"""Leases items, and lets an officer wait for some to come."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from runtime.mongo import Document
from services.notify.requester_handlers import recall_what_slipped_through
from services.notify.standings import Standings
from services.notify.store import QueueStore

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
"""Seconds between two looks while somebody waits: soon at first, then less often."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants how many items, for how long, and how long he waits for some."""

    office: str
    officer: str
    token: str
    most: int
    length: timedelta
    wait_seconds: float = 0.0


class Leasing:
    """Gives out leases; never of what its originator has withdrawn."""

    def __init__(self, queues: QueueStore, standings: Standings) -> None:
        self._queues = queues
        self._standings = standings

    async def lease(self, wish: Wish, is_gone: Callable[[], Awaitable[bool]]) -> list[Document]:
        """Lease items, if there are none as soon as some come; gives none to whoever is gone by then."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wish.wait_seconds
        pause = FIRST_PAUSE
        while True:
            if items := await self._lease(wish):
                return items
            left = end - loop.time()
            if left <= 0 or await is_gone():
                return []
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _lease(self, wish: Wish) -> list[Document]:
        items = await self._queues.lease(wish.office, wish.officer, wish.token, wish.most, wish.length)
        # A lease comes first, then this look: what was withdrawn before is found here, what is withdrawn later
        # finds the lease and ends it.
        withdrawn = await self._standings.recalled_among(item["referral_id"] for item in items) if items else []
        for referral_id in withdrawn:
            await recall_what_slipped_through(referral_id, self._queues, self._standings)
        ids = {str(referral_id) for referral_id in withdrawn}
        return [item for item in items if item["referral_id"] not in ids]
