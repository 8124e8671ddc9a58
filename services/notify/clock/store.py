"""The clocks of all referrals: the only module of this package that speaks to MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.mongo import Document, store_errors
from runtime.store import Change, Prepared, Store
from schemas.events import DeadlineMissed
from services.notify.clock.documents import new_clock, written_fact
from services.notify.clock.facts import Fact

CLOCKS = "clocks"

OPEN = {"open": True}

ORDER = [("soonest", 1), ("_id", 1)]


class ClockStore:
    """Finds clocks, and changes those that nobody has changed meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._clocks = store.database[CLOCKS]

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            await self._clocks.create_index([("next_due", 1)], name="next_due", partialFilterExpression=OPEN)
            await self._clocks.create_index(
                [("stale_since", 1)], name="stale", partialFilterExpression={"stale_since": {"$exists": True}}
            )
            await self._clocks.create_index([("seen_by", 1), *ORDER], name="seen_by", partialFilterExpression=OPEN)
            await self._clocks.create_index([("level", 1), *ORDER], name="level", partialFilterExpression=OPEN)

    async def by_id(self, referral_id: UUID) -> Document | None:
        """Find the clock of a referral."""
        with store_errors():
            return await self._clocks.find_one({"_id": str(referral_id)})

    async def listed(self, where: Mapping[str, Any], after: Sequence[Any], most: int) -> list[Document]:
        """List open clocks, what is due the soonest first, from after a place on."""
        wanted: dict[str, Any] = {**OPEN, **where}
        if after:
            soonest, referral_id = after
            wanted["$or"] = [{"soonest": {"$gt": soonest}}, {"soonest": soonest, "_id": {"$gt": referral_id}}]
        with store_errors():
            return await self._clocks.find(wanted).sort(ORDER).limit(most).to_list(most)

    async def stale(self, most: int) -> list[Document]:
        """Find clocks that have heard something since it was last worked out what follows."""
        with store_errors():
            found = self._clocks.find({"stale_since": {"$exists": True}}).sort("stale_since", 1).limit(most)
            return await found.to_list(most)

    async def due(self, now: datetime, most: int) -> list[Document]:
        """Find clocks by which somebody is to be told now, the longest due first."""
        with store_errors():
            return await self._clocks.find(is_due(now)).sort("next_due", 1).limit(most).to_list(most)

    async def settle(self, settled: Sequence[tuple[Document, Document]]) -> None:
        """Write down what follows from the facts of clocks, unless they have heard more meanwhile."""
        changes = [
            Change(CLOCKS, as_read(clock), {"$set": follows, "$unset": {"stale_since": ""}})
            for clock, follows in settled
        ]
        await self._store.write([Prepared(CLOCKS, None, change) for change in changes])

    async def tell(self, clock: Document, changes: Document, events: Sequence[DeadlineMissed]) -> bool:
        """Write down who is told of what, and tell; false when somebody else was first or the clock has heard more."""
        where = {**as_read(clock), **OPEN, "version": clock["version"]}
        return await self._store.advance(CLOCKS, where, changes, emits=events) is not None


def is_due(now: datetime) -> dict[str, Any]:
    """Choose clocks by which somebody is to be told by now."""
    return {**OPEN, "next_due": {"$lte": now}}


def as_read(clock: Document) -> dict[str, Any]:
    """Choose a clock, if it has heard nothing since it was read."""
    return {"_id": clock["_id"], "folds": clock["folds"]}


def heard(referral_id: UUID, event_id: str, fact: Fact, now: datetime) -> Change:
    """Add a fact to a clock, which the first one makes: the same event twice changes nothing, and no order matters."""
    return Change(
        CLOCKS,
        {"_id": str(referral_id)},
        {
            "$set": {f"facts.{event_id}": written_fact(fact)},
            "$min": {"stale_since": now},
            "$inc": {"folds": 1},
            "$setOnInsert": {name: value for name, value in new_clock(str(referral_id), now).items() if name != "_id"},
        },
        or_insert=True,
        adds=True,
    )
