"""Every labelled mutation, served over HTTP and read from the topic: what had to be told is told, and no more."""

from collections import Counter

from schemas.topics import NOTICE_EVENTS
from tests.notices.mutations import MUTATIONS, SWEEPS, Mutation
from tests.support.fed import Fed, fed
from tests.support.interpol.world import LISTS, Standing, World
from tests.support.kafka import KafkaDesk
from tests.support.referrals_service import running_referrals
from tests.support.waiting import until

Event = tuple[int, str, str, tuple[str, ...]]
"""After which sweep it was told, of which number, which word, and which fields."""


async def test_each_labelled_mutation_is_told_as_what_it_is(kafka, kafka_settings, mongo_settings):
    world = World()
    async with (
        running_referrals(kafka, kafka_settings, mongo_settings),
        fed(world, kafka_settings, mongo_settings) as feed,
    ):
        read: list[Event] = []
        for sweep in range(SWEEPS):
            serve(world, sweep)
            await feed.swept_whole()
            read += await told(feed, kafka, sweep, len(read))

    assert Counter(read) == Counter(expected())


def serve(world: World, sweep: int) -> None:
    """Have each list hold what its mutations serve in a sweep."""
    for name in LISTS:
        served = [m.steps[sweep].served for m in MUTATIONS if m.list_name == name]
        world.replace(name, [Standing(one.detail, list(one.pictures), one.links) for one in served if one is not None])


def expected() -> list[Event]:
    return [
        (sweep, number_of(mutation), told.event, told.fields)
        for mutation in MUTATIONS
        for sweep, step in enumerate(mutation.steps)
        for told in step.told
    ]


def number_of(mutation: Mutation) -> str:
    return next(step.served.entity_id for step in mutation.steps if step.served is not None)


async def told(feed: Fed, kafka: KafkaDesk, sweep: int, known: int) -> list[Event]:
    """Give what has come to the topic since: all of it, because nothing waits to be sent any more."""
    await until(lambda: nothing_waits(feed))
    await kafka.put(NOTICE_EVENTS.name, b"marker", str(sweep).encode(), partition=0)
    records = await kafka.read_until(
        NOTICE_EVENTS.name, lambda record: (record.key, record.value) == (b"marker", str(sweep).encode())
    )
    events = [record for record in records if record.key != b"marker"][known:]
    found = [feed.records.read(dict(record.headers)["ce_type"].decode(), record.value) for record in events]
    return [(sweep, one.entity_id, one.word, one.fields) for one in found]


async def nothing_waits(feed: Fed) -> bool:
    return await feed.database["notices"].find_one({"outbox_since": {"$exists": True}}) is None
