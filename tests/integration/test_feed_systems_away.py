"""The feed worker while what it stands on is frozen, killed or full: it goes on by itself, and misses nothing."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from runtime.settings import KafkaSettings, MongoSettings
from tests.support.background_stack import BackgroundStack
from tests.support.fed import Fed, fed
from tests.support.frozen import frozen
from tests.support.interpol.answers import Asked, Kind
from tests.support.interpol.world import World
from tests.support.names import unique_name
from tests.support.waiting import until

NOTICES = 200
ONE_LIST = {"FEED_LISTS": "red", "FEED_IMAGES_PER_SWEEP": "0"}
IMPATIENT = {
    "MONGO_TIMEOUT_MS": "1000",
    "MONGO_SERVER_SELECTION_TIMEOUT_MS": "500",
    "KAFKA_REQUEST_TIMEOUT_MS": "2000",
    "FEED_RETRY_S": "0.5",
}
PATIENCE_SECONDS = 180.0
TIME_TO_NOTICE = 3.0
"""Seconds for which something is away: more than any one operation may take."""


@pytest.fixture
async def feed(fragile: BackgroundStack, fragile_kafka: KafkaSettings) -> AsyncIterator[Fed]:
    """A feed on systems that may be frozen and killed."""
    mongo = MongoSettings(uri=fragile.addresses["mongo"], database_prefix=f"{unique_name()}_")
    async with fed(World.invented(7, red=NOTICES), fragile_kafka, mongo, **ONE_LIST) as opened:
        opened.records.know(opened.world)
        yield opened


@contextmanager
def amid(feed: Fed, details: int = NOTICES // 4):
    """Tell when the worker has asked for so many notices."""
    reached = asyncio.Event()

    def asked(_: Asked) -> None:
        if feed.server.count(Kind.DETAIL) >= details:
            reached.set()

    feed.server.before = asked
    try:
        yield reached
    finally:
        feed.server.before = None


@asynccontextmanager
async def stalled(fragile: BackgroundStack, system: str, how: str) -> AsyncIterator[None]:
    """Freeze or kill a system, and have it back at the end."""
    pid = fragile.pids[system]
    if how == "frozen":
        with frozen(pid):
            await asyncio.sleep(TIME_TO_NOTICE)
            yield
    else:
        os.kill(pid, signal.SIGKILL)
        yield
        await fragile.wait_ready(system, pid)


async def is_complete(feed: Fed, sweep: int = 1) -> bool:
    row = await feed.database["feed_lists"].find_one({"_id": "red"})
    return row is not None and (row.get("last_complete") or {"number": 0})["number"] >= sweep


async def assert_told_once(feed: Fed) -> None:
    """Hold that everybody in the world is known, and was told of once."""

    async def all_are() -> bool:
        return len(await feed.records.told()) >= NOTICES

    await until(all_are, PATIENCE_SECONDS)
    told = Counter((event.entity_id, event.word) for event in await feed.records.told())
    assert told == {(number, "observed"): 1 for number in feed.world.lists["red"]}


@pytest.mark.parametrize(("system", "how"), [("mongo", "frozen"), ("mongo", "killed"), ("kafka", "killed")])
async def test_a_sweep_goes_on_by_itself_after_a_system_was_away(
    feed: Fed, fragile: BackgroundStack, system: str, how: str
):
    with amid(feed) as reached:
        async with feed.worker.running(**IMPATIENT) as worker:
            await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)
            async with stalled(fragile, system, how):
                pass
            await until(lambda: is_complete(feed), seconds=PATIENCE_SECONDS)

            assert worker.code is None
            await assert_told_once(feed)
            assert await worker.stopped(PATIENCE_SECONDS) == 0


async def test_a_worker_that_cannot_log_reads_on(feed: Fed):
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        async with feed.worker.running(output=full, **IMPATIENT) as worker:
            await until(lambda: is_complete(feed), seconds=PATIENCE_SECONDS)

            assert worker.code is None
    finally:
        os.close(full)


async def test_a_worker_that_wakes_after_its_lease_went_to_another_leaves_the_sweep_to_that(feed: Fed):
    with amid(feed) as reached:
        async with feed.worker.running(**IMPATIENT, FEED_INTERVAL_S="1") as worker:
            await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)
            with frozen(worker.pid):
                # As if it had been frozen until its lease ran out.
                await feed.database["feed_leases"].update_one({}, [{"$set": {"until": {"$subtract": ["$$NOW", 1]}}}])
                await feed.swept_whole()
                asked = feed.server.count(Kind.DETAIL)
            await until(lambda: is_complete(feed, sweep=2), seconds=PATIENCE_SECONDS)

            assert worker.code is None
            assert asked <= NOTICES + 2, "only what was under way when it froze is asked again"
            await assert_told_once(feed)


@pytest.mark.parametrize("system", ["mongo", "kafka"])
async def test_a_worker_asked_to_stop_while_a_system_is_frozen_ends_in_order(
    feed: Fed, fragile: BackgroundStack, system: str
):
    with amid(feed) as reached:
        async with feed.worker.running(**IMPATIENT) as worker:
            await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)
            with frozen(fragile.pids[system]):
                assert await worker.stopped(PATIENCE_SECONDS) == 0

    swept = (await feed.swept_whole())["red"]

    assert swept.figures["coverage"] == 1.0
    await assert_told_once(feed)
