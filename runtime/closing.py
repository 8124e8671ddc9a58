"""Closes the library's clients, whatever they are doing at the moment."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer

from runtime.apart import apart

log = structlog.get_logger()

CLOSE_WITHIN = 5.0
"""Seconds that a client may take to close its connections; a broker may be away for minutes."""


async def close_consumer(client: AIOKafkaConsumer) -> None:
    """Leave the group and close; raises nothing of the library's.

    The library waits for tasks that it has just cancelled, and one that was resting before its next fetch answers with
    that `CancelledError` (aiokafka 0.14, `Fetcher.close`). Where it gives up half way, or hangs, its connections stay
    open, and its heartbeat goes on for ever: the group would keep partitions for a member that reads nothing.
    """
    if not await closed("consumer", client.stop, CLOSE_WITHIN):
        left = [task for task in _tasks_of(client) if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=CLOSE_WITHIN)
        await closed("consumer", client._client.close)


def _tasks_of(client: AIOKafkaConsumer) -> Iterator["asyncio.Task[Any]"]:
    """Give what a consumer keeps doing by itself; one that never began does nothing, and one without a group less."""
    names = "_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_reset_committed_task", "_fetch_task"
    for part in (client._coordinator, client._fetcher):
        yield from (task for name in names if (task := getattr(part, name, None)) is not None)
    yield from getattr(client._fetcher, "_pending_tasks", ())


async def closed(what: str, step: Callable[[], Coroutine[Any, Any, None]], within: float = CLOSE_WITHIN) -> bool:
    """Take one step of closing, and say whether it was done in order; whatever goes wrong, there is nothing to save."""
    try:
        await apart(step(), within)
    except Exception as exc:
        log.warning(f"{what} did not close in order", error=type(exc).__name__)
        return False
    return True
