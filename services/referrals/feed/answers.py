"""What the lists have answered in a sweep, kept until it is over: whoever takes it up again need not ask again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bson import Binary

from runtime.mongo import Database, store_errors
from services.referrals.feed.query import Query
from services.referrals.notices.listed import Listed
from services.referrals.vault import Key

COLLECTION = "feed_pages"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a list answered to one question; `total` is None where it gave no answer that could be read."""

    query: Query
    total: int | None
    items: tuple[Listed, ...] = ()
    other_ids: tuple[str, ...] = ()
    """Ids of entries that could not be read otherwise."""
    echoed: Mapping[str, str] | None = None


class Answers:
    """The answers of one sweep, by their order, sealed with the sweep's own key."""

    def __init__(self, database: Database, sweep_id: str, key: Key) -> None:
        self._rows = database[COLLECTION]
        self._sweep_id = sweep_id
        self._key = key

    async def at(self, place: int, query: Query) -> KeptAnswer | None:
        """Give the answer to a question; None when it was not asked at this place."""
        row_id = self._row_id(place)
        with store_errors():
            row = await self._rows.find_one({"_id": row_id})
        if row is None:
            return None
        kept = _read(self._key.open(bytes(row["sealed"]), row_id))
        if kept.query != query:
            # Another planner kept these: nothing from here on can be taken as an answer to what this one asks.
            with store_errors():
                await self._rows.delete_many({"sweep": self._sweep_id, "place": {"$gte": place}})
            return None
        return kept

    async def keep(self, place: int, kept: KeptAnswer, requests: int) -> None:
        """Keep an answer before anything is made of it."""
        row_id = self._row_id(place)
        row = {
            "_id": row_id,
            "sweep": self._sweep_id,
            "place": place,
            "requests": requests,
            "sealed": Binary(self._key.seal(_written(kept), row_id)),
        }
        with store_errors():
            await self._rows.replace_one({"_id": row_id}, row, upsert=True)

    async def requests(self) -> int:
        """Count the requests that the kept answers took."""
        with store_errors():
            rows = await self._rows.find({"sweep": self._sweep_id}, {"requests": 1}).to_list(None)
        return sum(row["requests"] for row in rows)

    def _row_id(self, place: int) -> str:
        return f"{self._sweep_id}|{place:06d}"


async def prepare_answers(database: Database) -> None:
    """Make the index that forgetting needs."""
    with store_errors():
        await database[COLLECTION].create_index([("sweep", 1), ("place", 1)])


async def forget_answers(database: Database, sweep_id: str) -> None:
    """Delete what a sweep had kept."""
    with store_errors():
        await database[COLLECTION].delete_many({"sweep": sweep_id})


def _written(kept: KeptAnswer) -> bytes:
    items = [
        [item.entity_id, item.name, item.forename, item.birth, item.nationalities, item.thumbnail]
        for item in kept.items
    ]
    whole = {
        "query": kept.query.filters,
        "total": kept.total,
        "items": items,
        "other_ids": kept.other_ids,
        "echoed": dict(kept.echoed or {}),
    }
    return json.dumps(whole, separators=(",", ":")).encode()


def _read(raw: bytes) -> KeptAnswer:
    whole: dict[str, Any] = json.loads(raw)
    return KeptAnswer(
        Query(tuple((name, value) for name, value in whole["query"])),
        whole["total"],
        tuple(_listed(*row) for row in whole["items"]),
        tuple(whole["other_ids"]),
        whole["echoed"],
    )


def _listed(
    entity_id: str,
    name: str | None,
    forename: str | None,
    birth: str | None,
    nationalities: list[str],
    thumbnail: str | None,
) -> Listed:
    return Listed(entity_id, name, forename, birth, tuple(nationalities), thumbnail)
