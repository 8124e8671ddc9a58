"""kill -9 of the feed worker at random points of a crawl of 7,000 notices: it goes on where it was, and ends the same.

KILL_SEED repeats the choices of a run; KILL_ROUNDS and FEED_NOTICES make it longer or shorter.
"""

import asyncio
import os
import random
from collections import Counter
from math import ceil

from runtime.settings import KafkaSettings, MongoSettings
from tests.support.fed import Fed, fed
from tests.support.interpol.answers import Asked, Kind
from tests.support.interpol.filters import CAP
from tests.support.interpol.world import World

SEED = int(os.environ.get("KILL_SEED") or random.randrange(1_000_000))
ROUNDS = int(os.environ.get("KILL_ROUNDS") or 20)
NOTICES = int(os.environ.get("FEED_NOTICES") or 7_000)
LEAST_LISTS = ceil(NOTICES / CAP)
IMAGES = 300


def points(chance: random.Random) -> list[tuple[Kind, int]]:
    """Choose after how many requests of which kind to kill: in the lists, the notices, the pictures, and at the end."""
    reaching = {Kind.LIST: LEAST_LISTS, Kind.DETAIL: NOTICES, Kind.IMAGES: IMAGES}
    kinds = [Kind.LIST] * 6 + [Kind.DETAIL] * 10 + [Kind.IMAGES] * 3
    chosen = [(kind, chance.randint(1, reaching[kind])) for kind in (chance.choice(kinds) for _ in range(ROUNDS - 1))]
    order = list(reaching)
    return sorted({*chosen, (Kind.IMAGES, IMAGES)}, key=lambda point: (order.index(point[0]), point[1]))


async def killed_at(feed: Fed, point: tuple[Kind, int], moment: float) -> None:
    """Run the worker until the server was asked so often, and kill it some milliseconds later."""
    kind, times = point
    reached = asyncio.Event()

    def asked(_: Asked) -> None:
        if feed.server.count(kind) >= times:
            reached.set()

    feed.server.before = asked
    async with feed.worker.running("sweep", "--json") as worker:
        ended, waiting = asyncio.create_task(worker.ended()), asyncio.create_task(reached.wait())
        await asyncio.wait((ended, waiting), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(moment)
        await worker.kill()
        await ended
        waiting.cancel()
    feed.server.before = None
    print(f"killed after {times} of {kind}, {moment * 1000:.0f} ms later", flush=True)


async def test_a_crawl_killed_twenty_times_ends_as_if_nothing_had_happened(
    kafka_settings: KafkaSettings, mongo_settings: MongoSettings
) -> None:
    print(f"\nKILL_SEED={SEED} KILL_ROUNDS={ROUNDS}", flush=True)
    chance, world = random.Random(SEED), World.invented(1, red=NOTICES)
    settings = {"FEED_LISTS": "red", "FEED_IMAGES_PER_SWEEP": str(IMAGES)}
    async with fed(world, kafka_settings, mongo_settings, **settings) as feed:
        for point in points(chance):
            await killed_at(feed, point, chance.uniform(0, 0.02))
        first = (await feed.swept_whole())["red"]
        again = feed.server.asked_again()
        asked = {kind: feed.server.count(kind) for kind in Kind}
        told, listed = Counter(await feed.records.told()), await feed.records.listed()

        assert (first.figures["coverage"], first.figures["total"]) == (1.0, NOTICES)
        assert listed["red"] == set(world.lists["red"])
        assert {(event.word, times) for event, times in told.items()} == {("observed", 1)}
        assert {event.entity_id for event in told} == set(world.lists["red"])
        # What was answered and not yet stored when it was killed is asked once more, and nothing else is.
        assert sum(again.values()) - len(again) <= 2 * ROUNDS, again
        assert asked[Kind.LIST] + asked[Kind.DETAIL] <= 1.5 * (LEAST_LISTS + NOTICES)
        assert asked[Kind.LIST] <= 2.5 * LEAST_LISTS + ROUNDS, "filters cannot tile a list without a gap"
        print(f"requests: {asked}; asked again: {sum(again.values()) - len(again)}", flush=True)

        await nothing_happens_in_a_second_sweep(feed)


async def nothing_happens_in_a_second_sweep(feed: Fed) -> None:
    """Sweep the unchanged world once more, undisturbed, and count."""
    before = await feed.records.event_ids()
    feed.server.forget()

    second = (await feed.swept_whole())["red"]

    assert await feed.records.told_since(before) == []
    counts = {name: count for name, count in second.figures["counts"].items() if count}
    assert (second.figures["coverage"], counts) == (1.0, {"same": NOTICES})
    assert feed.server.count(Kind.DETAIL) == NOTICES
    assert feed.server.count(Kind.LIST) <= 2.5 * LEAST_LISTS, "what made the list up is known by now"
    assert feed.server.asked_again() == {}
