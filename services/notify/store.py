"""The items of all queues: the only module of this service that speaks to MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from runtime.mongo import Document, store_errors
from runtime.store import KEPT_TO_OURSELVES, Store
from schemas.events import ItemAccepted, ItemClaimed
from schemas.vocabulary import ItemState, QueueRole
from services.notify.documents import stored_item
from services.notify.moves import Stored

ITEMS = "items"

HIDDEN = (*KEPT_TO_OURSELVES, "lease", "token")
"""What a reader of the queue is not given: a token is shown once, to who leased."""

OF_ITS_HOLDER = ("lease", "token")
"""Fields that give an officer the right to act on an item; a closed item has none of them."""

OPEN = [state.value for state in ItemState if state is not ItemState.CLOSED]

HOLDING = {"state": {"$in": OPEN}, "role": {"$in": [QueueRole.LEAD.value, QueueRole.TRIAGE.value]}}
"""The item that a referral is held by: the database itself refuses a second one."""

ORDER = [("urgency", 1), ("queued_at", 1), ("_id", 1)]
"""Life first, then who has waited longest."""

FREE = {"$or": [{"lease": {"$exists": False}}, {"$expr": {"$lte": ["$lease.until", "$$NOW"]}}]}


class QueueStore:
    """Reads queues, and changes items under the token of whoever holds them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._items = store.database[ITEMS]

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            await self._items.create_index([("office", 1), ("state", 1), *ORDER], name="queue")
            await self._items.create_index([("referral_id", 1)], name="by_referral")
            await self._items.create_index(
                [("referral_id", 1)], name="one_holder", unique=True, partialFilterExpression=HOLDING
            )
            await self._items.create_index(
                [("lease.token", 1)], name="by_lease", partialFilterExpression={"lease.token": {"$exists": True}}
            )

    async def waiting(self, office: str, filters: Mapping[str, str], after: Sequence[Any], most: int) -> list[Document]:
        """List an office's items in order, from after a place on; those that have left it only when asked for."""
        where: dict[str, Any] = {"office": office, "state": {"$in": OPEN}, "version": {"$gt": 0}, **filters}
        if after:
            urgency, queued_at, item_id = after
            where["$or"] = [
                {"urgency": {"$gt": urgency}},
                {"urgency": urgency, "queued_at": {"$gt": queued_at}},
                {"urgency": urgency, "queued_at": queued_at, "_id": {"$gt": item_id}},
            ]
        with store_errors():
            return await self._items.find(where, dict.fromkeys(HIDDEN, 0)).sort(ORDER).limit(most).to_list(most)

    async def counts(self, office: str) -> dict[str, int]:
        """Count what is in an office's queue, by state."""
        with store_errors():
            return {state: await self._items.count_documents({"office": office, "state": state}) for state in OPEN}

    async def lease(self, office: str, officer: str, token: str, most: int, length: timedelta) -> list[Document]:
        """Hold up to so many ready items for an officer; nobody else gets them until the lease ends.

        A token that holds some already gives those again: its first answer may have been lost.
        """
        until = {"$add": ["$$NOW", int(length.total_seconds() * 1000)]}
        lease = {"token": {"$literal": token}, "officer": {"$literal": officer}, "until": until}
        ready = {"office": office, "state": ItemState.READY.value, "role": {"$ne": QueueRole.COPY.value}, **FREE}
        leased = {"lease.token": token, "lease.officer": officer, "office": office}
        with store_errors():
            if held := await self._items.find(leased).sort(ORDER).to_list(most):
                return held
            # Others may lease the same ones in between; then a second look finds those behind them.
            for _ in range(5):
                found = await self._items.find(ready, {"_id": 1}).sort(ORDER).limit(most).to_list(most)
                if not found:
                    return []
                where = {"_id": {"$in": [row["_id"] for row in found]}, **ready}
                taken = await self._items.update_many(where, [{"$set": {"lease": lease}}])
                if taken.modified_count:
                    break
            return await self._items.find(leased).sort(ORDER).to_list(most)

    async def claim(self, office: str, item_id: str, token: str, officer: str) -> Document | None:
        """Give a leased item to its officer for good; None when the lease is not (or no longer) theirs."""
        now = datetime.now(UTC)
        held = {
            "_id": item_id,
            "office": office,
            "state": ItemState.READY.value,
            "lease.token": token,
            "lease.officer": officer,
            "$expr": {"$gt": ["$lease.until", "$$NOW"]},
        }
        return await self._advance(
            held,
            {"state": ItemState.CLAIMED.value, "claimed_by": officer, "claimed_at": now, "token": token},
            ("lease",),
            ItemClaimed,
            {"claimed_at": now},
        )

    async def accept(self, office: str, item_id: str, token: str) -> Document | None:
        """Make a claimed item the office's own; None when the token is not the one it was claimed with."""
        now = datetime.now(UTC)
        held = {"_id": item_id, "office": office, "state": ItemState.CLAIMED.value, "token": token}
        changes = {"state": ItemState.ACCEPTED.value, "accepted_at": now}
        return await self._advance(held, changes, (), ItemAccepted, {"accepted_at": now})

    async def by_id(self, office: str, item_id: str) -> Document | None:
        """Find one item of one office."""
        with store_errors():
            return await self._items.find_one({"_id": item_id, "office": office})

    async def of_referral(self, referral_id: UUID) -> list[Stored]:
        """Find all items of a referral, also those that have left their queues."""
        with store_errors():
            found = await self._items.find({"referral_id": str(referral_id)}, dict.fromkeys(HIDDEN, 0)).to_list(None)
        return [stored_item(document) for document in found]

    async def _advance(
        self,
        where: Mapping[str, Any],
        changes: Mapping[str, Any],
        removes: Sequence[str],
        event: type[ItemClaimed] | type[ItemAccepted],
        told: Mapping[str, Any],
    ) -> Document | None:
        item = await self.by_id(where["office"], where["_id"])
        while item is not None:
            decision = item.get("decision", 1)
            fact = event(
                referral_id=item["referral_id"],
                item_id=item["_id"],
                office=item["office"],
                role=item["role"],
                decision=decision,
                **told,
            )
            # Only if the item is still there by the same decision: the fact names it.
            as_told = {**where, "decision": item.get("decision")}
            if after := await self._store.advance(ITEMS, as_told, changes, removes=removes, emits=[fact]):
                return after
            item = await self.by_id(where["office"], where["_id"])
            if item is None or item.get("decision", 1) == decision:
                return None
        return None
