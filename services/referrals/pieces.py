"""What is added to a referral after it came in: sealed pieces under its own key, each written once.

A piece says nothing by being there. What counts is the timeline: a question or an answer is released by the entry
that says that its office took the step, and is held back for ever if the office never could.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from bson import Binary

from runtime.mongo import Document, store_errors
from runtime.store import Store
from services.referrals.vault import Key

PIECES = "pieces"
BY_PIECE_KEY = "idempotency_key"


class PieceKind(StrEnum):
    """What a piece is."""

    QUESTION = "question"
    REPLY = "reply"
    ANSWER = "answer"
    SUPPLEMENT = "supplement"
    RECALL = "recall"
    US_WARRANT = "us_warrant"
    ABUSE_REVIEW = "abuse_review"


class PieceStore:
    """Reads and writes sealed pieces."""

    def __init__(self, store: Store) -> None:
        self._pieces = store.database[PIECES]

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            await self._pieces.create_index([("referral_id", 1), ("kind", 1), ("_id", 1)], name="of_referral")
            await self._pieces.create_index(
                [("referral_id", 1), (BY_PIECE_KEY, 1)],
                name="one_piece_per_key",
                unique=True,
                partialFilterExpression={BY_PIECE_KEY: {"$exists": True}},
            )

    async def find(self, referral_id: str, piece_id: str, kind: PieceKind) -> Document | None:
        """Find one piece of a referral."""
        with store_errors():
            return await self._pieces.find_one({"_id": piece_id, "referral_id": referral_id, "kind": kind.value})

    async def by_key(self, referral_id: str, idempotency_key: str) -> Document | None:
        """Find the piece of a referral that was sent under an idempotency key."""
        with store_errors():
            return await self._pieces.find_one({"referral_id": referral_id, BY_PIECE_KEY: idempotency_key})

    async def of_kinds(self, referral_id: str, *kinds: PieceKind) -> list[Document]:
        """List the pieces of a referral of some kinds, in the order of their ids."""
        where = {"referral_id": referral_id, "kind": {"$in": [kind.value for kind in kinds]}}
        with store_errors():
            return await self._pieces.find(where).sort("_id", 1).to_list(None)


def new_piece(
    key: Key, referral_id: str, piece_id: str, kind: PieceKind, body: bytes, at: datetime, **open_facts: Any
) -> Document:
    """Make a piece: sealed but for ids, codes and times."""
    return {
        "_id": piece_id,
        "referral_id": referral_id,
        "kind": kind.value,
        "at": at,
        "digest": hashlib.sha256(body).hexdigest(),
        "sealed": Binary(key.seal(body, piece_id)),
        **open_facts,
    }


def open_piece(key: Key, piece: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a piece says, as it was sent."""
    said: dict[str, Any] = json.loads(key.open(bytes(piece["sealed"]), piece["_id"]))
    return said
