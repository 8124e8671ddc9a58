"""Every message that was handled, with its effect: so that one that comes again changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bson import Binary
from pymongo.errors import DuplicateKeyError

from runtime.mongo import Database, Document, store_errors
from services.referrals.ncb.message import FromNcb, MessageKind
from services.referrals.ncb.order import CONTENT, Position

MESSAGES = "ncb_messages"


class Effect(StrEnum):
    """What a message changed."""

    NEW = "new"
    CHANGED = "changed"
    IMAGE_CHANGED = "image_changed"
    SAME = "same"
    STALE = "stale"
    """Something that was sent later had been handled already."""
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    ENDED = "ended"
    """The notice is ended, by this message or before it."""
    ANSWERED = "answered"
    DENIED = "denied"
    """Its owner does not let the United States have it: nothing of it was taken, and what there was is ended."""


@dataclass(frozen=True, slots=True)
class Handled:
    """A message that was handled before."""

    digest: bytes
    effect: Effect
    notice_id: UUID


class Ledger:
    """The messages that were handled; nothing in it says more of a notice than its id here."""

    def __init__(self, database: Database) -> None:
        self._messages = database[MESSAGES]

    async def prepare(self) -> None:
        """Make the index."""
        with store_errors():
            await self._messages.create_index([("notice_id", 1), ("sent_at", -1)], name="of_notice")

    async def by_id(self, message_id: str) -> Handled | None:
        """Find a message that was handled."""
        with store_errors():
            row = await self._messages.find_one({"_id": message_id})
        return None if row is None else Handled(bytes(row["digest"]), Effect(row["effect"]), UUID(row["notice_id"]))

    async def newest(self, notice_id: UUID, kinds: Collection[MessageKind]) -> Position | None:
        """Say when the newest message of some kinds about a notice was sent, of those that were handled."""
        where = {"notice_id": str(notice_id), "kind": {"$in": sorted(kinds)}}
        with store_errors():
            row = await self._messages.find_one(where, sort=[("sent_at", -1), ("_id", -1)])
        return None if row is None else (row["sent_at"], row["_id"])

    async def owner(self, notice_id: UUID) -> str | None:
        """Say for which bureau a notice was first sent."""
        where = {"notice_id": str(notice_id), "kind": {"$in": sorted(CONTENT)}}
        with store_errors():
            row = await self._messages.find_one(where, sort=[("sent_at", 1), ("_id", 1)])
        return None if row is None else str(row["source_ncb"])

    async def add(self, message: FromNcb, notice_id: UUID, digest: bytes, effect: Effect, now: datetime) -> None:
        """Note that a message has had its effect; two that handled it at once both have."""
        row: Document = {
            "_id": message.message_id,
            "notice_id": str(notice_id),
            "digest": Binary(digest),
            "kind": message.kind.value,
            "source_ncb": message.source_ncb,
            "reason": message.reason,
            "sent_at": message.sent_at,
            "effect": effect.value,
            "handled_at": now,
        }
        with store_errors():
            try:
                await self._messages.insert_one(row)
            except DuplicateKeyError:
                return
