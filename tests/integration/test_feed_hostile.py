"""A hostile server: what it sends is set aside with a reason, what was known stands, and the worker does not grow."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.mongo import Document
from tests.support.fed import Fed, fed
from tests.support.feed_worker import RunningWorker
from tests.support.interpol.answers import Answer, Asked, Kind
from tests.support.interpol.faults import FAULTS, Fault, redirect_to, wrong_type_of
from tests.support.interpol.server import interpol
from tests.support.interpol.world import World
from tests.support.waiting import until

IN_LISTS = (
    "an_array",
    "cut_off",
    "deep",
    "deep_objects",
    "dripping",
    "endless",
    "endless_space",
    "gzip_bomb",
    "huge",
    "no_numbers",
    "not_json",
    "not_modified",
    "not_text",
    "path_tricks",
    "said_twice",
    "truncated",
    "wrong_items",
    "wrong_types",
)
"""What makes a page of a list be set aside."""
IN_NOTICES = (*(name for name in IN_LISTS if name != "wrong_items"), "other_id")
"""What makes a notice be set aside."""
MOST_GROWTH = 64 * 1024 * 1024
NOTICES = 20
"""More than the fields of one, and few, for the worker reads them all again after every fault."""
SETTINGS = {
    "FEED_LISTS": "red",
    "FEED_TIME_OUT_S": "1",
    "FEED_TRIES": "2",
    "FEED_INTERVAL_S": "0.05",
    "FEED_RETRY_S": "0.05",
}


@pytest.fixture
async def feed(kafka_settings, mongo_settings) -> AsyncIterator[Fed]:
    """A small world of red notices, swept once."""
    async with fed(World.invented(7, red=NOTICES), kafka_settings, mongo_settings, **SETTINGS) as opened:
        await opened.swept_whole()
        yield opened


class Watch:
    """Looks at what a running worker makes of a server that is spoilt for a while."""

    def __init__(self, feed: Fed) -> None:
        self.feed = feed
        self._sweeps = feed.database["feed_sweeps"]
        self._quarantine = feed.database["quarantine"]

    async def spoilt(self, fault: Fault, kind: Kind, number: str | None = None) -> tuple[Document, list[Document]]:
        """Give how a sweep ended that met a fault, and what it set aside; then mend the server."""
        began = datetime.now(UTC)
        plan = self.feed.server.during(fault, [kind], only=lambda asked: number in (None, asked.entity_id))
        await until(lambda: plan.happened)
        ended = await until(lambda: self._ended_since(began))
        self.feed.server.mend()
        await until(lambda: self._whole_since(ended.get("ended_at", began)))
        aside = await self._quarantine.find({"last_at": {"$gte": began}}).to_list(None)
        return ended, aside

    async def _ended_since(self, began: datetime) -> Document | None:
        where = {"started_at": {"$gt": began}, "state": {"$ne": "running"}}
        return await self._sweeps.find_one(where, sort=[("number", 1)])

    async def _whole_since(self, began: datetime) -> Document | None:
        return await self._sweeps.find_one({"started_at": {"$gt": began}, "state": "complete", "quarantined": 0})


def reasons_of(aside: Sequence[Document]) -> set[str]:
    return {reason["code"] for row in aside for reason in row["reasons"]}


async def grown(worker: RunningWorker, before: int) -> int:
    return worker.resident_bytes() - before


async def test_pages_that_nobody_can_read_are_set_aside_and_what_was_known_stands(feed):
    watch = Watch(feed)
    async with feed.worker.running("run") as worker:
        await until(lambda: _two_sweeps(feed))
        standing, told, memory = await feed.records.contents(), await feed.records.event_ids(), worker.resident_bytes()
        for name in IN_LISTS:
            ended, aside = await watch.spoilt(FAULTS[name], Kind.LIST)

            # An entry that cannot be read counts as listed if its number can: such a list is whole all the same.
            assert (ended["state"] == "complete") == (name == "wrong_items"), name
            assert reasons_of(aside), f"{name} was not set aside"
            assert await feed.records.contents() == standing, f"after {name}"
            assert await feed.records.told_since(told) == [], f"after {name}"
            assert await grown(worker, memory) < MOST_GROWTH, f"after {name}"
        assert worker.code is None


async def test_notices_that_nobody_can_read_are_set_aside_and_stay_listed(feed):
    watch, number = Watch(feed), next(iter(feed.world.lists["red"]))
    async with feed.worker.running("run") as worker:
        await until(lambda: _two_sweeps(feed))
        standing, told, memory = await feed.records.contents(), await feed.records.event_ids(), worker.resident_bytes()
        for name in IN_NOTICES:
            _, aside = await watch.spoilt(FAULTS[name], Kind.DETAIL, number)

            assert reasons_of(aside), f"{name} was not set aside"
            assert await feed.records.contents() == standing, f"after {name}"
            assert await feed.records.told_since(told) == [], f"after {name}"
            assert await grown(worker, memory) < MOST_GROWTH, f"after {name}"
        assert worker.code is None


async def test_a_wrong_type_in_any_field_is_enough(feed):
    standing = await feed.records.contents()
    numbers = list(feed.world.lists["red"])
    fields = [name for name in feed.world.lists["red"][numbers[0]].detail if name != "entity_id"]
    for name, number in zip(fields, numbers, strict=False):
        feed.server.during(wrong_type_of(name), [Kind.DETAIL], only=lambda asked, its=number: asked.entity_id == its)

    swept = await feed.swept_whole()

    aside = await feed.database["quarantine"].find({}).to_list(None)
    pointed = {reason["pointer"].split("/")[1] for row in aside for reason in row["reasons"]}
    assert pointed == set(fields)
    assert swept["red"].figures["counts"]["quarantined"] == len(fields)
    assert await feed.records.contents() == standing


async def _two_sweeps(feed: Fed) -> bool:
    whole = await feed.database["feed_sweeps"].count_documents({"state": "complete"})
    return bool(whole >= 2)


async def test_a_feed_ten_times_as_large_is_set_aside_whole(feed):
    before, standing = await feed.records.event_ids(), await feed.records.contents()
    usual = list(feed.world.lists["red"].values())
    feed.world.replace("red", World.invented(99, red=10 * NOTICES).lists["red"].values())

    states = [(await feed.sweep())["red"].state for _ in range(3)]

    assert states == ["suspicious"] * 3
    assert await feed.records.contents() == standing
    assert await feed.records.told_since(before) == []
    feed.world.replace("red", usual)
    await feed.swept_whole()
    assert await feed.records.told_since(before) == []


async def test_nobody_follows_where_the_server_leads(feed):
    before = await feed.records.contents()
    async with interpol(World.invented(1, red=5)) as elsewhere:
        feed.server.during(redirect_to(elsewhere.base_url))
        led = await feed.sweep()
        feed.server.mend()
        feed.server.during(_pointing_to(elsewhere.base_url))
        await feed.swept_whole()

        assert not led["red"].is_complete
        assert elsewhere.seen == []
        assert elsewhere.connections == 0
    assert await feed.records.contents() == before


def _pointing_to(address: str) -> Fault:
    """Let every link of a page or a notice lead elsewhere."""

    def pointing(answer: Answer, _: Asked) -> Answer:
        return replace(answer, document=_led(answer.document, address))

    return pointing


def _led(value: Any, address: str) -> Any:
    if isinstance(value, dict):
        return {name: address + "/x" if name == "href" else _led(each, address) for name, each in value.items()}
    return [_led(each, address) for each in value] if isinstance(value, list) else value
