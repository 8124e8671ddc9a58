"""Keys and links: the only module of linking that speaks to MongoDB."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import Binary
from pymongo import ReplaceOne
from pymongo.errors import DuplicateKeyError

from runtime.errors import AlreadyThere, Overtaken
from runtime.mongo import Document, store_errors
from runtime.store import Change, Prepared, Store
from schemas.marks import Marks
from schemas.vocabulary.requests import State
from services.referrals.links.keys import MatchKey, stored_key
from services.referrals.links.life import LinkState, resting_on
from services.referrals.links.matching import NOTHING
from services.referrals.links.noticed import LINKED, NOTICE_SHOWN, SHUT, linking_to

MATCH_KEYS = "match_keys"
LINKS = "links"
WAITING = "links_waiting"
REFERRALS = "referrals"
NOTICES = "notices"

CANDIDATES_AT_MOST = 500
"""Referrals with which some new ones are compared, the newest of those that share a key with any of them."""

OVER = [State.DECLINED.value, State.CLOSED.value, State.WITHDRAWN.value]
"""States in which a referral is not open any more; no notice is suggested to it."""

SHOWN = {"state": 1, "received_at": 1, "summary": 1, "flags": 1, "recall": 1, "erased_at": 1}


class LinkStore:
    """Reads and writes the keys of referrals and notices, and the links between them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys = store.database[MATCH_KEYS]
        self._links = store.database[LINKS]
        self._waiting = store.database[WAITING]
        self._referrals = store.database[REFERRALS]
        self._notices = store.database[NOTICES]

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            await self._keys.create_index([("keys.key", 1)], name="by_key")
            await self._links.create_index([("referrals", 1), ("state", 1)], name="by_referral")
            await self._notices.create_index(
                [(LINKED, 1)], name="linked", partialFilterExpression={LINKED: {"$exists": True}}
            )

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
        await self._keep({each: {"keys": _stored(keys), "marks": marks} for each, (keys, marks) in compared.items()})

    async def keep_notices(self, compared: Mapping[str, tuple[Iterable[MatchKey], Document]]) -> None:
        """Store the keys of notices with what is to be known beside them, in the place of those they had."""
        await self._keep(
            {each: {"keys": _stored(keys), **beside, "notice": True} for each, (keys, beside) in compared.items()}
        )

    async def _keep(self, rows: Mapping[str, Document]) -> None:
        writes = [ReplaceOne({"_id": subject_id}, row, upsert=True) for subject_id, row in rows.items()]
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
        where = {"keys.key": {"$in": [Binary(key) for key in keys]}, "notice": {"$exists": False}}
        with store_errors():
            found = self._keys.find(where, {"keys": 1}).sort("_id", -1).limit(CANDIDATES_AT_MOST)
            return {row["_id"]: _keys_in(row) async for row in found}

    async def linkable_notices(self, keys: Collection[bytes]) -> dict[str, list[MatchKey]]:
        """Find the notices without a referral of their own that have one of these keys, each with all of its keys."""
        rows = await self.notices_sharing(keys, {"linkable": True})
        return {row["_id"]: _keys_in(row) for row in rows}

    async def notices_sharing(self, keys: Collection[bytes], where: Mapping[str, Any]) -> list[Document]:
        """Find the rows of notices that have one of these keys."""
        sought = {"keys.key": {"$in": [Binary(key) for key in keys]}, "notice": True, **where}
        with store_errors():
            return await self._keys.find(sought).limit(CANDIDATES_AT_MOST).to_list(CANDIDATES_AT_MOST)

    async def still_open(self, referral_ids: Collection[str]) -> set[str]:
        """Say which of these referrals are open."""
        where = {"_id": {"$in": [*referral_ids]}, "state": {"$nin": OVER}, "recall": {"$exists": False}}
        with store_errors():
            return {row["_id"] async for row in self._referrals.find(where, {"_id": 1})}

    async def keys_of(self, subject_ids: Collection[str]) -> dict[str, list[MatchKey]]:
        """Give the keys of some referrals or notices; of a notice that has a referral, that one's count."""
        if not subject_ids:
            return {}
        where = {"_id": {"$in": [*subject_ids]}, "linkable": {"$ne": False}}
        with store_errors():
            return {row["_id"]: _keys_in(row) async for row in self._keys.find(where, {"keys": 1})}

    async def marks_of(self, referral_ids: Sequence[str]) -> dict[str, Marks]:
        """Give the marks of referrals."""
        with store_errors():
            found = self._keys.find({"_id": {"$in": [*referral_ids]}}, {"marks": 1})
            return {row["_id"]: Marks.model_validate(row["marks"]) async for row in found}

    async def originators_of(self, notice_ids: Iterable[str]) -> list[tuple[str, str]]:
        """Give whose each of some notices is, and by which way it came."""
        where = {"_id": {"$in": [*notice_ids]}, "notice": True}
        with store_errors():
            found = self._keys.find(where, {"originator": 1, "public": 1})
            return [(row["originator"], "public" if row["public"] else "ncb") async for row in found]

    async def referrals(self, referral_ids: Iterable[str]) -> dict[str, Document]:
        """Give what may be shown of referrals without opening them."""
        with store_errors():
            found = self._referrals.find({"_id": {"$in": [*referral_ids]}}, SHOWN)
            return {row["_id"]: row async for row in found}

    async def notices(self, notice_ids: Iterable[str]) -> dict[str, Document]:
        """Give what may be shown of notices without opening them."""
        with store_errors():
            found = self._notices.find({"_id": {"$in": [*notice_ids]}}, NOTICE_SHOWN)
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
        """Store a link; False when these two have one, or when its notice was shut a moment ago."""
        try:
            if (linking := linking_to(link, link["state"])) is not None:
                await self._at_one_moment(Prepared(LINKS, link, None), linking)
                return True
            with store_errors():
                await self._links.insert_one(link)
        except (DuplicateKeyError, AlreadyThere, Overtaken):
            return False
        return True

    async def change(self, link: Document, changes: Mapping[str, Any], step: Document) -> Document | None:
        """Take a step with a link as it was read; None when somebody else was first."""
        changing = changed(link, changes, step)
        after = {**link, **changes, "history": [*link["history"], step]}
        if (linking := linking_to(link, changes["state"])) is not None:
            try:
                await self._at_one_moment(Prepared(LINKS, None, changing, must_match=True), linking)
            except Overtaken:
                return None
            return after
        with store_errors():
            written = await self._links.update_one(changing.where, changing.update)
        return after if written.modified_count else None

    async def _at_one_moment(self, link: Prepared, linking: Change) -> None:
        """Write a link together with what its notice's record says of it."""
        await self._store.write_at_one_moment([link, Prepared(NOTICES, None, linking, must_match=True)])

    async def withdraw_all(self, subject_id: str, step: Document) -> None:
        """End all links of a referral or notice, whatever was done with them meanwhile; what they rested on goes."""
        where = {"referrals": subject_id, "state": {"$ne": LinkState.WITHDRAWN.value}}
        ended = {"$mergeObjects": [{"$literal": step}, {"from": "$state"}]}
        update = {
            "history": {"$concatArrays": ["$history", [ended]]},
            "state": LinkState.WITHDRAWN.value,
            "revision": {"$add": ["$revision", 1]},
            **{name: {"$literal": value} for name, value in resting_on(NOTHING).items()},
        }
        with store_errors():
            await self._links.update_many(where, [{"$set": update}])
            await self._notices.update_many(
                {LINKED: subject_id},
                {"$pull": {LINKED: subject_id}, "$set": {"follow_up_due": step["at"]}, "$inc": {"revision": 1}},
            )

    async def notices_to_compare(self, now: datetime, most: int) -> list[Document]:
        """List notices that are to be compared, or forgotten, once it is settled whether they become referrals."""
        settled = [{"follow_up_due": None}, {"follow_up_due": {"$gt": now}}]
        shut = [{"standing": {"$in": SHUT}}, {"tombstone": {"$exists": True}}]
        with store_errors():
            found = self._notices.find({"to_compare": True, "$or": [*settled, *shut]}, NOTICE_SHOWN)
            return await found.limit(most).to_list(most)

    async def notice_compared(self, notice: Document) -> None:
        """Note that a notice has been compared as it was read; if it has changed since, it still waits."""
        where = {"_id": notice["_id"], "revision": notice["revision"]}
        with store_errors():
            await self._notices.update_one(where, {"$unset": {"to_compare": ""}})

    async def not_linked_any_more(self, notice_id: str) -> None:
        """Take out of the record of a notice which referrals it was linked to."""
        with store_errors():
            await self._notices.update_one(
                {"_id": notice_id, LINKED: {"$exists": True}}, {"$unset": {LINKED: ""}, "$inc": {"revision": 1}}
            )


def changed(link: Document, changes: Mapping[str, Any], step: Document | None = None) -> Change:
    """Make the change of a link as it was read, which does nothing if it is not so any more."""
    update: Document = {"$set": dict(changes), "$inc": {"revision": 1}}
    if step is not None:
        update["$push"] = {"history": step}
    return Change(LINKS, {"_id": link["_id"], "revision": link["revision"]}, update)


def _stored(keys: Iterable[MatchKey]) -> list[Document]:
    return [key.stored() for key in keys]


def _keys_in(row: Document) -> list[MatchKey]:
    return [stored_key(entry) for entry in row["keys"]]
