"""The decisions, one for each referral: the only module of this service that speaks to MongoDB about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from runtime.mongo import Document, store_errors
from runtime.store import KEPT_TO_OURSELVES, Store
from services.routing.domain.decision import Candidate, Decision
from services.routing.domain.placements import Standing

DECISIONS = "decisions"
RECALLED = "recalled"
"""Ids of recalled referrals, whether they had been decided or not."""

NOTICE_GATES = "notice_gates"
"""What was last said of the gates of each referral that rests on a notice, whether it had been decided or not."""

ORDER = [("now.urgency", 1), ("now.since", 1), ("_id", 1)]
"""Life first, then who has waited longest."""

_NARROWED_BY = {"ground": "now.grounds", "category": "now.category"}
_OURS = dict.fromkeys(KEPT_TO_OURSELVES, 0)


class DecisionStore:
    """Reads what was decided, and changes where a referral is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._decisions = store.database[DECISIONS]
        self._recalled = store.database[RECALLED]
        self._gates = store.database[NOTICE_GATES]

    async def prepare(self) -> None:
        """Make the indexes that the desk's lists and its clock rely on."""
        at_a_desk = {"waits_at": {"$exists": True}}
        with store_errors():
            for name, narrowed in (("desk", ()), *((f"desk_by_{n}", (f,)) for n, f in _NARROWED_BY.items())):
                keys = [("waits_at", 1), *((field, 1) for field in narrowed), *ORDER]
                await self._decisions.create_index(keys, name=name, partialFilterExpression=at_a_desk)
            for field in ("confirm_by", "merged_into"):
                await self._decisions.create_index(
                    [(field, 1)], name=field, partialFilterExpression={field: {"$exists": True}}
                )

    async def by_referral(self, referral_id: str) -> Document | None:
        """Find the decision on a referral, and where it is now."""
        with store_errors():
            return await self._decisions.find_one({"_id": referral_id}, _OURS)

    async def was_recalled(self, referral_id: UUID) -> bool:
        """Tell whether a referral was recalled, perhaps before anything was decided on it."""
        with store_errors():
            return await self._recalled.find_one({"_id": str(referral_id)}) is not None

    async def gates_of(self, referral_id: UUID) -> Document | None:
        """Find what was last said of the gates of a referral that rests on a notice."""
        with store_errors():
            found = await self._gates.find_one({"_id": str(referral_id)})
        return None if found is None else dict(found["gates"])

    async def owners_of(self, referral_ids: Sequence[UUID]) -> tuple[str, ...]:
        """List who holds some referrals now, as far as an office or programme does."""
        ids = [str(referral_id) for referral_id in referral_ids]
        where = {"_id": {"$in": ids}, "standing": Standing.PLACED.value}
        with store_errors():
            found = await self._decisions.find(where, {"holder": 1}).to_list(len(ids))
        return tuple(sorted({row["holder"] for row in found}))

    async def at_desk(self, desk: str, filters: Mapping[str, str], after: Sequence[Any], most: int) -> list[Document]:
        """List what waits for a person at a desk, in order, from after a place on."""
        where: dict[str, Any] = {"waits_at": desk}
        where |= {_NARROWED_BY.get(name, f"now.{name}"): value for name, value in filters.items()}
        if after:
            urgency, since, referral_id = after
            where["$or"] = [
                {"now.urgency": {"$gt": urgency}},
                {"now.urgency": urgency, "now.since": {"$gt": since}},
                {"now.urgency": urgency, "now.since": since, "_id": {"$gt": referral_id}},
            ]
        with store_errors():
            return await self._decisions.find(where, _OURS).sort(ORDER).limit(most).to_list(most)

    async def overdue(self, now: datetime, most: int) -> list[str]:
        """List referrals released for life that no second person has confirmed in time."""
        with store_errors():
            found = self._decisions.find({"confirm_by": {"$lte": now}}, {"_id": 1}).sort("confirm_by", 1).limit(most)
            return [row["_id"] for row in await found.to_list(most)]

    async def change(
        self, read: Document, changes: Mapping[str, Any], emits: Sequence[BaseModel] = ()
    ) -> Document | None:
        """Change a decision as it was read, and tell of it, in one write; None if somebody else was first.

        A field that is to be None goes, so that the index on it stays small.
        """
        where, changes, removes = as_read_then(read, changes)
        if emits:
            return await self._store.advance(DECISIONS, where, changes, removes=removes, emits=emits)
        update: dict[str, Any] = {"$set": changes}
        if removes:
            update["$unset"] = dict.fromkeys(removes, "")
        with store_errors():
            return await self._decisions.find_one_and_update(where, update, return_document=True)

    async def let_join(self, target: Document, referral_id: str) -> bool:
        """Note on a referral, as it was read, that another is about to be merged into it; false if it has changed.

        Whoever is changing the target at this moment is too late by this, so that no two merges form a chain.
        """
        where = {"_id": target["_id"], "revision": target["revision"]}
        update = {"$inc": {"revision": 1}, "$addToSet": {"joined_by": referral_id}}
        with store_errors():
            return (await self._decisions.update_one(where, update)).modified_count == 1

    async def has_joined(self, document: Document) -> bool:
        """Tell whether others are merged into a referral; one that is only about to be comes too late by this."""
        if not document.get("joined_by"):
            return False
        about_to = {"_id": {"$in": document["joined_by"]}, "merged_into": {"$ne": document["_id"]}}
        with store_errors():
            await self._decisions.update_many(about_to, {"$inc": {"revision": 1}})
            return await self._decisions.find_one({"merged_into": document["_id"]}, {"_id": 1}) is not None


def as_read_then(read: Document, changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Give the filter that finds a decision only as it was read, what changes in it, and which fields go."""
    where = {"_id": read["_id"], "revision": read["revision"]}
    removes = [name for name, value in changes.items() if value is None and name != "holder"]
    kept = {name: value for name, value in changes.items() if name not in removes}
    return where, {**kept, "revision": read["revision"] + 1}, removes


def decision_document(
    referral_id: UUID, decision: Decision, facts: Mapping[str, Any], decided_at: datetime
) -> Document:
    """Make the document of a decision: what was decided, on which facts, and who else was considered."""
    return {
        "_id": str(referral_id),
        "version": 1,
        "decided_at": decided_at,
        **as_decided(decision),
        "facts": dict(facts),
    }


def with_standing(decided: Document, owners: Sequence[str]) -> Document:
    """Add to a new decision where the referral is for now, which changes with each act; the rest never does."""
    in_triage = decided["office"] is None
    holder = decided["desk"] if in_triage else decided["office"]
    return {
        **decided,
        "owners": list(owners),
        "revision": 1,
        "standing": (Standing.TRIAGE if in_triage else Standing.PLACED).value,
        "holder": holder,
        "desk_now": decided["desk"],
        "now": {
            "urgency": decided["urgency"],
            "category": decided["category"],
            "grounds": decided["grounds"],
            "since": decided["decided_at"],
        },
        **({"waits_at": decided["desk"]} if in_triage else {}),
        "placements": [],
        "acts": [],
    }


def as_decided(decision: Decision) -> Document:
    """Write a decision down without its facts."""
    return {
        "outcome": decision.outcome.value,
        "office": decision.office,
        "proposed": decision.proposed,
        "supporting": list(decision.supporting),
        "copies": list(decision.copies),
        "withheld": list(decision.withheld),
        "desk": decision.desk,
        "category": decision.category.value,
        "category_by": decision.category_by.value,
        "labels": [label.value for label in decision.labels],
        "urgency": decision.urgency.value,
        "suggested_urgency": decision.suggested_urgency.value if decision.suggested_urgency else None,
        "confidence": decision.confidence,
        "candidates": [_candidate(candidate) for candidate in decision.candidates],
        "grounds": list(decision.grounds),
        "rule": decision.rule,
        "ruleset": decision.ruleset,
        "because": decision.because,
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "office": candidate.office,
        "nexus": candidate.nexus,
        "kind": candidate.kind.value,
        "rank": candidate.rank,
        "confidence": candidate.confidence,
        "place": candidate.place,
        "lost": candidate.lost,
    }
