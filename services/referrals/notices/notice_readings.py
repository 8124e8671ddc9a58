"""Who has read what a notice says, when and what for: written before the content leaves, and never changed."""

from datetime import UTC, datetime

from uuid6 import uuid7

from runtime.mongo import Document, store_errors
from runtime.store import SharedInsert, Store

NOTICE_READINGS = "notice_readings"
"""Apart from the readings of referrals, which go into their custody chains."""


class NoticeReadings:
    """Writes and lists readings of notices."""

    def __init__(self, store: Store) -> None:
        self._readings = store.database[NOTICE_READINGS]
        self._shared_insert = SharedInsert(store, NOTICE_READINGS)

    async def prepare(self) -> None:
        """Make the index."""
        with store_errors():
            await self._readings.create_index([("notice_id", 1), ("_id", 1)], name="of_notice")

    async def note(self, notice_id: str, reader: str, purpose: str, revision: int) -> None:
        """Record that somebody is about to be given content; raises `StoreAway`, and then nobody is given it."""
        await self._shared_insert.insert(
            {
                "_id": str(uuid7()),
                "notice_id": notice_id,
                "at": datetime.now(UTC),
                "reader": reader,
                "purpose": purpose,
                "revision": revision,
            }
        )

    async def of(self, notice_id: str, after: str | None, most: int) -> list[Document]:
        """List readings of a notice, oldest first, from after one of them on."""
        where: Document = {"notice_id": notice_id}
        if after is not None:
            where["_id"] = {"$gt": after}
        with store_errors():
            return await self._readings.find(where).sort("_id", 1).limit(most).to_list(most)
