"""Questions to the owner of a notice whether it is still in force: asked here, fetched and answered by the bureau."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pymongo.errors import DuplicateKeyError
from uuid6 import uuid7

from runtime.mongo import Database, Document, store_errors
from services.referrals.ncb.message import Reply

QUESTIONS = "ncb_questions"
KEPT_FOR = timedelta(days=90)
"""How long a question is kept when it is answered or closed; the answer stands in the timeline of the referral."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants to know."""

    office: str
    staff: str


class Questions:
    """The questions that were asked; a notice has one open question at most."""

    def __init__(self, database: Database) -> None:
        self._questions = database[QUESTIONS]

    async def prepare(self) -> None:
        """Make the indexes: only one question of a notice is open, and open ones are found among the answered."""
        with store_errors():
            await self._questions.create_index(
                [("notice_id", 1)], name="one_open", unique=True, partialFilterExpression={"open": True}
            )
            await self._questions.create_index(
                [("open", 1), ("_id", 1)], name="oldest_open", partialFilterExpression={"open": True}
            )

    async def ask(self, notice_id: UUID, asker: Asker, now: datetime) -> Document:
        """Ask, and give the question; if one is open already, that one."""
        question: Document = {
            "_id": str(uuid7()),
            "notice_id": str(notice_id),
            "open": True,
            "asked_at": now,
            "office": asker.office,
            "staff": asker.staff,
        }
        with store_errors():
            while True:
                try:
                    await self._questions.insert_one(question)
                except DuplicateKeyError:
                    found = await self._questions.find_one({"notice_id": str(notice_id), "open": True})
                    if found is None:  # answered at this very moment
                        continue
                    return found
                return question

    async def open(self, most: int) -> list[Document]:
        """List open questions, oldest first."""
        with store_errors():
            return await self._questions.find({"open": True}).sort("_id", 1).limit(most).to_list(most)

    async def close(self, question: Document, now: datetime) -> None:
        """Close a question that nobody can answer any more."""
        with store_errors():
            await self._questions.update_one({"_id": question["_id"]}, {"$set": {"open": False, "closed_at": now}})

    async def answer(self, reply: Reply, notice_id: UUID, now: datetime) -> bool:
        """Note the answer to a question; false when no such question was asked about this notice."""
        answered = {"open": False, "answered_at": now, "message_id": reply.message_id, "valid": reply.valid}
        where = {"_id": str(reply.query_id), "notice_id": str(notice_id)}
        with store_errors():
            written = await self._questions.update_one(where, {"$set": answered})
        return written.matched_count > 0

    async def discard_old(self, now: datetime) -> int:
        """Delete what was answered or closed long ago, and say how many questions that were."""
        long_ago = {"$lte": now - KEPT_FOR}
        where = {"open": False, "$or": [{"answered_at": long_ago}, {"closed_at": long_ago}]}
        with store_errors():
            return (await self._questions.delete_many(where)).deleted_count
