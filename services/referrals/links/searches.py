"""Who has looked for notices, when, what for, and which came up: written before anybody is told, and never changed.

What was asked is person data. Of it only a keyed digest is kept, by which the same question is known again.
"""

import hmac
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from uuid6 import uuid7

from runtime.mongo import Document, store_errors
from runtime.store import SharedInsert, Store

NOTICE_SEARCHES = "notice_searches"

_PURPOSE = b"dragoman notice searches 1"


class Search(NamedTuple):
    """Who looks for what."""

    office: str
    staff: str
    purpose: str
    question: bytes


class NoticeSearches:
    """Writes and lists searches."""

    def __init__(self, store: Store, master_key: bytes) -> None:
        self._searches = store.database[NOTICE_SEARCHES]
        self._shared_insert = SharedInsert(store, NOTICE_SEARCHES)
        self._key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(master_key)

    async def prepare(self) -> None:
        """Make the index."""
        with store_errors():
            await self._searches.create_index([("given", 1), ("_id", -1)], name="of_notice")

    async def note(self, search: Search, given: list[str]) -> str:
        """Record that somebody is about to be told of notices; raises `StoreAway`, and then nobody is."""
        search_id = str(uuid7())
        await self._shared_insert.insert(
            {
                "_id": search_id,
                "at": datetime.now(UTC),
                "reader": f"{search.office}/{search.staff}",
                "purpose": search.purpose,
                "digest": hmac.digest(self._key, search.question, "sha256").hex(),
                "given": given,
            }
        )
        return search_id

    async def page(self, notice_id: str | None, after: str | None, most: int) -> list[Document]:
        """List searches, the latest first, from after one of them on; of one notice, those that it came up in."""
        where: Document = {} if notice_id is None else {"given": notice_id}
        if after is not None:
            where["_id"] = {"$lt": after}
        with store_errors():
            return await self._searches.find(where).sort("_id", -1).limit(most).to_list(most)
