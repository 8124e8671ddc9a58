"""Closes the library's consumer, whatever that is doing at the moment."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiokafka import AIOKafkaConsumer

log = structlog.get_logger()

CLOSE_WITHIN = 5.0
"""Seconds that a consumer may take to leave its group and close its connections; a broker may be away for minutes."""


async def close_consumer(client: AIOKafkaConsumer) -> None:
    """Leave the group and close; raises nothing of the library's.

    The library waits for tasks that it has just cancelled, and one that was resting before its next fetch answers with
    that `CancelledError` (aiokafka 0.14, `Fetcher.close`). Awaited here it would pass for a cancellation of the caller,
    end the caller's loop without a word, and leave the connections open; so each step is a task of its own.
    """
    if not await _done(client.stop):
        await _done(client._client.close)


async def _done(step: Callable[[], Awaitable[None]]) -> bool:
    task = asyncio.ensure_future(step())
    try:
        await asyncio.wait([task], timeout=CLOSE_WITHIN)
    finally:
        task.cancel()
    if task.done() and not task.cancelled() and task.exception() is None:
        return True
    error = task.exception() if task.done() and not task.cancelled() else None
    log.warning("consumer did not close in order", error=type(error).__name__ if error is not None else "not in time")
    return False
