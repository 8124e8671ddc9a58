"""Decisions that were made, read in the order of their ids, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.mongo import Database, Document, store_errors
from services.routing.store import DECISIONS

COMPARED = (
    "outcome",
    "office",
    "proposed",
    "supporting",
    "copies",
    "withheld",
    "desk",
    "category",
    "urgency",
    "suggested_urgency",
    "grounds",
)
"""What of a decision has an effect on somebody; a rule that got another name alone changes nothing."""

READ = dict.fromkeys((*COMPARED, "rule", "ruleset", "facts", "owners", "decided_at"), 1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which decisions are meant: made before a moment, and where given since another, until another, at one desk."""

    before: datetime
    since: datetime | None = None
    until: datetime | None = None
    desk: str | None = None

    def where(self) -> dict[str, Any]:
        """Say it to the database."""
        made: dict[str, Any] = {"$lt": min(self.before, self.until or self.before)}
        if self.since is not None:
            made["$gte"] = self.since
        return {"decided_at": made, **({"desk": self.desk} if self.desk else {})}


class PastDecisions:
    """Reads of past decisions what deciding them again and comparing needs."""

    def __init__(self, database: Database) -> None:
        self._decisions = database[DECISIONS]

    async def count(self, chosen: Chosen) -> int:
        """Count the decisions that are meant."""
        with store_errors():
            return await self._decisions.count_documents(chosen.where())

    async def after(self, referral_id: str, chosen: Chosen, most: int) -> list[Document]:
        """Read the next so many after one, in the order of ids."""
        where = {"_id": {"$gt": referral_id}, **chosen.where()}
        with store_errors():
            found = self._decisions.find(where, READ).sort("_id", 1).hint([("_id", 1)]).limit(most)
            return await found.to_list(most)

    async def these(self, referral_ids: Sequence[str]) -> dict[str, Document]:
        """Read some by their ids, as far as there are any."""
        with store_errors():
            found = await self._decisions.find({"_id": {"$in": list(referral_ids)}}, READ).to_list(len(referral_ids))
        return {decision["_id"]: decision for decision in found}
