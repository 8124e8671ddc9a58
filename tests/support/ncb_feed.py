"""The NCB feed with everything that it moves, on real systems: the book of notices, their referrals and their gates."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from aiokafka.errors import GroupCoordinatorNotAvailableError

from runtime.http import make_app
from runtime.mongo import Database, Document
from runtime.settings import KafkaSettings, MongoSettings
from runtime.stand import Stand, open_stand
from schemas.notices import Colour
from schemas.topics import NCB_INBOUND, published_by
from services.referrals.charges import load_tables
from services.referrals.evidence.evidence import open_evidence
from services.referrals.exchange import make_exchange
from services.referrals.intake_desk import IntakeDesk
from services.referrals.leads import Leads, open_leads
from services.referrals.ncb.feed import NcbFeed, open_ncb
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.follow_ups import FollowUps
from services.referrals.notices.notices import Notices, open_notices
from services.referrals.notices.records import NOTICES
from services.referrals.pieces import PieceStore
from services.referrals.readings import Readings
from services.referrals.settings import Settings
from services.referrals.store import COLLECTION, ReferralStore
from services.referrals.vault import Vault
from tests.support.kafka import KafkaDesk
from tests.support.ncb import NUMBER, SECRET, lines, signed
from tests.support.referrals_service import service_settings
from tests.support.waiting import until

GROUP = "referrals.ncb"


@dataclass
class Bureau:
    """The bureau's side of the feed, and a view of what became of what it sent."""

    http: httpx.AsyncClient
    kafka: KafkaDesk
    database: Database
    stand: Stand
    notices: Notices
    feed: NcbFeed
    follow_ups: FollowUps

    @property
    def book(self) -> NoticeBook:
        return self.notices.book

    def notice_id(self, number: str = NUMBER, colour: Colour = Colour.RED) -> UUID:
        """Give our id of a notice."""
        return self.book.notice_id(colour, number)

    async def record(self, number: str = NUMBER) -> Document | None:
        """Give the record of a notice."""
        return await self.book.record(self.notice_id(number))

    async def referrals(self, number: str = NUMBER) -> list[Document]:
        """Give the referrals that rest on a notice."""
        return await self.database[COLLECTION].find({"notice.notice_id": str(self.notice_id(number))}).to_list(None)

    async def put(self, *messages: Mapping[str, Any] | bytes, key: bytes | None = None, partition: int = 0) -> None:
        """Write records into the topic: bytes as they are, a message as its line."""
        for message in messages:
            value = message if isinstance(message, bytes) else json.dumps(message).encode()
            await self.kafka.put(NCB_INBOUND.name, key, value, partition=partition)

    async def handled(self, records: int, partition: int = 0, group: str = GROUP) -> None:
        """Wait until so many records of a partition are done with."""

        async def are_committed() -> bool:
            try:
                return await self.kafka.committed(group, NCB_INBOUND.name, partition) == records
            except GroupCoordinatorNotAvailableError:  # a broker that has just begun makes its own topic first
                return False

        await until(are_committed)

    async def post(self, *messages: Mapping[str, Any] | bytes, **how: Any) -> list[dict[str, Any]]:
        """Post messages, and give what is said of each."""
        body = b"\n".join(each if isinstance(each, bytes) else lines(each) for each in messages)
        answer = await self.http.post("/v1/ncb/messages", content=body, headers=signed(body, **how))
        assert answer.status_code == 200, answer.text
        said: list[dict[str, Any]] = answer.json()["lines"]
        return said

    async def set_aside(self) -> list[list[str]]:
        """Give the codes of all that was set aside."""
        rows = await self.database["quarantine"].find().sort("first_at", 1).to_list(None)
        return [[reason["code"] for reason in row["reasons"]] for row in rows]

    async def told(self, number: str = NUMBER) -> list[str]:
        """Name what was told of a notice, in order."""
        entries = (await self.database[NOTICES].find_one({"_id": str(self.notice_id(number))}) or {}).get("outbox", [])
        return [entry["type"].split(".")[2] for entry in entries]


@asynccontextmanager
async def running_bureau(
    kafka: KafkaDesk, kafka_settings: KafkaSettings, mongo_settings: MongoSettings, *, secret: str | None = SECRET
) -> AsyncIterator[Bureau]:
    """Open the feed; its topic is read once `reading` is entered."""
    await kafka.make(NCB_INBOUND.name, partitions=2)
    settings = service_settings(kafka_settings, mongo_settings, ncb_secret=secret)
    async with open_stand(
        "referrals", settings, published_by("referrals"), collections=[COLLECTION, NOTICES], subject_name="referral_id"
    ) as stand:
        load_tables()
        notices, leads = await _moved(stand, settings)
        feed = await open_ncb(stand, settings, notices, leads)
        app = make_app("Dragoman referrals", "1", max_body_bytes=settings.max_body_bytes, ready=stand.readiness)
        for router in (notices.routes, feed.routes):
            app.include_router(router)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://referrals") as http:
            yield Bureau(http, kafka, stand.database, stand, notices, feed, leads.follow_ups)
        await stand.database.client.drop_database(stand.database.name)


async def _moved(stand: Stand, settings: Settings) -> tuple[Notices, Leads]:
    vault = Vault(stand.database, settings.master_key_bytes)
    await vault.prepare()
    records, pieces, readings = ReferralStore(stand.store, vault), PieceStore(stand.store), Readings(stand.store)
    for stored in (records, pieces, readings):
        await stored.prepare()
    notices = await open_notices(stand, settings, vault)
    evidence = await open_evidence(stand.database, settings)
    intake = IntakeDesk(records, vault, evidence.first_receipts)
    exchange = make_exchange(records, pieces, readings)
    return notices, open_leads(notices.book, intake, exchange, settings.notice_validity_hours)


@asynccontextmanager
async def reading(bureau: Bureau) -> AsyncIterator[None]:
    """Read the topic, as the service does."""
    task = asyncio.create_task(bureau.feed.consumer.run())
    try:
        yield
    finally:
        await bureau.feed.consumer.stop()
        async with asyncio.timeout(30):
            await task
