"""A server of invented notices, a feed that reads it, and a database that it writes to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from deploy.local.topics import create_topics
from runtime.mongo import Database, open_database
from runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import TOPICS
from services.referrals.feed.opening import Feed, open_feed
from services.referrals.feed.query import ListName
from services.referrals.feed.settings import FeedSettings
from services.referrals.feed.sweeping import Swept
from services.referrals.settings import RecordSettings
from tests.support.feed_records import FeedRecords
from tests.support.feed_worker import AS_FAST_AS_IT_GOES, KEY, FeedWorker
from tests.support.interpol.server import InterpolServer, Service
from tests.support.interpol.service import PublicService
from tests.support.interpol.world import World


@dataclass(frozen=True, slots=True)
class Fed:
    """What a test of the feed has in its hands."""

    world: World
    server: InterpolServer
    feed: Feed
    lists: tuple[ListName, ...]
    worker: FeedWorker
    """The same feed as a process of its own, for what must be killed or measured."""
    records: FeedRecords
    database: Database

    async def sweep(self) -> Mapping[str, Swept]:
        """Sweep every list once; the world may have changed since the last time."""
        self.records.know(self.world)
        assert await self.feed.lease.take(), "another process is sweeping"
        try:
            swept = [await self.feed.sweeping.sweep(name) for name in self.lists]
        finally:
            await self.feed.lease.give_back()
        return {each.list_name.value: each for each in swept}

    async def swept_whole(self) -> Mapping[str, Swept]:
        """Sweep every list once, and hold that nothing was missing."""
        swept = await self.sweep()
        assert all(each.is_complete for each in swept.values()), swept
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
    """Serve a world as the public service would, or as another does, to a feed with settings of this test."""
    async with (
        InterpolServer(service or PublicService(world), etags=etags).serving() as server,
        open_database(mongo, "referrals") as database,
    ):
        await create_topics(kafka.bootstrap_servers, kafka.topic_prefix, TOPICS)
        worker = FeedWorker(server.base_url, kafka, mongo, **settings)
        given: dict[str, Any] = {
            name.removeprefix("FEED_").lower(): value for name, value in {**AS_FAST_AS_IT_GOES, **settings}.items()
        }
        chosen = FeedSettings(
            **given, base_url=server.base_url, records=RecordSettings(master_key=KEY), kafka=kafka, mongo=mongo
        )
        async with open_feed(chosen) as feed:
            relaying = asyncio.create_task(feed.stand.relay.run())
            try:
                yield Fed(world, server, feed, chosen.list_names, worker, FeedRecords(database, kafka), database)
            finally:
                await feed.stand.relay.stop()
                await relaying
                await database.client.drop_database(database.name)
