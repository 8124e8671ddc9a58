"""A loop of rounds rests when there is nothing to do, outlives what is away, and stops when asked."""

import asyncio

from runtime.errors import StoreAway
from runtime.rounds import Rounds


async def run(rounds: Rounds, until: asyncio.Event) -> None:
    running = asyncio.create_task(rounds.run())
    async with asyncio.timeout(10):
        await until.wait()
        await rounds.stop()
        await running


async def test_a_round_that_did_something_is_followed_at_once():
    left, done = [3, 2, 1, 0], asyncio.Event()

    async def once() -> int:
        found = left.pop(0)
        if not left:
            done.set()
        return found

    await run(Rounds("counting", once, rest=3_600), done)

    assert left == []


async def test_a_round_that_did_something_is_followed_by_a_rest_where_nobody_waits_for_it():
    done, gone_on = [], asyncio.Event()

    async def once() -> bool:
        done.append(None)
        await asyncio.sleep(0)
        return True

    async def many_turns() -> None:
        for _ in range(100):
            await asyncio.sleep(0)
        gone_on.set()

    turns = asyncio.create_task(many_turns())
    await run(Rounds("comparing", once, rest=0.0, ease=1e9), gone_on)
    await turns

    assert len(done) == 1


async def test_what_is_away_is_tried_again_after_a_rest():
    tries, back = [], asyncio.Event()

    async def once() -> None:
        tries.append(None)
        if len(tries) < 3:
            raise StoreAway("the database")
        back.set()

    await run(Rounds("waiting", once, rest=0.001), back)

    assert len(tries) >= 3


async def test_an_error_nobody_named_ends_it():
    async def once() -> None:
        raise ValueError

    running = asyncio.create_task(Rounds("broken", once, rest=0.001).run())
    await asyncio.wait([running], timeout=10)

    assert isinstance(running.exception(), ValueError)
