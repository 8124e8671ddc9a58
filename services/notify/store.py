"""The items of all queues: here alone they are read from MongoDB, and changed under the token of whoever holds them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import sample
from typing import Any
from uuid import UUID

from runtime.mongo import Document, store_errors
from runtime.store import KEPT_TO_OURSELVES, Store, Work
from schemas.vocabulary.queues import ItemState, QueueRole
from services.notify import states
from services.notify.deposits import Deposits
from services.notify.documents import held_item, stored_item
from services.notify.moves import Stored
from services.notify.refusals import Refusal, RefusalCode, refuse
from services.notify.states import LIVING
from services.notify.steps import Held, Step, Taken, take, was_taken

ITEMS = "items"

HIDDEN = (*KEPT_TO_OURSELVES, "lease", "token", "before", "done", "made")
"""What a reader of the queue is not given: a token is shown once, to who leased."""

UNREAD = (*KEPT_TO_OURSELVES, "lease", "token", "done")
"""What a decision on an item need not know."""

HOLDING = {
    "state": {"$in": [state.value for state in LIVING]},
    "role": {"$in": [QueueRole.LEAD.value, QueueRole.TRIAGE.value]},
}
"""The item that a referral is held by: the database itself refuses a second one."""

OPEN = [state.value for state in states.OPEN]

MOST_LOOKED_AT = 2_000
"""Items among which somebody whose lease lost every race chooses."""

ORDER = [("urgency", 1), ("queued_at", 1), ("_id", 1)]
"""Life first, then who has waited longest."""

# A time that is not there comes before every other.
MAY_BE_ACTED_ON = {
    "$or": [
        {"$lte": ["$notice", None]},
        {"$eq": ["$role", QueueRole.TRIAGE.value]},
        {"$gt": ["$notice.may_act_until", "$$NOW"]},
    ]
}
"""What rests on no notice, what a desk has gates passed for, and what has passed them: else nobody could claim it."""

LEASABLE = {
    "state": ItemState.READY.value,
    "role": {"$ne": QueueRole.COPY.value},
    "$expr": {
        "$and": [{"$lte": ["$lease.until", "$$NOW"]}, {"$lte": ["$snoozed_until", "$$NOW"]}, MAY_BE_ACTED_ON],
    },
}


class QueueStore:
    """Reads queues, and changes items under the token of whoever holds them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._items = store.database[ITEMS]
        self._deposits = Deposits(store.database)

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
        ready = {"office": office, **LEASABLE}
        leased = {"lease.token": token, "lease.officer": officer, "office": office}
        with store_errors():
            lasting = {**leased, "$expr": {"$gt": ["$lease.until", "$$NOW"]}}
            if held := await self._items.find(lasting).sort(ORDER).to_list(most):
                return held
            window = most
            # Others may lease the same ones in between: then look at more, and take some of them at random.
            while found := await self._items.find(ready, {"_id": 1}).sort(ORDER).limit(window).to_list(window):
                chosen = found if window == most else sample(found, min(most, len(found)))
                where = {"_id": {"$in": [row["_id"] for row in chosen]}, **ready}
                taken = await self._items.update_many(where, [{"$set": {"lease": lease}}])
                if taken.modified_count:
                    return await self._items.find(leased).sort(ORDER).to_list(most)
                window = min(window * 4, MOST_LOOKED_AT)
            return []

    async def extend(self, office: str, officer: str, token: str, length: timedelta) -> list[Document]:
        """Let a lease that has not ended last so much longer, from now; gives what is still held by it."""
        held = {
            "office": office,
            "state": ItemState.READY.value,
            "lease.token": token,
            "lease.officer": officer,
            "$expr": {"$gt": ["$lease.until", "$$NOW"]},
        }
        until = {"$add": ["$$NOW", int(length.total_seconds() * 1000)]}
        with store_errors():
            await self._items.update_many(held, [{"$set": {"lease.until": until}}])
            return await self._items.find(held).sort(ORDER).to_list(None)

    async def take(self, office: str, item_id: str, step: Step) -> Document | Refusal | None:
        """Take a step with an item, once; gives the item as it is then, why not, or None if there is no such item."""
        return await self.take_as_read(await self.by_id(office, item_id), step)

    async def take_as_read(self, item: Document | None, step: Step) -> Document | Refusal | None:
        """Take a step with an item that was just read; if it is otherwise by now, it is read again."""
        while item is not None:
            held = held_item(item)
            if was_taken(step, held):
                return item
            taken = take(step, held, datetime.now(UTC))
            if isinstance(taken, Refusal):
                return taken
            if lacking := await self._deposits.refusal(step, held):
                return lacking
            if after := await self._advance(_as_found(item, held, step), taken):
                return after
            found, item = item, await self.by_id(item["office"], item["_id"])
            if item is not None and _is_as(found, item):
                return refuse(RefusalCode.LEASE_ENDED)  # nothing else can have refused it
        return None

    async def _advance(self, where: Mapping[str, Any], taken: Taken) -> Document | None:
        return await self._store.advance(ITEMS, where, taken.changes, removes=taken.removes, emits=[taken.event])

    async def by_id(self, office: str, item_id: str) -> Document | None:
        """Find one item of one office."""
        with store_errors():
            return await self._items.find_one({"_id": item_id, "office": office})

    async def by_ids(self, office: str, item_ids: Collection[str]) -> dict[str, Document]:
        """Find several items of one office, by id."""
        with store_errors():
            found = await self._items.find({"_id": {"$in": [*item_ids]}, "office": office}).to_list(None)
        return {item["_id"]: item for item in found}

    async def of_referral(self, referral_id: UUID) -> list[Stored]:
        """Find all items of a referral, also those that have left their queues."""
        with store_errors():
            found = await self._items.find({"referral_id": str(referral_id)}, dict.fromkeys(UNREAD, 0)).to_list(None)
        return [stored_item(document) for document in found]

    async def write(self, work: Work) -> None:
        """Write what a work asks for at one moment, outside of any message; raises `Overtaken`."""
        await self._store.write_at_one_moment(self._store.prepared(work))


def _is_as(found: Document, item: Document) -> bool:
    return all(found.get(name) == item.get(name) for name in ("version", "decision"))


def _as_found(item: Document, held: Held, step: Step) -> dict[str, Any]:
    """Choose an item if nothing was done with it since it was read, and its lease lasts by the database's clock."""
    where = {
        "_id": item["_id"],
        "version": item["version"],
        "decision": item.get("decision"),
        "state": held.state.value,
    }
    if held.state is ItemState.READY and step.token is not None:
        where |= {
            "lease.token": held.lease_token,
            "lease.officer": held.lease_officer,
            "$expr": {"$gt": ["$lease.until", "$$NOW"]},
        }
    return where
