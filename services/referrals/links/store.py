"""Keys and links: the only module of linking that speaks to MongoDB."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bson import Binary
from pymongo import ReplaceOne
from pymongo.errors import DuplicateKeyError

from runtime.mongo import Document, store_errors
from runtime.store import Change, Store
from schemas.marks import Marks
from services.referrals.links.keys import MatchKey, stored_key
from services.referrals.links.life import LinkState, resting_on
from services.referrals.links.matching import NOTHING

MATCH_KEYS = "match_keys"
LINKS = "links"
WAITING = "links_waiting"
REFERRALS = "referrals"

CANDIDATES_AT_MOST = 500
"""Referrals with which some new ones are compared, the newest of those that share a key with any of them."""

SHOWN = {"state": 1, "received_at": 1, "summary": 1, "flags": 1, "recall": 1, "erased_at": 1}


class LinkStore:
    """Reads and writes the keys of referrals, and the links between them."""

    def __init__(self, store: Store) -> None:
        self._keys = store.database[MATCH_KEYS]
        self._links = store.database[LINKS]
        self._waiting = store.database[WAITING]
        self._referrals = store.database[REFERRALS]

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            await self._keys.create_index([("keys.key", 1)], name="by_key")
            await self._links.create_index([("referrals", 1), ("state", 1)], name="by_referral")

    async def waiting(self, most: int) -> list[Document]:
        """List notes of referrals to compare, oldest first."""
        with store_errors():
            return await self._waiting.find({"failed": None}).sort("_id", 1).limit(most).to_list(most)

    async def finished(self, notes: Sequence[str]) -> None:
        """Take out the notes of what has been compared."""
        with store_errors():
            await self._waiting.delete_many({"_id": {"$in": notes}})

    async def set_aside(self, notes: Sequence[str]) -> None:
        """Keep the notes of what cannot be compared, for a person."""
        if notes:
            with store_errors():
                await self._waiting.update_many({"_id": {"$in": notes}}, {"$set": {"failed": True}})

    async def keep(self, compared: Mapping[str, tuple[Iterable[MatchKey], Document]]) -> None:
        """Store the keys and marks of referrals in the place of those they had."""
        writes = [
            ReplaceOne({"_id": referral_id}, {"keys": [key.stored() for key in keys], "marks": marks}, upsert=True)
            for referral_id, (keys, marks) in compared.items()
        ]
        if writes:
            with store_errors():
                await self._keys.bulk_write(writes, ordered=False)

    async def forget(self, referral_ids: Collection[str]) -> None:
        """Delete the keys of referrals."""
        with store_errors():
            await self._keys.delete_many({"_id": {"$in": [*referral_ids]}})

    async def recalled(self, referral_ids: Collection[str]) -> set[str]:
        """Say which of these referrals have been recalled."""
        where = {"_id": {"$in": [*referral_ids]}, "recall": {"$exists": True}}
        with store_errors():
            return {row["_id"] async for row in self._referrals.find(where, {"_id": 1})}

    async def sharing(self, keys: Collection[bytes]) -> dict[str, list[MatchKey]]:
        """Find the referrals that have one of these keys, newest first, each with all of its keys."""
        where = {"keys.key": {"$in": [Binary(key) for key in keys]}}
        with store_errors():
            found = self._keys.find(where, {"keys": 1}).sort("_id", -1).limit(CANDIDATES_AT_MOST)
            return {row["_id"]: _keys_in(row) async for row in found}

    async def keys_of(self, referral_ids: Collection[str]) -> dict[str, list[MatchKey]]:
        """Give the keys of some referrals."""
        if not referral_ids:
            return {}
        with store_errors():
            found = self._keys.find({"_id": {"$in": [*referral_ids]}}, {"keys": 1})
            return {row["_id"]: _keys_in(row) async for row in found}

    async def marks_of(self, referral_ids: Sequence[str]) -> dict[str, Marks]:
        """Give the marks of referrals."""
        with store_errors():
            found = self._keys.find({"_id": {"$in": [*referral_ids]}}, {"marks": 1})
            return {row["_id"]: Marks.model_validate(row["marks"]) async for row in found}

    async def referrals(self, referral_ids: Iterable[str]) -> dict[str, Document]:
        """Give what may be shown of referrals without opening them."""
        with store_errors():
            found = self._referrals.find({"_id": {"$in": [*referral_ids]}}, SHOWN)
            return {row["_id"]: row async for row in found}

    async def by_id(self, link_id: str) -> Document | None:
        """Find a link."""
        with store_errors():
            return await self._links.find_one({"_id": link_id})

    async def of_referrals(self, referral_ids: Collection[str], *states: LinkState) -> list[Document]:
        """List the links of referrals, surest first; of all states unless some are named."""
        where: Document = {"referrals": {"$in": [*referral_ids]}}
        if states:
            where["state"] = {"$in": [state.value for state in states]}
        with store_errors():
            return await self._links.find(where).sort([("score", -1), ("_id", 1)]).to_list(None)

    async def add(self, link: Document) -> bool:
        """Store a link; False when these two have one."""
        with store_errors():
            try:
                await self._links.insert_one(link)
            except DuplicateKeyError:
                return False
        return True

    async def change(self, link: Document, changes: Mapping[str, Any], step: Document) -> Document | None:
        """Take a step with a link as it was read; None when somebody else was first."""
        changing = changed(link, changes, step)
        with store_errors():
            written = await self._links.update_one(changing.where, changing.update)
        return {**link, **changes, "history": [*link["history"], step]} if written.modified_count else None

    async def withdraw_all(self, referral_id: str, step: Document) -> None:
        """End all links of a referral, whatever has been done with them meanwhile; what they rested on goes."""
        where = {"referrals": referral_id, "state": {"$ne": LinkState.WITHDRAWN.value}}
        ended = {"$mergeObjects": [{"$literal": step}, {"from": "$state"}]}
        update = {
            "history": {"$concatArrays": ["$history", [ended]]},
            "state": LinkState.WITHDRAWN.value,
            "revision": {"$add": ["$revision", 1]},
            **{name: {"$literal": value} for name, value in resting_on(NOTHING).items()},
        }
        with store_errors():
            await self._links.update_many(where, [{"$set": update}])


def changed(link: Document, changes: Mapping[str, Any], step: Document | None = None) -> Change:
    """Make the change of a link as it was read, which does nothing if it is not so any more."""
    update: Document = {"$set": dict(changes), "$inc": {"revision": 1}}
    if step is not None:
        update["$push"] = {"history": step}
    return Change(LINKS, {"_id": link["_id"], "revision": link["revision"]}, update)


def _keys_in(row: Document) -> list[MatchKey]:
    return [stored_key(entry) for entry in row["keys"]]
