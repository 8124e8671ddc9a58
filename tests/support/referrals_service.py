"""The referrals service, running on real systems and seen from outside."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import BaseModel

from runtime.events import Destination, Publisher, headers_of
from runtime.mongo import Database, open_database
from runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import TOPICS, published_by
from services.referrals.app import open_service
from services.referrals.settings import Settings
from tests.support.kafka import KafkaDesk
from tests.support.liaison import Liaison

MASTER_KEY = bytes(range(32))


class Referrals:
    """Its HTTP side, its database, and its topics."""

    def __init__(self, http: httpx.AsyncClient, database: Database, kafka: KafkaDesk) -> None:
        self.http = http
        self.database = database
        self.liaison = Liaison(http)
        self._kafka = kafka

    async def says(self, writer: str, event: BaseModel, sequence: int) -> None:
        """Publish an event as a service would."""
        places = {kind: [Destination(*place) for place in found] for kind, found in published_by(writer).items()}
        [entry] = Publisher(f"/tests/{writer}", places).entries([event], sequence, datetime.now(UTC))
        topic, key = entry["to"][0]
        await self._kafka.put(topic, key.encode(), entry["body"], headers_of(entry, key))

    async def get(self, path: str, status: int = 200) -> Any:
        """Read something."""
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        """Do something."""
        answer = await self.http.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


def service_settings(kafka_settings: KafkaSettings, mongo_settings: MongoSettings, **more: Any) -> Settings:
    """Give the settings of a service that a test runs."""
    key = base64.b64encode(MASTER_KEY).decode()
    return Settings(kafka=kafka_settings, mongo=mongo_settings, master_key=key, signing_key=key, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def running_referrals(
    kafka: KafkaDesk, kafka_settings: KafkaSettings, mongo_settings: MongoSettings
) -> AsyncIterator[Referrals]:
    """Run the service's loops, and give it."""
    await kafka.make(*(topic.name for topic in TOPICS))
    settings = service_settings(kafka_settings, mongo_settings)
    async with open_service(settings) as service, open_database(mongo_settings, "referrals") as database:
        loops = [asyncio.create_task(loop.run()) for loop in service.loops]
        transport = httpx.ASGITransport(service.app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://referrals") as http:
                yield Referrals(http, database, kafka)
        finally:
            for loop in service.loops:
                await loop.stop()
            await asyncio.gather(*loops)
            await database.client.drop_database(database.name)
