"""Who sends which bucket: leases in the database, by its clock, shared out evenly among live relays."""

import time
from datetime import timedelta
from typing import Any

from pymongo.errors import BulkWriteError

from runtime.mongo import Database, store_errors
from runtime.store import BUCKETS

LEASE = timedelta(seconds=10)
"""How long a bucket stays with a relay that has gone silent."""

COLLECTION = "relay_leases"


STILL_RUNNING = {"$expr": {"$gt": ["$until", "$$NOW"]}}


class BucketLeases:
    """The buckets that this relay may send, until the lease ends."""

    def __init__(self, database: Database, owner: str, *, lease: timedelta = LEASE) -> None:
        self._leases = database[COLLECTION]
        self._owner = owner
        self._lease = lease
        self._held: frozenset[int] = frozenset()
        self._safe_until = 0.0

    async def prepare(self) -> None:
        """Make the lease documents, once for a database."""
        rows: list[dict[str, Any]] = [{"_id": bucket, "owner": None} for bucket in range(BUCKETS)]
        with store_errors():
            try:
                await self._leases.insert_many(rows, ordered=False)
            except BulkWriteError as exc:
                if any(error["code"] != 11000 for error in exc.details["writeErrors"]):
                    raise
            a_day_ago = {"$subtract": ["$$NOW", 24 * 60 * 60 * 1000]}
            await self._leases.delete_many({"live": True, "$expr": {"$lt": ["$until", a_day_ago]}})

    @property
    def held(self) -> frozenset[int]:
        """Buckets that may be sent now; empty when the lease could have ended without our noticing."""
        return self._held if time.monotonic() < self._safe_until else frozenset()

    @property
    def none_left(self) -> bool:
        """Whether the last renewal worked, but other relays hold every bucket."""
        return not self._held and time.monotonic() < self._safe_until

    async def renew(self) -> None:
        """Keep our fair share of the buckets: take free or abandoned ones, give back what is too much."""
        asked_at = time.monotonic()
        with store_errors():
            share = await self._fair_share()
            rows = self._leases.find({"owner": self._owner, "live": {"$ne": True}})
            mine = sorted([row["_id"] async for row in rows])
            await self._leases.update_many({"_id": {"$in": mine[:share]}, "owner": self._owner}, [self._stamp()])
            await self._give_back(mine[share:])
            await self._take(share - len(mine[:share]))
            held = self._leases.find({"owner": self._owner, "live": {"$ne": True}, **STILL_RUNNING})
            self._held = frozenset([row["_id"] async for row in held])
        # A fifth of the lease is left unused, against a slow answer and a clock that drifts.
        self._safe_until = asked_at + self._lease.total_seconds() * 0.8

    async def give_up(self) -> None:
        """Give every bucket back, so that the next relay need not wait for the lease to end."""
        held, self._held = self._held, frozenset()
        with store_errors():
            await self._give_back(sorted(held))
            await self._leases.delete_one({"_id": f"relay {self._owner}"})

    async def _fair_share(self) -> int:
        await self._leases.update_one({"_id": f"relay {self._owner}"}, [self._stamp(live=True)], upsert=True)
        live = await self._leases.count_documents({"live": True, **STILL_RUNNING})
        return -(-BUCKETS // max(live, 1))

    async def _take(self, wanted: int) -> None:
        free = {
            "live": {"$ne": True},
            "$expr": {"$or": [{"$eq": ["$owner", None]}, {"$lte": ["$until", "$$NOW"]}]},
        }
        for _ in range(wanted):
            if await self._leases.find_one_and_update(free, [self._stamp()]) is None:
                break

    async def _give_back(self, buckets: list[int]) -> None:
        if buckets:
            where = {"_id": {"$in": buckets}, "owner": self._owner}
            await self._leases.update_many(where, {"$set": {"owner": None}})

    def _stamp(self, **more: Any) -> dict[str, Any]:
        milliseconds = int(self._lease.total_seconds() * 1000)
        return {"$set": {"owner": self._owner, "until": {"$add": ["$$NOW", milliseconds]}, **more}}
