"""Puts everything that is told of a referral, and every reading of it, into its chain, and issues receipts.

Looks for what is due by an index, many referrals at once. Several processes may do so, and one that ends at any
instant leaves nothing half done: a page is one insert under its number, and whoever comes second takes it as it is.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from runtime.errors import Overtaken, Transient
from runtime.mongo import Document
from runtime.rounds import Rounds
from runtime.telemetry import untraced
from services.referrals.evidence.custody_store import CustodyStore, Settled
from services.referrals.evidence.page import Page, Standing, next_look, write_page
from services.referrals.evidence.signing import Signer
from services.referrals.evidence.stages import Waits

log = structlog.get_logger()

AT_ONCE = 200
"""Referrals in one look."""

BETWEEN_BREATHS = 20
"""Pages written before anything else in this process gets its turn: some five milliseconds."""

READINGS_AT_ONCE = 500

EVERY_SECONDS = 2.0
"""Between two looks; nobody waits for them, for whoever asks for evidence gets it at once."""

LEASE = timedelta(seconds=10)

TRIES = 10


class Notary:
    """Writes the chains of one database, one page at a time."""

    def __init__(self, store: CustodyStore, signer: Signer, waits: Waits, owner: str) -> None:
        self._store = store
        self._signer = signer
        self._waits = waits
        self._owner = owner
        self._rounds = Rounds("notary", self._look, rest=EVERY_SECONDS)

    async def run(self) -> None:
        """Look until stopped; only one process at a time does, for two would sign the same."""
        await self._rounds.run()
        await self._leave()

    async def stop(self) -> None:
        """Ask `run` to end."""
        await self._rounds.stop()

    async def notarise_due(self, now: datetime) -> bool:
        """Write what is due at a moment, many at once; true if there may be more."""
        records = await self._store.due(now, AT_ONCE)
        readings = await self._store.unchained(READINGS_AT_ONCE)
        if records or readings:
            await self._write(await self._with_read(records, readings), readings, now)
        return len(records) == AT_ONCE or len(readings) == READINGS_AT_ONCE

    async def notarise(self, referral_id: str) -> None:
        """Bring one referral's chain up to this moment; whoever asks for evidence gets all of it."""
        for _ in range(TRIES):
            now = datetime.now(UTC)
            records = await self._store.records([referral_id])
            readings = await self._store.unchained(READINGS_AT_ONCE, referral_id)
            if not await self._write(records, readings, now) and len(readings) < READINGS_AT_ONCE:
                return
        raise Overtaken("others write this chain all the time")

    async def _with_read(self, due: Sequence[Document], readings: Sequence[Document]) -> list[Document]:
        have = {record["_id"] for record in due}
        wanted = {reading["referral_id"] for reading in readings} - have
        return [*due, *(await self._store.records(wanted) if wanted else ())]

    async def _write(self, records: Sequence[Document], readings: Sequence[Document], now: datetime) -> bool:
        """Write the next page of each referral; true if somebody else was first with one.

        What is in a page already is asked last, after the standings were read: a page that is stored later than that
        has the number that ours would have.
        """
        known = await self._store.known([reading["_id"] for reading in readings])
        of_referral: dict[str, list[Document]] = defaultdict(list)
        for reading in readings:
            if reading["_id"] not in known:
                of_referral[reading["referral_id"]].append(reading)
        pages: dict[str, Page | None] = {}
        for number, record in enumerate(records, 1):
            pages[record["_id"]] = write_page(record, of_referral[record["_id"]], self._signer, self._waits, now)
            if number % BETWEEN_BREATHS == 0:
                await asyncio.sleep(0)
        overtaken = await self._store.add([page for page in pages.values() if page is not None])
        settled = [await self._settled(record, pages[record["_id"]], overtaken, now) for record in records]
        await self._store.settle([one for one in settled if one.changes_anything])
        lost = {referral_id for referral_id, page in pages.items() if page is not None and page.id in overtaken}
        await self._store.chain([reading["_id"] for reading in readings if reading["referral_id"] not in lost])
        return bool(overtaken)

    async def _settled(
        self, record: Mapping[str, Any], page: Page | None, overtaken: set[str], now: datetime
    ) -> Settled:
        if page is None:
            return Settled(record, None, next_look(record, Standing.of(record).issued, self._waits, now))
        if page.id in overtaken:  # what it holds that the other page has not is still due
            latest = await self._store.latest_page(record["_id"])
            assert latest is not None
            return Settled(record, Standing.of({"custody": latest["standing"]}), now)
        standing = page.standing
        return Settled(record, standing, next_look(record, standing.issued, self._waits, now))

    async def _look(self) -> bool:
        with untraced():  # it belongs to no request, and nearly always there is nothing
            return await self._store.lease(self._owner, LEASE) and await self.notarise_due(datetime.now(UTC))

    async def _leave(self) -> None:
        try:
            await self._store.give_up(self._owner)
        except Transient as exc:
            log.warning("notary could not give its lease back", error=str(exc))
