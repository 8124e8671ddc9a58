"""The notify service, running; and those whom it listens to, saying what they would say."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from pydantic import BaseModel
from uuid6 import uuid7

from runtime.events import Destination, Publisher, headers_of
from runtime.feed import Feed, Told
from runtime.mongo import Database, Document
from runtime.settings import KafkaSettings, MongoSettings
from schemas.events import (
    ContentDeposited,
    Event,
    QuestionAnswered,
    ReferralRecalled,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
    ReferralSupplemented,
)
from schemas.marks import Marks
from schemas.topics import OFFICE_FEED, published_by
from services.notify.app import open_service
from services.notify.settings import Settings
from tests.support.kafka import KafkaDesk
from tests.support.officer import Officer
from tests.support.waiting import PATIENCE_SECONDS, until

DECIDED: dict[str, Any] = {
    "requester_country": "IT",
    "desk": "EUR",
    "category": "bulk-cash",
    "urgency": "U2",
    "marks": Marks(tlp="AMBER", handling=("H0",)),
    "ruleset": "2026-11-01",
    "rule": "R-NEXUS-03",
    "because": "SAC-SAT leads",
}
PLACED: dict[str, Any] = {**DECIDED, "cause": "assigned", "ground": "nexus_confirmed", "placed_by": "desk-1"}
OPEN: dict[str, Any] = {"state": {"$ne": "closed"}}


def office_feed(settings: KafkaSettings) -> Feed:
    """Open readers of what happens in offices' queues."""
    return Feed(settings, OFFICE_FEED.name, OFFICE_FEED.partitions, OFFICE_FEED.events)


class Speaker:
    """Says what one service would say, each event on a referral under its number."""

    def __init__(self, kafka: KafkaDesk, service: str) -> None:
        self._kafka = kafka
        self._publisher = Publisher(
            "/tests",
            {event: [Destination(*place) for place in places] for event, places in published_by(service).items()},
        )
        self._said: Counter[UUID] = Counter()

    def writes(self, event: BaseModel, number: int) -> Document:
        """Write an event down as it would be sent, under a number."""
        [entry] = self._publisher.entries([event], number, datetime.now(UTC))
        return entry

    async def says(self, event: Event) -> Document:
        """Publish the next event on a referral, and give it as it was sent."""
        self._said[event.referral_id] += 1
        entry = self.writes(event, self._said[event.referral_id])
        await self.repeats(entry)
        return entry

    async def repeats(self, entry: Document) -> None:
        """Publish an event again, as it was."""
        for topic, key in entry["to"]:
            await self._kafka.put(topic, key.encode(), entry["body"], headers_of(entry, key))


def routed(referral_id: UUID, office: str, **more: Any) -> ReferralRouted:
    """Routing has chosen who leads."""
    return ReferralRouted(referral_id=referral_id, office=office, **DECIDED | more)


def triage(referral_id: UUID, **more: Any) -> ReferralSentToTriage:
    """Routing asks a person at the desk."""
    return ReferralSentToTriage(referral_id=referral_id, grounds=("article_3",), **DECIDED | more)


def placed(referral_id: UUID, office: str | None = None, **more: Any) -> ReferralRerouted:
    """A referral is placed anew, with an office or with the desk."""
    return ReferralRerouted(referral_id=referral_id, office=office, **PLACED | more)


def sent_back(referral_id: UUID, **more: Any) -> ReferralSentBack:
    """A referral goes back to its requester."""
    return ReferralSentBack(referral_id=referral_id, desk="EUR", ground="no_us_nexus", sent_back_by="desk-1", **more)


def deposited(referral_id: UUID, piece_id: UUID, office: str, answer_kind: str | None = None) -> ContentDeposited:
    """An office has deposited an answer, or, of no kind of answer, a question."""
    kind = "question" if answer_kind is None else "answer"
    said = {"piece_id": piece_id, "kind": kind, "office": office, "answer_kind": answer_kind}
    return ContentDeposited(referral_id=referral_id, deposited_at=datetime.now(UTC), **said)


def question_answered(referral_id: UUID, question_id: UUID) -> QuestionAnswered:
    """The requester has answered a question."""
    return QuestionAnswered(referral_id=referral_id, question_id=question_id, answered_at=datetime.now(UTC))


def supplemented(referral_id: UUID, number: int = 2, **more: Any) -> ReferralSupplemented:
    """The requester has added something."""
    said = {"kind": "supplement", "urgency": "U2", "marks": DECIDED["marks"], **more}
    return ReferralSupplemented(referral_id=referral_id, number=number, supplemented_at=datetime.now(UTC), **said)


def recalled(referral_id: UUID) -> ReferralRecalled:
    """The originator has withdrawn a referral."""
    return ReferralRecalled(referral_id=referral_id, ground="sent_in_error", recalled_at=datetime.now(UTC))


class Notify:
    """The running service, seen from outside."""

    def __init__(self, http: httpx.AsyncClient, database: Database, kafka: KafkaDesk) -> None:
        self.http = http
        self.database = database
        self.items = database["items"]
        self.routing = Speaker(kafka, "routing")
        self.requester = Speaker(kafka, "referrals")
        self.kafka = kafka

    def officer(self, office: str, officer: str = "officer-1") -> Officer:
        """Send somebody to work."""
        return Officer(self.http, office, officer)

    async def open_items(self, referral_id: UUID) -> dict[str, str]:
        """Say who has a referral, and in which role."""
        found = self.items.find({"referral_id": str(referral_id), **OPEN}).sort("_id", 1)
        return {item["office"]: item["role"] async for item in found}

    async def until_open(self, referral_id: UUID, **roles: str) -> None:
        """Wait until exactly these have a referral, in these roles."""
        wanted = {office.replace("_", "-"): role for office, role in roles.items()}

        async def is_so() -> bool:
            return await self.open_items(referral_id) == wanted

        await until(is_so)

    async def deposits(self, referral_id: UUID, office: str, answer_kind: str | None = None) -> str:
        """Let an office deposit an answer, or, of no kind of answer, a question; give its id."""
        piece_id = uuid7()
        await self.requester.says(deposited(referral_id, piece_id, office, answer_kind))
        return str(piece_id)

    async def until_state(self, item_id: str, state: str) -> Document:
        """Wait until an item is in a state, and give it."""

        async def is_so() -> Document | None:
            return await self.items.find_one({"_id": item_id, "state": state})

        found: Document = await until(is_so)
        return found

    async def told(self, office: str, count: int) -> list[dict[str, Any]]:
        """Read the first facts of an office's feed."""
        facts: list[dict[str, Any]] = []
        async with office_feed(self.kafka.settings).open(office, 0) as reader, asyncio.timeout(PATIENCE_SECONDS):
            while len(facts) < count:
                messages = [told.message for told in await reader.read(1_000) if isinstance(told, Told)]
                facts += [{"sequence": one.sequence, **json.loads(one.value or b"{}")} for one in messages]
        return facts


@asynccontextmanager
async def running(kafka_settings: KafkaSettings, mongo_settings: MongoSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service's loops, and give its HTTP side."""
    async with open_service(Settings(kafka=kafka_settings, mongo=mongo_settings)) as service:
        loops = [asyncio.create_task(loop.run()) for loop in service.loops]
        transport = httpx.ASGITransport(service.app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://notify") as http:
                yield http
        finally:
            for loop in service.loops:
                await loop.stop()
            await asyncio.gather(*loops)
