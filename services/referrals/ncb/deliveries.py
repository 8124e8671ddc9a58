"""Deliveries that were answered: one that comes again under its id gets the same answer, and has no second effect."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson import Binary
from pymongo.errors import DuplicateKeyError

from runtime.http import Problem
from runtime.mongo import Database, Document, store_errors

DELIVERIES = "ncb_deliveries"
KEPT = timedelta(days=14)
"""Longer than any sender tries again; what comes later still finds its messages in the ledger."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was sent under one webhook-id."""

    webhook_id: str
    digest: bytes


class Deliveries:
    """The answers that were given."""

    def __init__(self, database: Database) -> None:
        self._deliveries = database[DELIVERIES]

    async def prepare(self) -> None:
        """Make the index by which the database itself forgets old ones."""
        with store_errors():
            await self._deliveries.create_index("at", name="forgotten", expireAfterSeconds=int(KEPT.total_seconds()))

    async def answer_to(self, delivery: Delivery) -> Any | None:
        """Give the answer that a delivery got before; another body under its id is refused."""
        with store_errors():
            row = await self._deliveries.find_one({"_id": delivery.webhook_id})
        if row is None:
            return None
        if bytes(row["digest"]) != delivery.digest:
            raise Problem(
                409,
                "webhook_id_reused",
                "This webhook-id was used for another body",
                detail="Nothing was taken. Give every body an id of its own; to send one again, send the same bytes.",
            )
        return row["answer"]

    async def answered(self, delivery: Delivery, answer: Any, now: datetime) -> Any:
        """Keep an answer, and give the one that stands: two that came at once get the same."""
        row: Document = {
            "_id": delivery.webhook_id,
            "digest": Binary(delivery.digest),
            "answer": answer,
            "at": now,
        }
        with store_errors():
            try:
                await self._deliveries.insert_one(row)
            except DuplicateKeyError:
                return await self.answer_to(delivery)
        return answer
