"""A server of invented notices, a worker that reads it, and a database that it writes to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from deploy.local.topics import create_topics
from runtime.mongo import Database, open_database
from runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import TOPICS
from tests.support.feed_records import FeedRecords
from tests.support.feed_worker import FeedWorker, Swept
from tests.support.interpol.server import InterpolServer, Service
from tests.support.interpol.service import PublicService
from tests.support.interpol.world import World


@dataclass(frozen=True, slots=True)
class Fed:
    """What a test of the feed has in its hands."""

    world: World
    server: InterpolServer
    worker: FeedWorker
    records: FeedRecords
    database: Database

    async def sweep(self, *arguments: str, **settings: str) -> Swept:
        """Sweep once; the world may have changed since."""
        self.records.know(self.world)
        return await self.worker.sweep(*arguments, **settings)

    async def swept_whole(self, *arguments: str, **settings: str) -> Swept:
        """Sweep once, and hold that nothing was missing."""
        swept = await self.sweep(*arguments, **settings)
        assert swept.code == 0, f"{swept.said}\n{swept.errors[-4000:]}"
        return swept


@asynccontextmanager
async def fed(
    world: World,
    kafka: KafkaSettings,
    mongo: MongoSettings,
    *,
    service: Service | None = None,
    etags: bool = False,
    **settings: str,
) -> AsyncIterator[Fed]:
    """Serve a world as the public service would, or as another does, to a worker with settings of this test."""
    async with (
        InterpolServer(service or PublicService(world), etags=etags).serving() as server,
        open_database(mongo, "referrals") as database,
    ):
        records = FeedRecords(database, kafka)
        records.know(world)
        await create_topics(kafka.bootstrap_servers, kafka.topic_prefix, TOPICS)
        try:
            yield Fed(world, server, FeedWorker(server.base_url, kafka, mongo, **settings), records, database)
        finally:
            await database.client.drop_database(database.name)
