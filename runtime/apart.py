"""Waits for what a library does without taking its cancellations for ours, and no longer than we mean to."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiokafka.errors import KafkaError

Result = TypeVar("Result")


class CancelledWithin(KafkaError):  # type: ignore[misc]
    """The library has cancelled something of its own, and answered with that."""


async def apart(step: Coroutine[Any, Any, Result], within: float) -> Result:
    """Give what a step comes to; raises what it raises, `CancelledWithin`, or `TimeoutError`.

    Awaited as it is, a step that ends by a cancellation of the library's own would end our loop without a word, and
    `asyncio.wait_for` would wait on for one that swallows ours. So the step is a task of its own.
    """
    task = asyncio.ensure_future(step)
    try:
        await asyncio.wait([task], timeout=within)
    finally:
        late = not task.done()
        task.cancel()
    if late:
        task.add_done_callback(_heard)
        raise TimeoutError
    return result_of(task)


def result_of(task: "asyncio.Task[Result]") -> Result:
    """Give what a task of the library's that is done has come to."""
    if task.cancelled():
        raise CancelledWithin
    return task.result()


def _heard(task: "asyncio.Task[Any]") -> None:
    """Look at an error that nobody waits for any more, so that it is not reported as forgotten."""
    if not task.cancelled():
        task.exception()
