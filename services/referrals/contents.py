"""A referral's content as it stands now and as it stood before, and what the two sides have said about it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.http import Problem
from runtime.mongo import Document
from schemas.vocabulary.requests import SupplementKind
from services.referrals.pieces import PieceKind, PieceStore, open_piece
from services.referrals.store import ReferralStore
from services.referrals.supplements import Content, merge
from services.referrals.vault import Erased, Frozen, Key


@dataclass(frozen=True, slots=True)
class Version:
    """A referral as it stood from one moment on."""

    number: int
    kind: str
    at: datetime
    digest: str
    changes: Content
    whole: Content


class Contents:
    """Opens what is sealed: the one way to content, closed for everybody once a referral is recalled."""

    def __init__(self, records: ReferralStore, pieces: PieceStore) -> None:
        self._records = records
        self._pieces = pieces

    async def key_of(self, record: Document) -> Key:
        """Take out a referral's key, or say that its content is not to be read any more."""
        refuse_recalled(record)
        try:
            return await self._records.key_of(record)
        except Frozen:
            raise RECALLED from None
        except Erased:
            raise ERASED from None

    async def current(self, record: Document, key: Key) -> Version:
        """Give a referral as it stands now."""
        return (await self.versions(record, key))[-1]

    async def versions(self, record: Document, key: Key) -> list[Version]:
        """Give every version of a referral, the first being what was posted."""
        original = json.loads(key.open(bytes(record["content"])))
        first = Version(1, "original", record["received_at"], record["idempotency"]["digest"], original, original)
        versions = [first]
        for piece in await self.supplements(record):
            changes = changes_in(open_piece(key, piece))
            kind = SupplementKind(piece["supplement_kind"])
            whole = merge(versions[-1].whole, kind, changes)
            versions.append(Version(piece["number"], kind.value, piece["at"], piece["digest"], changes, whole))
        return versions

    async def supplements(self, record: Document) -> list[Document]:
        """Give the sealed supplements of a referral as it was read, in their order."""
        last = record.get("content_version", 1)
        found = await self._pieces.of_kinds(record["_id"], PieceKind.SUPPLEMENT) if last > 1 else []
        known = [piece for piece in found if piece["number"] <= last]
        return sorted(known, key=lambda piece: int(piece["number"]))


def changes_in(said: Content) -> dict[str, Any]:
    """Give the parts that a supplement states."""
    return {name: value for name, value in said["changes"].items() if value is not None}


def refuse_recalled(record: Document) -> None:
    """Say of a recalled referral that nobody may read its content, nor add to it."""
    if "erased_at" in record:
        raise ERASED
    if "recall" in record:
        raise RECALLED


RECALLED = Problem(
    410,
    "recalled",
    "The originator has recalled this referral",
    detail="Nobody may read it or add to it. Its timeline and the state of the recall are still there.",
)
ERASED = Problem(410, "erased", "The content of this referral has been erased")
