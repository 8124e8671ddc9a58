"""What was said of a referral beside its decisions, kept apart from its items: it may come before them.

Topics have no order among each other. So whoever opens an item looks here first, and whoever writes here looks for
items afterwards: one of the two finds the other.
"""

import asyncio
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pymongo import ReturnDocument

from runtime.mongo import Database, Document, store_errors
from runtime.store import SharedRead
from schemas.events import NoticeGatesChanged, ReferralRecalled, ReferralSupplemented
from schemas.marks import Marks
from schemas.vocabulary.recalls import RecallGround
from schemas.vocabulary.requests import Urgency
from services.notify.notices import Gates, read_gates, written_gates

STANDINGS = "standings"

AHEAD = timedelta(seconds=1)
"""How old a look may be that was begun when a referral came in, for the first decision on it."""

MOST_AHEAD = 2_000

FRESH = timedelta(seconds=3) + AHEAD
"""How long an item may take to be stored that was opened by somebody who looked here before."""


@dataclass(frozen=True, slots=True)
class Recall:
    """That the originator has withdrawn a referral."""

    ground: RecallGround
    recalled_at: datetime
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Supplement:
    """The latest that the requester has added."""

    number: int
    urgency: Urgency
    marks: Marks
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class NotedGates:
    """What was said last of the gates of the notice that a referral rests on."""

    gates: Gates
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a referral, whatever its items are."""

    recall: Recall | None = None
    supplement: Supplement | None = None
    gates: NotedGates | None = None


def is_fresh(noted: Recall | Supplement | NotedGates, now: datetime) -> bool:
    """Tell whether items that know nothing of it may still be on their way into the store."""
    return now - noted.noted_at < FRESH


class Standings:
    """Keeps one small document for each referral that was recalled or added to, or whose notice has gates."""

    def __init__(self, database: Database) -> None:
        self._standings = database[STANDINGS]
        self._shared = SharedRead(database, STANDINGS)
        self._ahead: dict[UUID, tuple[float, asyncio.Future[Document | None]]] = {}

    async def of(self, referral_id: UUID) -> Standing:
        """Find what is known of a referral; of nearly all of them nothing is."""
        document = await self._shared.by_id(str(referral_id))
        return _standing(document) if document is not None else Standing()

    def look_ahead(self, referral_id: UUID) -> None:
        """Begin to look for what is known of a referral that has come in: its first decision is here in a moment."""
        looking = self._shared.by_id(str(referral_id))
        looking.add_done_callback(_heard)
        self._ahead[referral_id] = time.monotonic(), looking
        if len(self._ahead) > MOST_AHEAD:
            del self._ahead[next(iter(self._ahead))]

    async def of_new(self, referral_id: UUID) -> Standing:
        """Find what is known of a referral without items; whoever notes something meanwhile finds them afterwards."""
        began, looking = self._ahead.pop(referral_id, (-math.inf, None))
        if looking is None or time.monotonic() - began > AHEAD.total_seconds():
            return await self.of(referral_id)
        document = await looking
        return _standing(document) if document is not None else Standing()

    async def note_recall(self, event: ReferralRecalled) -> Standing:
        """Note that a referral is withdrawn."""
        said = {"ground": event.ground.value, "recalled_at": event.recalled_at, "noted_at": datetime.now(UTC)}
        return await self._note(event.referral_id, {"recall": {"$ifNull": ["$recall", {"$literal": said}]}})

    async def note_supplement(self, event: ReferralSupplemented) -> Standing:
        """Note what was added, unless something later is noted already."""
        said = {
            **event.model_dump(mode="json", include={"number", "urgency", "marks"}, exclude_none=True),
            "noted_at": datetime.now(UTC),
        }
        later = {"$gte": ["$supplement.number", event.number]}
        return await self._note(
            event.referral_id, {"supplement": {"$cond": [later, "$supplement", {"$literal": said}]}}
        )

    async def note_gates(self, event: NoticeGatesChanged, number: int) -> Standing:
        """Note which gates are open, unless something later is noted already."""
        said = {
            **written_gates(Gates(number, event.open, event.valid_until, event.action)),
            "noted_at": datetime.now(UTC),
        }
        later = {"$gte": ["$gates.said", number]}
        return await self._note(event.referral_id, {"gates": {"$cond": [later, "$gates", {"$literal": said}]}})

    async def recalled_among(self, referral_ids: Iterable[str]) -> list[UUID]:
        """Choose the referrals that were withdrawn."""
        where = {"_id": {"$in": list(referral_ids)}, "recall": {"$exists": True}}
        with store_errors():
            return [UUID(document["_id"]) async for document in self._standings.find(where, {"_id": 1})]

    async def _note(self, referral_id: UUID, said: Document) -> Standing:
        with store_errors():
            document = await self._standings.find_one_and_update(
                {"_id": str(referral_id)}, [{"$set": said}], upsert=True, return_document=ReturnDocument.AFTER
            )
        return _standing(document or {})


def _heard(looking: "asyncio.Future[Document | None]") -> None:
    if not looking.cancelled():
        looking.exception()  # whoever waits for it meets the error; often nobody does


def _standing(document: Document) -> Standing:
    recall: Any = document.get("recall")
    supplement: Any = document.get("supplement")
    gates: Any = document.get("gates")
    return Standing(
        Recall(RecallGround(recall["ground"]), recall["recalled_at"], recall["noted_at"]) if recall else None,
        Supplement(
            supplement["number"],
            Urgency(supplement["urgency"]),
            Marks.model_validate(supplement["marks"]),
            supplement["noted_at"],
        )
        if supplement
        else None,
        NotedGates(read_gates(gates), gates["noted_at"]) if gates else None,
    )
