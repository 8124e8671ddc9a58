"""The decisions, one for each referral: the only module of this service that speaks to MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.mongo import Document, store_errors
from runtime.store import KEPT_TO_OURSELVES, Store
from services.routing.domain.decision import Candidate, Decision

DECISIONS = "decisions"


class DecisionStore:
    """Reads what was decided."""

    def __init__(self, store: Store) -> None:
        self._decisions = store.database[DECISIONS]

    async def by_referral(self, referral_id: str) -> Document | None:
        """Find the decision on a referral."""
        with store_errors():
            return await self._decisions.find_one({"_id": referral_id}, dict.fromkeys(KEPT_TO_OURSELVES, 0))

    async def owners_of(self, referral_ids: Sequence[UUID]) -> tuple[str, ...]:
        """List who leads some referrals, as far as that is decided."""
        where = {"_id": {"$in": [str(referral_id) for referral_id in referral_ids]}, "office": {"$ne": None}}
        with store_errors():
            found = await self._decisions.find(where, {"office": 1}).to_list(len(referral_ids))
        return tuple(sorted({row["office"] for row in found}))


def decision_document(
    referral_id: UUID, decision: Decision, facts: Mapping[str, Any], decided_at: datetime
) -> Document:
    """Make the document of a decision: what was decided, on which facts, and who else was considered."""
    return {
        "_id": str(referral_id),
        "version": 1,
        "decided_at": decided_at,
        "outcome": decision.outcome.value,
        "office": decision.office,
        "proposed": decision.proposed,
        "supporting": list(decision.supporting),
        "copies": list(decision.copies),
        "withheld": list(decision.withheld),
        "desk": decision.desk,
        "category": decision.category.value,
        "labels": [label.value for label in decision.labels],
        "urgency": decision.urgency.value,
        "suggested_urgency": decision.suggested_urgency.value if decision.suggested_urgency else None,
        "confidence": decision.confidence,
        "candidates": [_candidate(candidate) for candidate in decision.candidates],
        "grounds": list(decision.grounds),
        "facts": dict(facts),
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
