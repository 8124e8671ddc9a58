"""What was read of each listed notice, and when: a sweep goes on where it stopped, and asks for no more than it must.

A mark carries nothing that could be read back: ids are ours, and what is compared is a keyed hash.
"""

import hmac
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from bson import Binary
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pymongo import ReplaceOne

from runtime.mongo import Database, Document, aggregated, store_errors
from services.referrals.feed.query import ListName
from services.referrals.feed.source import NONE_KNOWN, Validators

COLLECTION = "feed_reads"
_PURPOSE = b"dragoman feed marks 1"


class Became(StrEnum):
    """What became of a listed notice in a sweep."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    IMAGE_CHANGED = "image_changed"
    RELISTED = "relisted"
    ENDED = "ended"
    """It was ended by INTERPOL Washington; nothing of it was stored."""
    MISSING = "missing"
    """It is listed, but there is no such notice, or nobody can say."""
    AWAY = "away"
    """It is listed, but was not to be had this time."""
    QUARANTINED = "quarantined"
    """It is listed, but what came is nothing that we read."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One listed notice, as the last sweep that saw it left it."""

    notice_id: str
    list_name: str
    sweep: int
    became: str
    requests: int = 0
    read_at: datetime | None = None
    entry: bytes | None = None
    """Keyed hash of the list's entry."""
    validators: Validators = NONE_KNOWN
    images_at: datetime | None = None
    images: bytes | None = None
    """Keyed hash of the ids of the pictures, as far as they are known."""
    pictured: bool = False
    """Whether there were pictures when they were last read."""
    images_sweep: int | None = None
    image_validators: Validators = NONE_KNOWN
    thumbnail: bytes | None = None
    refused: int | None = None
    """The last sweep that was refused when it asked for this notice."""

    def stored(self) -> Document:
        """Write it as the database keeps it."""
        row = asdict(self)
        hashes = {name: Binary(row[name]) for name in ("entry", "images", "thumbnail") if row[name] is not None}
        return {"_id": row.pop("notice_id"), **row, **hashes}


def stored_mark(row: Document) -> Mark:
    """Read a mark back."""
    values = {name: value for name, value in row.items() if name != "_id"}
    for name in ("validators", "image_validators"):
        values[name] = Validators(**values[name])
    for name in ("entry", "images", "thumbnail"):
        values[name] = None if values[name] is None else bytes(values[name])
    return Mark(notice_id=row["_id"], **values)


class Marks:
    """The marks of all lists."""

    def __init__(self, database: Database, master_key: bytes) -> None:
        self._rows = database[COLLECTION]
        self._database = database
        self._key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(master_key)

    async def prepare(self) -> None:
        """Make the index that a sweep needs."""
        with store_errors():
            await self._rows.create_index([("list_name", 1), ("sweep", 1)])

    def hash_of(self, *parts: str | None) -> bytes:
        """Give a keyed hash of a few texts."""
        said = "\0".join("" if part is None else f"={part}" for part in parts)
        return hmac.digest(self._key, said.encode("utf-8", "surrogatepass"), "sha256")[:16]

    async def of(self, list_name: ListName) -> dict[str, Mark]:
        """Give the marks of a list, by notice."""
        with store_errors():
            return {row["_id"]: stored_mark(row) async for row in self._rows.find({"list_name": list_name.value})}

    async def put(self, marks: Iterable[Mark]) -> None:
        """Write marks."""
        writes = [ReplaceOne({"_id": mark.notice_id}, mark.stored(), upsert=True) for mark in marks]
        if writes:
            with store_errors():
                await self._rows.bulk_write(writes, ordered=False)

    async def counts(self, list_name: ListName, sweep: int) -> tuple[dict[str, int], int]:
        """Count what became of the notices in a sweep, and the requests that they took."""
        pipeline: list[Document] = [
            {"$match": {"list_name": list_name.value, "sweep": sweep}},
            {"$group": {"_id": "$became", "notices": {"$sum": 1}, "requests": {"$sum": "$requests"}}},
        ]
        found = {row["_id"]: row async for row in aggregated(self._rows, pipeline)}
        counts = {became.value: found[became]["notices"] if became in found else 0 for became in Became}
        return counts, sum(row["requests"] for row in found.values())

    async def forget_before(self, list_name: ListName, sweep: int) -> None:
        """Delete marks of notices that have not been listed for a while."""
        with store_errors():
            await self._rows.delete_many({"list_name": list_name.value, "sweep": {"$lt": sweep}})
