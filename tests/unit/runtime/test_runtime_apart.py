"""A library's steps: their cancellations are errors, ours are ours, and no step holds us longer than we mean."""

import asyncio

import pytest

from runtime.apart import CancelledWithin, apart
from runtime.closing import closed


async def leaking() -> None:
    """Wait for a task of its own that it has just cancelled, as the library does."""
    inner = asyncio.create_task(asyncio.sleep(60))
    inner.cancel()
    await inner


async def swallowing() -> None:
    """Go on whatever happens, as the library's coordinator does."""
    for _ in range(2):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue


async def answering() -> int:
    return 7


async def failing() -> None:
    raise KeyError("a broker's odd answer")


async def test_what_a_step_comes_to_is_given():
    assert await apart(answering(), 5) == 7


async def test_a_cancellation_from_within_is_an_error_and_ends_nobody():
    with pytest.raises(CancelledWithin):
        await apart(leaking(), 5)


async def test_a_step_that_swallows_cancellations_is_left_behind():
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await apart(swallowing(), 0.01)


async def test_our_own_cancellation_reaches_the_step():
    ended = asyncio.Event()

    async def step() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    waiting = asyncio.create_task(apart(step(), 60))
    await asyncio.sleep(0)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(ended.wait(), 5)


@pytest.mark.parametrize("step", [leaking, swallowing, failing])
async def test_a_step_of_closing_that_fails_says_so_and_raises_nothing(step):
    assert not await closed("something", step, 0.01)
