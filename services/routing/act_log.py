"""What each act did, noted with it, so that the same act sent again is answered the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.http import Problem
from runtime.mongo import Document


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for which act on how much of a referral's history; `digest` is the same when it is sent again."""

    referral_id: UUID
    act: str
    staff: str
    revision: int
    digest: str


def answer(entry: Document) -> Document:
    """Give what an act did; the same however often it is sent, and whatever has happened since."""
    return {name: value for name, value in entry.items() if name != "digest"}


def entry_of(document: Document, asked: Asked, changes: Mapping[str, Any], now: datetime) -> Document:
    """Write down who did what, and what came of it."""
    placed = changes.get("placements")
    return {
        "digest": asked.digest,
        "act": asked.act,
        "staff": asked.staff,
        "at": now,
        "revision": document["revision"] + 1,
        "standing": changes.get("standing", document["standing"]),
        "holder": changes.get("holder", document["holder"]),
        "placement": placed[-1] if placed else None,
        "release": changes.get("release"),
    }


def done_before(document: Document, asked: Asked) -> Document | None:
    """Give what an act did if it was carried out before; raises a problem when it rests on an older state."""
    entry = next((entry for entry in document["acts"] if entry["digest"] == asked.digest), None)
    if entry is not None:
        return answer(entry)
    if document["revision"] != asked.revision:
        raise stale()
    return None


def stale() -> Problem:
    """Refuse an act that rests on an older state."""
    return Problem(
        412,
        "stale",
        "The referral has changed since you read it",
        detail="Read it again, and act on what it is now with the ETag of that answer.",
    )
