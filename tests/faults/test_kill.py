"""kill -9 of everything under load, at random moments; then an outside checker looks at what is left.

KILL_SEED repeats the choices of a run; KILL_ROUNDS makes it longer or shorter.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx

from deploy.local.settings import SERVICES
from tests.support.checker import Violation, check, summary
from tests.support.client_log import ClientLog
from tests.support.custody_checker import check_custody, read_keys
from tests.support.drained import until_drained
from tests.support.frozen import frozen
from tests.support.history import History, read_history
from tests.support.liaison import Liaison
from tests.support.load import Load
from tests.support.officer import Officer, Subscriber
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

SEED = int(os.environ.get("KILL_SEED") or random.randrange(1_000_000))
ROUNDS = int(os.environ.get("KILL_ROUNDS") or 20)
POSTS_PER_SECOND = 30.0
WATCHED = ("SAC-BOS", "SAC-HOU", "SAC-MIA", "EUR")
"""Offices, and a desk, with a live subscriber."""

KILLED = ("referrals", "routing", "notify", "kafka", "mongo")
SESSION_SECONDS = 6.0
TOLD_WITHIN_SECONDS = 60.0
PROVED_WITHIN_SECONDS = 60.0


def victims(chance: random.Random, rounds: int) -> list[list[str]]:
    """Choose whom to kill between two checks: each of all parts once, in any order; the last time what is left."""
    return [chance.sample(KILLED, min(len(KILLED), rounds - done)) for done in range(0, rounds, len(KILLED))]


def at_once(chance: random.Random, chosen: Sequence[str]) -> list[Sequence[str]]:
    """Share out who is killed in which breath: by twos, so that one dies while another comes back, and one alone."""
    breaths = [chosen[place : place + 2] for place in range(0, len(chosen), 2)]
    chance.shuffle(breaths)
    return breaths


@asynccontextmanager
async def used(stack: WholeStack, log: ClientLog) -> AsyncIterator[Liaison]:
    """Let officers follow their queues live, and give the liaison who posts."""
    limits = httpx.Limits(max_connections=100)
    async with (
        httpx.AsyncClient(base_url=stack.addresses["referrals"], timeout=10.0, limits=limits) as referrals,
        httpx.AsyncClient(base_url=stack.addresses["notify"], timeout=10.0) as notify,
    ):
        subscribers = [Subscriber(Officer(notify, office), f"live-{office}", log) for office in WATCHED]
        following = [asyncio.create_task(subscriber.run()) for subscriber in subscribers]
        try:
            await asyncio.wait_for(asyncio.gather(*(one.live.wait() for one in subscribers)), 60.0)
            yield Liaison(referrals, log)
        finally:
            for task in following:
                task.cancel()
            await asyncio.wait(following)


async def assert_nothing_lost(stack: WholeStack, log: ClientLog) -> None:
    """Wait until all is done, and hold what is there to what was promised."""
    began = time.monotonic()
    await until_drained(stack.addresses["kafka"], stack.addresses["mongo"])
    print(f"drained in {time.monotonic() - began:.1f} s", flush=True)
    history, found = await asyncio.to_thread(looked_at, stack, log)
    while any(one.promise == "I5" for one in found) and time.monotonic() - began < TOLD_WITHIN_SECONDS:
        await asyncio.sleep(0.5)  # what is in the feed may still be on its way to a subscriber
        history, found = await asyncio.to_thread(looked_at, stack, log)
    print(summary(history), flush=True)
    assert [str(violation) for violation in found] == []
    await assert_all_is_proved(stack)
    assert not stack.ended_unkilled


async def assert_all_is_proved(stack: WholeStack) -> None:
    """Wait until the notary has written what is due, and check every chain."""
    async with httpx.AsyncClient(base_url=stack.addresses["referrals"], timeout=10.0) as http:
        keys = read_keys((await http.get("/v1/receipts/keys")).json())
    began = time.monotonic()
    found = await asyncio.to_thread(check_custody, stack.addresses["mongo"], keys)
    while found and time.monotonic() - began < PROVED_WITHIN_SECONDS:
        await asyncio.sleep(0.5)
        found = await asyncio.to_thread(check_custody, stack.addresses["mongo"], keys)
    print(f"all chains of custody whole after {time.monotonic() - began:.1f} s", flush=True)
    assert [str(violation) for violation in found] == []


def looked_at(stack: WholeStack, log: ClientLog) -> tuple[History, list[Violation]]:
    """Read everything that there is, and check it."""
    history = read_history(stack.addresses["kafka"], stack.addresses["mongo"], [log.path])
    return history, check(history)


async def test_nothing_acknowledged_is_lost_or_doubled_when_anything_is_killed_under_load(
    stack: WholeStack, tmp_path: Path
) -> None:
    print(f"\nKILL_SEED={SEED} KILL_ROUNDS={ROUNDS}", flush=True)
    chance = random.Random(SEED)
    with ClientLog(tmp_path / "client.log") as log:
        async with used(stack, log) as liaison:
            for chosen in victims(chance, ROUNDS):
                async with Load(liaison, chance, POSTS_PER_SECOND):
                    for names in at_once(chance, chosen):
                        await asyncio.gather(*(kill_at_random(stack, name, chance) for name in names))
                await assert_nothing_lost(stack, log)


async def kill_at_random(stack: WholeStack, name: str, chance: random.Random) -> None:
    """Let the load run for a random time, so that the kill meets anything, then kill and wait for the return."""
    lived = chance.uniform(0.5, 3.0)
    await asyncio.sleep(lived)
    began = time.monotonic()
    await stack.kill(name)
    print(f"{name} killed after {lived:.2f} s, back in {time.monotonic() - began:.1f} s", flush=True)


async def test_services_frozen_for_longer_than_their_sessions_do_no_harm_when_they_wake(
    stack: WholeStack, tmp_path: Path
) -> None:
    chance = random.Random(SEED + 1)
    with ClientLog(tmp_path / "client.log") as log:
        async with used(stack, log) as liaison:
            async with Load(liaison, chance, POSTS_PER_SECOND):
                await asyncio.sleep(chance.uniform(0.5, 2.0))
                with ExitStack() as asleep:
                    for name in SERVICES:
                        asleep.enter_context(frozen(stack.process(name).pid))
                    await asyncio.sleep(2 * SESSION_SECONDS)
            await assert_nothing_lost(stack, log)


async def test_a_broker_that_is_killed_and_slow_to_return_is_waited_for_by_everything(
    stack: WholeStack, tmp_path: Path
) -> None:
    chance = random.Random(SEED + 2)
    with ClientLog(tmp_path / "client.log") as log:
        async with used(stack, log) as liaison:
            async with Load(liaison, chance, POSTS_PER_SECOND):
                await asyncio.sleep(chance.uniform(0.5, 2.0))
                await stack.kill("kafka", held=2 * SESSION_SECONDS)
            await assert_nothing_lost(stack, log)
            await until(lambda: are_ready(stack))


async def are_ready(stack: WholeStack) -> bool:
    """Say whether every service calls itself ready."""
    async with httpx.AsyncClient() as http:
        answers = [await http.get(f"{stack.addresses[name]}/health/ready") for name in SERVICES]
    return all(answer.status_code == 200 for answer in answers)
