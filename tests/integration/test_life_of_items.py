"""Ten thousand steps with items on a real MongoDB, by officers, desks and requesters who do everything at any time."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from random import Random

from runtime.mongo import open_database
from services.notify.refusals import RefusalCode
from services.notify.states import Verb
from tests.support.life_of_items import World

WORLDS, STEPS = 10, 1_000
SEED = 20_261_124

NOT_MET = {RefusalCode.TRANSFER_TO_ITSELF, RefusalCode.NOT_YOUR_PART, RefusalCode.NOTHING_LEFT}
"""What only a step of its own leads to; tests of steps do."""


async def test_ten_thousand_steps_leave_one_holder_obey_only_valid_tokens_and_are_told_once(mongo_settings):
    worlds = []
    async with AsyncExitStack() as opened:
        for number in range(WORLDS):
            database = await opened.enter_async_context(open_database(mongo_settings, f"world{number}"))
            opened.push_async_callback(database.client.drop_database, database.name)
            worlds.append(World(database, Random(SEED + number)))
            await worlds[-1].queues.prepare()

        await asyncio.gather(*(_live(world) for world in worlds))

    counts = sum((world.counts for world in worlds), Counter())
    verbs = {verb for verb in Verb if verb not in (Verb.LEASE, Verb.EXTEND)}
    assert {f"taken: {verb}" for verb in verbs} <= set(counts)
    assert {f"refused: {code}" for code in RefusalCode if code not in NOT_MET} <= set(counts)
    assert counts["again"]


async def _live(world):
    for number in range(STEPS):
        try:
            await world.step()
        except AssertionError as exc:
            exc.add_note(f"step {number} of the world with seed {SEED}")
            raise
