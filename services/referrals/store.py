"""The records of referrals: the only module of this service that speaks to MongoDB, beside the vault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bson import Binary
from pydantic import BaseModel
from uuid6 import uuid7

from runtime.mongo import Document, store_errors
from runtime.store import KEPT_TO_OURSELVES, Change, Create, SharedInsert, Store, Work
from schemas.events import ContentDeposited, ReferralReceived
from schemas.vocabulary.requests import State
from services.referrals.evidence.page import DUE_SOON, NOTARY_AT
from services.referrals.gates.kept import LAPSE_AT
from services.referrals.liaison_feed import liaison_is_told
from services.referrals.pieces import PIECES
from services.referrals.vault import Key, Sealed, Vault

COLLECTION = "referrals"
BY_IDEMPOTENCY_KEY = "idempotency.key"
ERASURE_DUE = "erasure_due"
NOTICE_ID = "notice.notice_id"

FOR_GOOD = [2**31, 0, 0]
"""A position that nothing comes after."""

SUMMARY = {"state": 1, "version": 1, "received_at": 1, "summary": 1, "flags": 1}


class ReferralStore:
    """Reads and writes the records of referrals."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._records = store.database[COLLECTION]
        self._vault = vault
        self._shared_insert = SharedInsert(store, COLLECTION)

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            await self._records.create_index([(BY_IDEMPOTENCY_KEY, 1)], name="one_per_key", unique=True)
            await self._records.create_index([("state", 1), ("_id", -1)], name="by_state")
            await self._records.create_index([("summary.country", 1), ("_id", -1)], name="by_country")
            await self._records.create_index(
                [(ERASURE_DUE, 1)], name="erasures", partialFilterExpression={ERASURE_DUE: {"$exists": True}}
            )
            for field_, name in ((NOTICE_ID, "on_notice"), (LAPSE_AT, "gates_to_lapse")):
                await self._records.create_index(
                    [(field_, 1)], name=name, partialFilterExpression={field_: {"$exists": True}}
                )

    async def add(self, record: Document, received: ReferralReceived) -> None:
        """Store a new referral and tell of it; raises `AlreadyThere` when its idempotency key was used before."""
        told = liaison_is_told(record["_id"], record["summary"]["country"], record["timeline"][0])
        # Its liaison is told first, so that a referral's first word to the other services is number 1, as its version.
        first = {**record, "version": 1 - len(told)}
        await self._shared_insert.insert(self._store.document(Create(COLLECTION, first, (*told, received))))

    async def country_of(self, referral_id: str) -> str | None:
        """Tell which country asked; None when there is no such referral."""
        with store_errors():
            found = await self._records.find_one({"_id": referral_id}, {"summary.country": 1})
        return found["summary"]["country"] if found is not None else None

    async def entries(self, entry_ids: Mapping[str, str]) -> dict[str, Document]:
        """Read entries of timelines, by their ids; `entry_ids` gives the referral of each."""
        with store_errors():
            found = self._records.find({"_id": {"$in": [*set(entry_ids.values())]}}, {"timeline": 1})
            timelines = [record["timeline"] for record in await found.to_list(None)]
        return {entry["event_id"]: entry for timeline in timelines for entry in timeline if "event_id" in entry}

    async def by_idempotency_key(self, key: str) -> Document | None:
        """Find the referral that was stored under a key."""
        with store_errors():
            return await self._records.find_one({BY_IDEMPOTENCY_KEY: key}, dict.fromkeys(KEPT_TO_OURSELVES, 0))

    async def by_id(self, referral_id: str) -> Document | None:
        """Find a referral's record, still sealed."""
        with store_errors():
            return await self._records.find_one({"_id": referral_id}, dict.fromkeys(KEPT_TO_OURSELVES, 0))

    async def key_of(self, record: Document) -> Key:
        """Take out a record's own key; raises `Frozen` when it has been recalled, `Erased` when the key is gone."""
        return await self._vault.key_of(record["_id"], record["key_id"])

    async def act(self, record: Document, act: "Act") -> None:
        """Write what somebody did to a record as it was read; raises `Overtaken` when it is not so any more."""
        noted = {"event_id": str(uuid7()), "sequence": record["version"] + 1, **act.entry}
        work = Work()
        for piece in act.pieces:
            work.create(PIECES, piece)
        work.advance(
            COLLECTION,
            {"_id": record["_id"], "version": record["version"]},
            {"timeline": [*record["timeline"], noted], NOTARY_AT: datetime.now(UTC), **act.changes},
            removes=act.removes,
            emits=[act.tells, *liaison_is_told(record["_id"], record["summary"]["country"], noted)],
        )
        for change in act.keys:
            work.change(change)
        await self._store.write_at_one_moment(self._store.prepared(work))

    async def deposit(self, record: Document, piece: Document, tells: ContentDeposited) -> None:
        """Keep what an office says and tell that it is there; raises `Overtaken` when the record has changed."""
        work = Work()
        work.create(PIECES, piece)
        work.advance(COLLECTION, {"_id": record["_id"], "version": record["version"]}, {}, emits=[tells])
        await self._store.write_at_one_moment(self._store.prepared(work))

    async def erasures_due(self, most: int) -> list[Document]:
        """List recalled referrals of which a holder has said something since they were last looked at."""
        with store_errors():
            found = self._records.find({ERASURE_DUE: {"$exists": True}}, dict.fromkeys(KEPT_TO_OURSELVES, 0))
            return await found.limit(most).to_list(most)

    async def erasure_not_due(self, record: Document) -> None:
        """Note that holders are still outstanding, unless one has said something meanwhile."""
        with store_errors():
            await self._records.update_one(
                {"_id": record["_id"], "version": record["version"]}, {"$unset": {ERASURE_DUE: ""}}
            )

    async def resting_on(self, notice_id: str) -> list[Document]:
        """List the referrals that rest on a notice, the first one first."""
        with store_errors():
            found = self._records.find({NOTICE_ID: notice_id}, dict.fromkeys(KEPT_TO_OURSELVES, 0))
            return await found.sort("_id", 1).to_list(None)

    async def gates_to_lapse(self, now: datetime, most: int) -> list[Document]:
        """List referrals for which the word that their notice is in force has run out."""
        with store_errors():
            found = self._records.find({LAPSE_AT: {"$lte": now}}, dict.fromkeys(KEPT_TO_OURSELVES, 0))
            return await found.sort(LAPSE_AT, 1).limit(most).to_list(most)

    async def nothing_lapses(self, record: Document) -> None:
        """Note that there is nothing to lapse, unless something was done meanwhile."""
        with store_errors():
            await self._records.update_one(
                {"_id": record["_id"], "version": record["version"]}, {"$unset": {LAPSE_AT: ""}}
            )

    async def newest(self, filters: Mapping[str, str], before: str | None, most: int) -> list[Document]:
        """List summaries, newest first, from before a referral on."""
        where: dict[str, Any] = dict(filters)
        if before is not None:
            where["_id"] = {"$lt": before}
        with store_errors():
            return await self._records.find(where, SUMMARY).sort("_id", -1).limit(most).to_list(most)


def new_record(
    referral_id: str,
    sealed: Sealed,
    *,
    received_at: datetime,
    idempotency_key: str,
    digest: str,
    trace_id: str,
    summary: Mapping[str, Any],
    intake: Mapping[str, Any],
    flags: list[str],
) -> Document:
    """Make the record of a new referral: what may be read without its key, and the sealed content."""
    return {
        "_id": referral_id,
        "version": 1,
        "state": State.RECEIVED.value,
        "reached": [0, 0, 0],
        "received_at": received_at,
        "idempotency": {"key": idempotency_key, "digest": digest},
        "trace_id": trace_id,
        "summary": dict(summary),
        "intake": dict(intake),
        "flags": flags,
        "key_id": sealed.key_id,
        "content": Binary(sealed.content),
        "timeline": [{"event_id": str(uuid7()), "type": State.RECEIVED.value, "at": received_at, "sequence": 1}],
    }


@dataclass(frozen=True, slots=True)
class Act:
    """What one of the two sides does to a referral: one entry, one event, and what goes with it at the same moment."""

    entry: Mapping[str, Any]
    tells: BaseModel
    changes: Mapping[str, Any] = field(default_factory=dict)
    removes: tuple[str, ...] = ()
    pieces: Sequence[Document] = ()
    keys: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class Resumed:
    """The state that an item's own entries had brought the referral to, before a question went back."""

    item_id: str
    sequence: int

    def expression(self) -> Document:
        """Find it in the timeline: each item tells in its own order, whatever order the topics are read in."""
        earlier = [
            {"$eq": ["$$entry.inside.item_id", self.item_id]},
            {"$lt": ["$$entry.sequence", self.sequence]},
            {"$gt": ["$$entry.moves_to", None]},
            {"$ne": ["$$entry.moves_to", State.RETURNED.value]},
        ]
        found = {"$filter": {"input": "$timeline", "as": "entry", "cond": {"$and": earlier}}}
        latest = {"$cond": [{"$gt": ["$$this.sequence", "$$value.sequence"]}, "$$this", "$$value"]}
        nothing = {"sequence": 0, "moves_to": "$state"}
        return {
            "$let": {
                "vars": {"last": {"$reduce": {"input": found, "initialValue": nothing, "in": latest}}},
                "in": "$$last.moves_to",
            }
        }


@dataclass(frozen=True, slots=True)
class Fold(Change):
    """An entry that is to be added to a referral's timeline, once."""

    referral_id: str = ""
    entry: Mapping[str, Any] = field(default_factory=dict)


def fold(
    referral_id: str, event_id: str, entry: Mapping[str, Any], position: list[int], state: State | Resumed | None
) -> Fold:
    """Add one entry to a referral's timeline, once, and move its state if this is later than what moved it last.

    `position` is (number of the decision, stage, number within the stage): each decision begins the stages anew, and
    events of different stages may arrive in any order.
    """
    later = {"$gt": [{"$literal": position}, "$reached"]}
    noted = {"event_id": event_id, **entry}
    changes: dict[str, Any] = {
        "timeline": {"$concatArrays": ["$timeline", [{"$literal": noted}]]},
        "version": {"$add": ["$version", 1]},
        NOTARY_AT: DUE_SOON,
    }
    if state is not None:
        reached = state.expression() if isinstance(state, Resumed) else state.value
        changes["state"] = {"$cond": [later, reached, "$state"]}
        changes["reached"] = {"$cond": [later, {"$literal": position}, "$reached"]}
    if entry["type"] == "recall-acknowledged":
        changes[ERASURE_DUE] = {"$literal": entry["at"]}
    once = {"_id": referral_id, "timeline.event_id": {"$ne": event_id}}
    return Fold(COLLECTION, once, [{"$set": changes}], follows=True, referral_id=referral_id, entry=noted)
