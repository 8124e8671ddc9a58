"""The records of notices: the only module of the book that speaks to MongoDB."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.errors import AlreadyThere, Overtaken
from runtime.mongo import Document, store_errors
from runtime.store import KEPT_TO_OURSELVES, Change, Create, SharedInsert, Store, Work
from services.referrals.notices.life import DENIED_AT, Step, applied
from services.referrals.vault import erasing, freezing, thawing

NOTICES = "notices"
REFERRALS = "referrals"
MATCH_KEYS = "match_keys"
"""Where linking keeps the keys of what may be one matter, under the same id."""

_OURS = dict.fromkeys(KEPT_TO_OURSELVES, 0)
_SEALED = {f"sources.{way}.{part}": 0 for way in ("public", "ncb") for part in ("content", "context")}

DUE = ("follow_up_due", "purge_due", "review_due")


class NoticeRecords:
    """Reads and writes the records of notices; each write finds its record as it was read, or does nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records = store.database[NOTICES]
        self._referrals = store.database[REFERRALS]
        self._match_keys = store.database[MATCH_KEYS]
        self._shared_insert = SharedInsert(store, NOTICES)

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            for name in DUE:
                await self._records.create_index(
                    [(name, 1)], name=name, partialFilterExpression={name: {"$exists": True}}
                )
            await self._records.create_index(
                [("to_compare", 1)], name="to_compare", partialFilterExpression={"to_compare": True}
            )
            await self._records.create_index(
                [("sources.public.list", 1), ("listed", 1), ("absent", 1), ("seen_sweep", 1)], name="by_list"
            )
            await self._records.create_index([("colour", 1), ("_id", -1)], name="by_colour")
            await self._records.create_index([("standing", 1), ("_id", -1)], name="by_standing")

    async def by_id(self, notice_id: UUID) -> Document | None:
        """Find the record of a notice, its content still sealed."""
        with store_errors():
            return await self._records.find_one({"_id": str(notice_id)}, _OURS)

    async def some(self, notice_ids: Collection[UUID]) -> list[Document]:
        """Find the records of some notices."""
        with store_errors():
            found = self._records.find({"_id": {"$in": [str(each) for each in notice_ids]}}, _OURS)
            return await found.to_list(None)

    async def add(self, record: Mapping[str, Any], step: Step) -> bool:
        """Store the first record of a notice with what it tells; False when somebody else was first."""
        create = Create(NOTICES, {**applied(record, step), "version": 1 if step.tells else 0}, step.tells)
        try:
            await self._shared_insert.insert(self._store.document(create))
        except AlreadyThere:
            return False
        return True

    async def change(self, record: Mapping[str, Any], step: Step, now: datetime) -> bool:
        """Write a step of a record as it was read, keys and all at one moment; False when it is not so any more."""
        where = {"_id": record["_id"], "revision": record["revision"]}
        if not (step.freezes or step.thaws or step.erases):
            done = await self._store.advance(NOTICES, where, step.changes, removes=step.removes, emits=step.tells)
            return done is not None
        work = _work(step, now)
        work.advance(NOTICES, where, step.changes, removes=step.removes, emits=step.tells)
        try:
            await self._store.write_at_one_moment(self._store.prepared(work))
        except Overtaken:
            return False
        return True

    async def count_after(self, notice_id: UUID) -> None:
        """Count that something came for a notice that has ended."""
        with store_errors():
            await self._records.update_one({"_id": str(notice_id)}, {"$inc": {"seen_after": 1}})

    async def note_denied(self, notice_id: UUID, as_of: datetime) -> None:
        """Note when the owner of a notice last said that it is not to be used."""
        with store_errors():
            where = {"_id": str(notice_id), "tombstone": {"$exists": False}}
            await self._records.update_one(where, {"$max": {DENIED_AT: as_of}, "$inc": {"revision": 1}})

    async def forget_match_keys(self, notice_id: str) -> None:
        """Delete what linking would find a notice by."""
        with store_errors():
            await self._match_keys.delete_one({"_id": notice_id})

    async def note_absent(self, list_name: str, sweep: int) -> None:
        """Note that notices are absent from a complete sweep for the first time; the second time changes nothing."""
        where = {**_absent(list_name, sweep), "absent": 0}
        update = {"$set": {"absent": 1, "absent_sweep": sweep}, "$inc": {"revision": 1}}
        with store_errors():
            await self._records.update_many(where, update)

    async def absent_again(self, list_name: str, sweep: int, most: int) -> list[Document]:
        """List notices that are absent, were so before, and have not been counted in this sweep."""
        where = {**_absent(list_name, sweep), "absent": {"$gte": 1}}
        with store_errors():
            return await self._records.find(where, _OURS | _SEALED).limit(most).to_list(most)

    async def count_absences(self, list_name: str, sweep: int) -> tuple[int, int]:
        """Count those absent for the first and for the second time in a sweep."""
        of_list = {"sources.public.list": list_name}
        with store_errors():
            first = await self._records.count_documents({**of_list, "absent": 1, "absent_sweep": sweep})
            second = await self._records.count_documents({**of_list, "not_listed_sweep": sweep})
        return first, second

    async def due(self, what: str, now: datetime, most: int) -> list[Document]:
        """List records for which something is due by now, longest due first."""
        with store_errors():
            return await self._records.find({what: {"$lte": now}}, _OURS).sort(what, 1).limit(most).to_list(most)

    async def are_referrals_in(self, referral_ids: Collection[str], states: Collection[str]) -> bool:
        """Say whether each of some referrals is in one of these states."""
        where = {"_id": {"$in": [*referral_ids]}, "state": {"$in": [*states]}}
        with store_errors():
            return await self._referrals.count_documents(where) == len(referral_ids)

    async def put_off(self, record: Mapping[str, Any], what: str, until: datetime) -> None:
        """Look at a record again later, unless it has changed meanwhile."""
        where = {"_id": record["_id"], "revision": record["revision"]}
        with store_errors():
            await self._records.update_one(where, {"$set": {what: until}})

    async def page(self, where: Mapping[str, Any], after: str | None, most: int) -> list[Document]:
        """List records without their content, from after one of them on."""
        sought = {**where, **({"_id": {"$lt": after}} if after is not None else {})}
        with store_errors():
            return await self._records.find(sought, _OURS | _SEALED).sort("_id", -1).limit(most).to_list(most)


def _absent(list_name: str, sweep: int) -> Document:
    """Find what a sweep did not see, though it is in the list as far as we know."""
    not_counted = {"seen_sweep": {"$lt": sweep}, "absent_sweep": {"$lt": sweep}}
    return {"sources.public.list": list_name, "listed": True, **not_counted}


def _work(step: Step, now: datetime) -> Work:
    """Begin a work with what a step does to keys."""
    work = Work()
    changes: list[Change] = [
        *(freezing(key_id, now) for key_id in step.freezes),
        *(thawing(key_id) for key_id in step.thaws),
        *(erasing(key_id, now) for key_id in step.erases),
    ]
    for change in changes:
        work.change(change)
    return work
