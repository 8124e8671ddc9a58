"""Sweeps of the feed worker over invented notices: all of them, each once, and never more said than is known."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from runtime.settings import KafkaSettings, MongoSettings
from tests.support.fed import Fed, fed
from tests.support.feed_records import Told
from tests.support.interpol.answers import Asked, Kind
from tests.support.interpol.faults import FAULTS
from tests.support.interpol.filters import CAP
from tests.support.interpol.server import Service
from tests.support.interpol.service import PublicService
from tests.support.interpol.stranger import StrangeService
from tests.support.interpol.world import LISTS, Standing, World

SMALL: dict[str, int] = {"red": 420, "yellow": 190, "persons": 170, "entities": 12}


@pytest.fixture
async def red(kafka_settings: KafkaSettings, mongo_settings: MongoSettings) -> AsyncIterator[Fed]:
    """A small world of red notices, already swept once; more than one question can show."""
    async with fed(World.invented(7, red=CAP + 20), kafka_settings, mongo_settings, FEED_LISTS="red") as feed:
        await feed.swept_whole()
        yield feed


@pytest.fixture
async def few(kafka_settings: KafkaSettings, mongo_settings: MongoSettings) -> AsyncIterator[Fed]:
    """A handful of red notices, already swept once: enough where it is about single ones."""
    async with fed(World.invented(7, red=30), kafka_settings, mongo_settings, FEED_LISTS="red") as feed:
        await feed.swept_whole()
        yield feed


async def news_of(feed: Fed) -> list[Told]:
    """Sweep once and give what is told that was not told before."""
    before = await feed.records.event_ids()
    await feed.swept_whole()
    return await feed.records.told_since(before)


@pytest.mark.parametrize("service", [PublicService, StrangeService])
async def test_every_list_is_read_whole_whatever_the_server_leaves_out(service, kafka_settings, mongo_settings):
    world = World.invented(11, **SMALL)
    serving: Service = service(world)
    async with fed(world, kafka_settings, mongo_settings, service=serving) as feed:
        swept = await feed.swept_whole()
        listed, told = await feed.records.listed(), Counter(await feed.records.told())

    for name in LISTS:
        assert swept[name].figures["coverage"] == 1.0
        assert listed[name] == set(world.lists[name])
    assert {(event.word, times) for event, times in told.items()} == {("observed", 1)}
    assert len(told) == sum(SMALL.values())


async def test_who_is_gone_from_two_complete_sweeps_is_not_listed_and_told_once(few):
    number = next(iter(few.world.lists["red"]))
    taken = few.world.remove("red", number)

    first, second, third = [await news_of(few) for _ in range(3)]
    few.world.add("red", taken.detail, taken.pictures)
    back = await news_of(few)

    assert first == []
    assert second == [Told(number, "not-listed")]
    assert third == []
    assert back == [Told(number, "relisted")]


async def test_who_is_back_after_one_sweep_was_never_gone(few):
    number = next(iter(few.world.lists["red"]))
    taken = few.world.remove("red", number)

    first = await news_of(few)
    few.world.add("red", taken.detail, taken.pictures)
    back = await news_of(few)
    few.world.remove("red", number)
    again = await news_of(few)

    assert (first, back, again) == ([], [], [])


@pytest.mark.parametrize("fault", ["nothing_listed", "shrunk", "grown", "missing_items", "doubled_items"])
async def test_a_list_that_is_not_whole_makes_nobody_not_listed(red, fault):
    before, standing = await red.records.event_ids(), await red.records.contents()
    red.server.during(FAULTS[fault], [Kind.LIST])

    states = [(await red.sweep())["red"].is_complete for _ in range(3)]

    # What single pages leave out can still be found by other questions: then the list is whole, and rightly so.
    assert states == [False] * 3 or fault in ("missing_items", "doubled_items")
    assert await red.records.told_since(before) == []
    assert await red.records.contents() == standing
    red.server.mend()
    assert await news_of(red) == []


@pytest.mark.parametrize("fault", ["unknown", "bad_gateway"])
async def test_a_notice_that_is_listed_and_cannot_be_read_stays_as_it_was(few, fault):
    number = next(iter(few.world.lists["red"]))
    standing = await few.records.contents()
    few.server.during(FAULTS[fault], [Kind.DETAIL], only=lambda asked: asked.entity_id == number)

    news = [await news_of(few) for _ in range(3)]

    assert news == [[], [], []]
    assert await few.records.contents() == standing


async def test_three_refusals_open_the_circuit_and_a_restart_does_not_knock(kafka_settings, mongo_settings):
    async with fed(World.invented(7, red=200), kafka_settings, mongo_settings, FEED_LISTS="red") as feed:
        feed.server.during(FAULTS["forbidden"])

        refused = await feed.sweep()
        asked = feed.server.count()
        feed.server.mend()
        again = await feed.worker.sweep()

        assert refused["red"].reason == "circuit_open"
        assert asked == 3
        assert again.code == 1
        assert feed.server.count() == 3, "an open circuit lets no request through, whoever asks"


async def test_two_refusals_and_then_an_answer_open_nothing(few):
    few.server.during(FAULTS["forbidden"], times=2)

    assert await news_of(few) == []


async def test_a_list_that_changes_under_the_reader_ends_without_a_wrong_word(red):
    numbers = list(red.world.lists["red"])
    new = World.invented(8, red=6).lists["red"]
    left = iter(list(new.values()))

    def change(asked: Asked) -> None:
        if asked.kind is Kind.LIST and (one := next(left, None)) is not None:
            red.world.add("red", one.detail, one.pictures)

    red.records.learn("red", new)
    before = await red.records.event_ids()
    red.server.before = change
    await red.sweep()
    red.server.before = None
    await red.swept_whole()

    added = red.world.lists["red"].keys() - set(numbers)
    told = await red.records.told_since(before)
    assert added, "nothing changed while it was read"
    assert Counter(told) == Counter(Told(number, "observed") for number in added)
    assert (await red.records.listed())["red"] == {*numbers, *added}


async def test_what_has_not_changed_is_not_sent_twice_where_etags_are_offered(kafka_settings, mongo_settings):
    world = World.invented(7, red=100)
    async with fed(world, kafka_settings, mongo_settings, etags=True, FEED_LISTS="red") as feed:
        await feed.swept_whole()
        feed.server.forget()
        number = next(iter(world.lists["red"]))
        world.change("red", number, place_of_birth="Test-Elsewhere")

        news = await news_of(feed)

        assert news == [Told(number, "changed", ("place_of_birth",))]
        statuses = Counter(one.status for one in feed.server.seen if one.asked.kind is Kind.DETAIL)
        assert statuses == {304: 99, 200: 1}


async def test_many_who_cannot_be_told_apart_are_an_alarm_and_no_silent_loss(kafka_settings, mongo_settings):
    world = World()
    same = {"name": "-", "forename": None, "date_of_birth": None, "nationalities": None, "sex_id": "M"}
    world.replace("red", [Standing({"entity_id": f"2090/{n}", **same, "arrest_warrants": []}) for n in range(1, 231)])
    async with fed(world, kafka_settings, mongo_settings, FEED_LISTS="red") as feed:
        swept = await feed.sweep()

    assert not swept["red"].is_complete
    assert swept["red"].figures["alarms"]
    assert swept["red"].figures["coverage"] == pytest.approx(160 / 230, abs=0.001)
