"""The chains of custody: the only module of this part that speaks to MongoDB.

A chain is kept in pages, each written once under its referral and number. How far it has come is kept with the
referral as well, as a hint: whoever finds that the next page is there already takes the standing from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from runtime.errors import StoreAway
from runtime.mongo import AWAY, Database, Document, store_errors
from runtime.store import DUPLICATE_KEY
from services.referrals.evidence.page import NOTARY_AT, Page, Standing

PAGES, RECORDS, READINGS, LEASES = "custody", "referrals", "readings", "notary_leases"

NEEDED = {
    "version": 1,
    "received_at": 1,
    "idempotency.digest": 1,
    "timeline": 1,
    "receipt": 1,
    "custody": 1,
    "trace_id": 1,
    NOTARY_AT: 1,
}
"""What of a referral its notary reads; never its content."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a referral's chain stands after a look at it, and when to look again if nothing happens."""

    record: Mapping[str, Any]
    standing: Standing | None
    next_look: datetime | None

    @property
    def changes_anything(self) -> bool:
        """Whether there is something to be noted: somebody may have asked where nothing was due."""
        return self.standing is not None or self.record.get(NOTARY_AT) != self.next_look


class CustodyStore:
    """Reads and writes chains."""

    def __init__(self, database: Database) -> None:
        self._pages = database[PAGES]
        self._records = database[RECORDS]
        self._readings = database[READINGS]
        self._leases = database[LEASES]

    async def prepare(self) -> None:
        """Make the lease, and the indexes of what is due and of readings that no page has yet."""
        with store_errors():
            await self._leases.update_one({"_id": "notary"}, {"$setOnInsert": {"owner": None}}, upsert=True)
            await self._records.create_index(
                [(NOTARY_AT, 1)], name="notary_due", partialFilterExpression={NOTARY_AT: {"$exists": True}}
            )
            await self._readings.create_index([("chained", 1), ("_id", 1)], name="not_chained")
            await self._pages.create_index(
                [("readings", 1)], name="of_reading", partialFilterExpression={"readings": {"$exists": True}}
            )

    async def lease(self, owner: str, length: timedelta) -> bool:
        """Take or keep the one lease on the loop; it spares double work, and nothing rests on it."""
        free = {"_id": "notary", "$or": [{"owner": {"$in": [owner, None]}}, {"$expr": {"$lte": ["$until", "$$NOW"]}}]}
        stamp = {"owner": owner, "until": {"$add": ["$$NOW", int(length.total_seconds() * 1000)]}}
        with store_errors():
            return (await self._leases.update_one(free, [{"$set": stamp}])).matched_count == 1

    async def give_up(self, owner: str) -> None:
        """Give the lease back, so that the next one need not wait for it to end."""
        with store_errors():
            await self._leases.update_one({"_id": "notary", "owner": owner}, {"$set": {"owner": None}})

    async def due(self, now: datetime, most: int) -> list[Document]:
        """List referrals whose moment has come, those that wait longest first."""
        with store_errors():
            found = self._records.find({NOTARY_AT: {"$lte": now}}, NEEDED)
            return await found.sort(NOTARY_AT, 1).limit(most).to_list(most)

    async def record(self, referral_id: str) -> Document | None:
        """Find a referral as its notary needs it."""
        with store_errors():
            return await self._records.find_one({"_id": referral_id}, NEEDED)

    async def records(self, referral_ids: Iterable[str]) -> list[Document]:
        """Give some referrals as their notary needs them."""
        with store_errors():
            return await self._records.find({"_id": {"$in": list(referral_ids)}}, NEEDED).to_list(None)

    async def unchained(self, most: int, referral_id: str | None = None) -> list[Document]:
        """List readings that are not known to be in a page."""
        where: dict[str, Any] = {"chained": None}
        if referral_id is not None:
            where["referral_id"] = referral_id
        with store_errors():
            return await self._readings.find(where).sort("_id", 1).limit(most).to_list(most)

    async def known(self, reading_ids: Sequence[str]) -> set[str]:
        """Find which readings are in a page all the same: a process ended before it could say so."""
        if not reading_ids:
            return set()
        with store_errors():
            pages = await self._pages.find({"readings": {"$in": list(reading_ids)}}, {"readings": 1}).to_list(None)
        return {reading_id for page in pages for reading_id in page["readings"]}

    async def chain(self, reading_ids: Sequence[str]) -> None:
        """Note that readings are in a page."""
        if reading_ids:
            with store_errors():
                await self._readings.update_many({"_id": {"$in": list(reading_ids)}}, {"$set": {"chained": True}})

    async def add(self, pages: Sequence[Page]) -> set[str]:
        """Store pages, and give the ids of those that somebody else was first with."""
        if not pages:
            return set()
        documents = [_document(page) for page in pages]
        with store_errors():
            try:
                await self._pages.insert_many(documents, ordered=False)
            except BulkWriteError as exc:
                errors = exc.details["writeErrors"]
                if exc.details.get("writeConcernErrors") or any(error["code"] in AWAY for error in errors):
                    raise StoreAway("the write is not durable yet") from None
                if any(error["code"] != DUPLICATE_KEY for error in errors):
                    raise
                return {documents[error["index"]]["_id"] for error in errors}
        return set()

    async def settle(self, settled: Sequence[Settled]) -> None:
        """Note how far chains have come; what was told meanwhile stays due."""
        if settled:
            with store_errors():
                await self._records.bulk_write([_settling(one) for one in settled], ordered=False)

    async def latest_page(self, referral_id: str) -> Document | None:
        """Give the newest page of a chain."""
        with store_errors():
            return await self._pages.find_one(_of(referral_id), sort=[("_id", -1)])

    async def entries(self, referral_id: str) -> list[Document]:
        """Give every entry of a chain, in order."""
        with store_errors():
            pages = await self._pages.find(_of(referral_id), {"entries": 1}).sort("_id", 1).to_list(None)
        return [entry for page in pages for entry in page["entries"]]


def _of(referral_id: str) -> dict[str, Any]:
    return {"_id": {"$gte": f"{referral_id}.", "$lt": f"{referral_id}/"}}


def _document(page: Page) -> Document:
    readings = [entry["body"]["reading_id"] for entry in page.entries if "reading_id" in entry["body"]]
    return {
        "_id": page.id,
        "at": page.at,
        "entries": page.entries,
        "standing": page.standing.kept(),
        **({"readings": readings} if readings else {}),
    }


def _settling(settled: Settled) -> UpdateOne:
    """Set the standing, and the next moment unless the referral has changed since it was read."""
    as_read = {"$eq": ["$version", settled.record["version"]]}
    after = settled.next_look if settled.next_look is not None else "$$REMOVE"
    changes: dict[str, Any] = {NOTARY_AT: {"$cond": [as_read, after, f"${NOTARY_AT}"]}}
    where: dict[str, Any] = {"_id": settled.record["_id"]}
    if settled.standing is not None:
        changes["custody"] = {"$literal": settled.standing.kept()}
        where["custody.page"] = {"$not": {"$gte": settled.standing.page}}
    return UpdateOne(where, [{"$set": changes}])
