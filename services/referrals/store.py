"""The records of referrals: the only module of this service that speaks to MongoDB, beside the vault."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import Binary

from runtime.mongo import Document, store_errors
from runtime.store import KEPT_TO_OURSELVES, Change, Create, SharedInsert, Store
from schemas.vocabulary import State
from services.referrals.evidence.page import DUE_SOON, NOTARY_AT
from services.referrals.vault import Sealed, Vault

COLLECTION = "referrals"
BY_IDEMPOTENCY_KEY = "idempotency.key"

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

    async def add(self, new: Create) -> None:
        """Store a new referral with its event; raises `AlreadyThere` when its idempotency key was used before."""
        await self._shared_insert.insert(self._store.document(new))

    async def by_idempotency_key(self, key: str) -> Document | None:
        """Find the referral that was stored under a key."""
        with store_errors():
            return await self._records.find_one({BY_IDEMPOTENCY_KEY: key}, dict.fromkeys(KEPT_TO_OURSELVES, 0))

    async def by_id(self, referral_id: str) -> Document | None:
        """Find a referral's record, still sealed."""
        with store_errors():
            return await self._records.find_one({"_id": referral_id}, dict.fromkeys(KEPT_TO_OURSELVES, 0))

    async def content_of(self, record: Document) -> bytes:
        """Open a record's content, byte for byte as it was posted; raises `Erased` when its key is gone."""
        return await self._vault.open(record["_id"], Sealed(record["key_id"], bytes(record["content"])))

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
        "timeline": [{"type": State.RECEIVED.value, "at": received_at, "sequence": 1}],
    }


def fold(referral_id: str, event_id: str, entry: Mapping[str, Any], position: list[int], state: State | None) -> Change:
    """Add one entry to a referral's timeline, once, and move its state if this is later than what moved it last.

    `position` is (number of the decision, stage, number within the stage): each decision begins the stages anew, and
    events of different stages may arrive in any order.
    """
    later = {"$gt": [{"$literal": position}, "$reached"]}
    changes: dict[str, Any] = {
        "timeline": {"$concatArrays": ["$timeline", [{"$literal": {"event_id": event_id, **entry}}]]},
        "version": {"$add": ["$version", 1]},
        NOTARY_AT: DUE_SOON,
    }
    if state is not None:
        changes["state"] = {"$cond": [later, state.value, "$state"]}
        changes["reached"] = {"$cond": [later, {"$literal": position}, "$reached"]}
    return Change(COLLECTION, {"_id": referral_id, "timeline.event_id": {"$ne": event_id}}, [{"$set": changes}])
