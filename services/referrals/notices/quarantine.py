"""What could not be read: kept apart for a while with its reasons, sealed, so that the last good state stands.

The same bytes from the same place are one entry, however often they come. There are so many entries at most; what
comes beyond that is only counted, under its source, so that a hostile feed cannot fill the database. A part of the room
is the bureau's alone, so that no public feed pushes out what the bureau sent.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from pymongo.errors import DuplicateKeyError

from runtime.mongo import Document, store_errors
from runtime.store import Change, Store, Work
from schemas.notices import NoticeSource
from services.referrals.notices.fingerprints import Fingerprints
from services.referrals.vault import Vault, erasing

QUARANTINE = "quarantine"

KEPT_BYTES = 64 * 1024
REASONS_AT_MOST = 50
ENTRIES_AT_MOST = 10_000
BUREAU = NoticeSource.NCB.value
BUREAUS_ALONE = 5
"""One in so many entries is kept free for what the bureau sent."""

KEPT_FOR = timedelta(days=30)
AT_ONCE = 100


class Fault(Protocol):
    """Why something could not be read, and where: never a value of it."""

    @property
    def code(self) -> str: ...
    @property
    def pointer(self) -> str: ...


class Quarantine:
    """Keeps what could not be read."""

    def __init__(self, store: Store, vault: Vault, master_key: bytes, *, most: int = ENTRIES_AT_MOST) -> None:
        self._store = store
        self._entries = store.database[QUARANTINE]
        self._vault = vault
        self._fingerprints = Fingerprints(master_key)
        self._most = most
        self._most_of_others = most - most // BUREAUS_ALONE

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            await self._entries.create_index([("last_at", -1), ("_id", -1)], name="by_last")
            await self._entries.create_index([("source", 1), ("last_at", -1), ("_id", -1)], name="by_source")
            await self._entries.create_index(
                [("about", 1)], name="by_notice", partialFilterExpression={"about": {"$exists": True}}
            )

    async def put(
        self, source: str, reasons: Iterable[Fault], raw: bytes | None, at: datetime, *, about: UUID | None = None
    ) -> str:
        """Set something aside, and give the id of its entry; what is known to be about a notice ends with it."""
        told = [{"code": each.code, "pointer": each.pointer} for each in reasons][:REASONS_AT_MOST]
        digest = self._fingerprints.raw(source, repr(told).encode() if raw is None else raw)
        entry_id = digest.hex()[:32]
        if await self._came_again(entry_id, at):
            return entry_id
        if await self._is_full(source):
            return await self._counted(source, at)
        entry: Document = {
            "_id": entry_id,
            "source": source,
            "reasons": told,
            "first_at": at,
            "last_at": at,
            "times": 1,
            "size": len(raw) if raw is not None else 0,
            "digest": digest,
        }
        if about is not None:
            entry["about"] = str(about)
        if raw is not None:
            sealed = await self._vault.seal(entry_id, raw[:KEPT_BYTES])
            entry |= {"key_id": sealed.key_id, "content": sealed.content}
        try:
            with store_errors():
                await self._entries.insert_one(entry)
        except DuplicateKeyError:  # two set the same aside at once
            await self._came_again(entry_id, at)
        return entry_id

    async def entries(self, source: str | None, after: tuple[datetime, str] | None, most: int) -> list[Document]:
        """List entries without what is sealed in them, what came last first, from after one of them on."""
        where: Document = {} if source is None else {"source": source}
        if after is not None:
            last_at, entry_id = after
            where["$or"] = [{"last_at": {"$lt": last_at}}, {"last_at": last_at, "_id": {"$lt": entry_id}}]
        with store_errors():
            found = self._entries.find(where, {"content": 0}).sort([("last_at", -1), ("_id", -1)])
            return await found.limit(most).to_list(most)

    async def read(self, entry_id: str) -> bytes | None:
        """Give the beginning of what was set aside; None when there is no such entry, or nothing was kept."""
        with store_errors():
            entry = await self._entries.find_one({"_id": entry_id})
        if entry is None or "content" not in entry:
            return None
        key = await self._vault.key_of(entry_id, entry["key_id"])
        return key.open(bytes(entry["content"]))

    async def discard(self, entry_id: str, now: datetime) -> bool:
        """Delete an entry and its key; False when there is no such entry."""
        with store_errors():
            entry = await self._entries.find_one({"_id": entry_id}, {"key_id": 1})
        if entry is None:
            return False
        if "key_id" in entry:  # the key first: a crash in between leaves what nobody can open, and it is done again
            await self._do(erasing(entry["key_id"], now))
        with store_errors():
            await self._entries.delete_one({"_id": entry_id})
        return True

    async def discard_about(self, notice_id: str, now: datetime) -> None:
        """Delete what was set aside about a notice."""
        with store_errors():
            found = await self._entries.find({"about": notice_id}, {"_id": 1}).to_list(None)
        for entry in found:
            await self.discard(entry["_id"], now)

    async def discard_old(self, now: datetime) -> int:
        """Delete what has been here long enough, and say how many entries that were."""
        discarded = 0
        while due := await self._old(now):
            for entry in due:
                discarded += await self.discard(entry["_id"], now)
        return discarded

    async def _old(self, now: datetime) -> list[Document]:
        with store_errors():
            found = self._entries.find({"last_at": {"$lte": now - KEPT_FOR}}, {"_id": 1}).limit(AT_ONCE)
            return await found.to_list(AT_ONCE)

    async def _came_again(self, entry_id: str, at: datetime) -> bool:
        with store_errors():
            known = await self._entries.update_one({"_id": entry_id}, {"$inc": {"times": 1}, "$max": {"last_at": at}})
        return known.matched_count == 1

    async def _is_full(self, source: str) -> bool:
        with store_errors():
            held = await self._entries.estimated_document_count()
            if source == BUREAU or not self._most_of_others <= held < self._most:
                return held >= self._most
            others = {"source": {"$ne": BUREAU}}
            return await self._entries.count_documents(others, limit=self._most_of_others) == self._most_of_others

    async def _counted(self, source: str, at: datetime) -> str:
        entry_id = self._fingerprints.raw(source, b"beyond the most that is kept").hex()[:32]
        first = {"source": source, "reasons": [{"code": "quarantine_full", "pointer": ""}], "first_at": at, "size": 0}
        update = {"$setOnInsert": first, "$inc": {"times": 1}, "$max": {"last_at": at}}
        with store_errors():
            await self._entries.update_one({"_id": entry_id}, update, upsert=True)
        return entry_id

    async def _do(self, change: Change) -> None:
        work = Work()
        work.change(change)
        await self._store.write(self._store.prepared(work))
