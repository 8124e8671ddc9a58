"""Every labelled mutation, served over HTTP and read from the topic: what had to be told is told, and no more."""

from collections import Counter

from tests.notices.mutations import MUTATIONS, SWEEPS, Mutation
from tests.support.fed import fed
from tests.support.interpol.world import LISTS, Standing, World

Event = tuple[int, str, str, tuple[str, ...]]
"""After which sweep it was told, of which number, which word, and which fields."""

AS_TOLD = {"arrest_warrants": "warrants"}
"""No event about a notice says that anybody is to be taken, not even by the name of a field."""


async def test_each_labelled_mutation_is_told_as_what_it_is(kafka_settings, mongo_settings):
    world = World()
    async with fed(world, kafka_settings, mongo_settings) as feed:
        read: list[Event] = []
        for sweep in range(SWEEPS):
            serve(world, sweep)
            before = await feed.records.event_ids()
            await feed.swept_whole()
            told = await feed.records.told_since(before)
            read += [(sweep, one.entity_id, one.word, one.fields) for one in told]

    assert Counter(read) == Counter(expected())


def serve(world: World, sweep: int) -> None:
    """Have each list hold what its mutations serve in a sweep."""
    for name in LISTS:
        served = [m.steps[sweep].served for m in MUTATIONS if m.list_name == name]
        world.replace(name, [Standing(one.detail, list(one.pictures), one.links) for one in served if one is not None])


def expected() -> list[Event]:
    return [
        (sweep, number_of(mutation), told.event, tuple(sorted(AS_TOLD.get(name, name) for name in told.fields)))
        for mutation in MUTATIONS
        for sweep, step in enumerate(mutation.steps)
        for told in step.told
    ]


def number_of(mutation: Mutation) -> str:
    return next(step.served.entity_id for step in mutation.steps if step.served is not None)
