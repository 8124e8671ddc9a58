"""Takes what was sent out of the outboxes: a moment later and many together, off the way of what comes next.

An event that was acknowledged and not yet removed when its process dies is sent again, under the same id.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from runtime.errors import StoreAway
from runtime.mongo import Database, store_errors
from runtime.telemetry import untraced

log = structlog.get_logger()

AFTER = 0.25
"""Seconds between an acknowledgement and its removal: long enough to go together and not to compete with the journal
writes of those who wait, short enough that a crash sends little again."""

AT_ONCE = 500
"""Documents in one update at most."""


class Removals:
    """Events acknowledged by Kafka that are still in the outboxes of their documents."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[tuple[str, Any], list[str]] = {}
        self._some = asyncio.Event()
        self._removing = asyncio.Lock()

    def add(self, collection: str, document_id: Any, event_ids: Sequence[str]) -> None:
        """Note events of one document that were acknowledged."""
        self._waiting.setdefault((collection, document_id), []).extend(event_ids)
        self._some.set()

    async def run(self) -> None:
        """Remove until cancelled; what a database that is away did not take is tried again."""
        while True:
            await self._some.wait()
            await asyncio.sleep(AFTER)
            try:
                await self.flush()
            except StoreAway as exc:
                log.warning("sent events not removed yet", error=str(exc))
                await asyncio.sleep(1.0)

    async def flush(self) -> None:
        """Remove all that is waiting, now; raises `StoreAway`."""
        async with self._removing:
            while self._waiting:
                await self._remove(list(self._waiting)[:AT_ONCE])
            self._some.clear()

    async def _remove(self, places: Sequence[tuple[str, Any]]) -> None:
        collection = places[0][0]
        chosen = {place: list(self._waiting[place]) for place in places if place[0] == collection}
        ids = [document_id for _, document_id in chosen]
        sent = [event_id for event_ids in chosen.values() for event_id in event_ids]
        with untraced(), store_errors():
            records = self._database[collection]
            emptied = await records.update_many(_sent_all_of_theirs(ids, sent), _EMPTY)
            if emptied.matched_count < len(ids):
                await records.update_many({"_id": {"$in": ids}, "outbox.event_id": {"$in": sent}}, _without(sent))
        for place, event_ids in chosen.items():
            left = self._waiting[place][len(event_ids) :]
            if left:
                self._waiting[place] = left
            else:
                del self._waiting[place]


_EMPTY = {"$set": {"outbox": []}, "$unset": {"outbox_since": ""}}


def _sent_all_of_theirs(ids: Sequence[Any], sent: Sequence[str]) -> dict[str, Any]:
    """Choose the documents, nearly all, whose outbox holds nothing but what was sent: they cost half as much."""
    waits = {"$elemMatch": {"event_id": {"$nin": sent}}}
    return {"_id": {"$in": ids}, "outbox.event_id": {"$in": sent}, "outbox": {"$not": waits}}


def _without(sent: Sequence[str]) -> list[dict[str, Any]]:
    kept = {"$filter": {"input": "$outbox", "as": "entry", "cond": {"$not": {"$in": ["$$entry.event_id", sent]}}}}
    since = {"$cond": [{"$eq": ["$outbox", []]}, "$$REMOVE", "$outbox_since"]}
    return [{"$set": {"outbox": kept}}, {"$set": {"outbox_since": since}}]
