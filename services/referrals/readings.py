"""Who has read what, and when: written before the content leaves, and never changed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from uuid6 import uuid7

from runtime.mongo import Document, store_errors
from runtime.store import SharedInsert, Store

READINGS = "readings"


class Readings:
    """Writes and lists readings; those that come at the same time share one insert."""

    def __init__(self, store: Store) -> None:
        self._readings = store.database[READINGS]
        self._shared_insert = SharedInsert(store, READINGS)

    async def prepare(self) -> None:
        """Make the index."""
        with store_errors():
            await self._readings.create_index([("referral_id", 1), ("_id", 1)], name="of_referral")

    async def note(self, referral_id: str, reader: str, what: str, *, version: int, parts: Sequence[str] = ()) -> None:
        """Record that somebody is about to be given content; raises `StoreAway`, and then nobody is given it."""
        await self._shared_insert.insert(
            {
                "_id": str(uuid7()),
                "referral_id": referral_id,
                "at": datetime.now(UTC),
                "reader": reader,
                "what": what,
                "version": version,
                "parts": list(parts),
            }
        )

    async def of(self, referral_id: str, after: str | None, most: int) -> list[Document]:
        """List readings of a referral, oldest first, from after one of them on."""
        where: dict[str, Any] = {"referral_id": referral_id}
        if after is not None:
            where["_id"] = {"$gt": after}
        with store_errors():
            return await self._readings.find(where).sort("_id", 1).limit(most).to_list(most)

    async def by_others(self, referral_id: str, country: str) -> bool:
        """Tell whether anybody but the requester's own side has read a referral."""
        where = {"referral_id": referral_id, "reader": {"$not": {"$regex": f"^{country}/"}}}
        with store_errors():
            return await self._readings.find_one(where) is not None
