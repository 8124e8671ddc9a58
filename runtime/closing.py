"""Closes the library's consumer, whatever that is doing at the moment."""

from collections.abc import Callable, Coroutine
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
    that `CancelledError` (aiokafka 0.14, `Fetcher.close`); its connections then stay open.
    """
    if not await closed("consumer", client.stop):
        await closed("consumer", client._client.close)


async def closed(what: str, step: Callable[[], Coroutine[Any, Any, None]], within: float = CLOSE_WITHIN) -> bool:
    """Take one step of closing, and say whether it was done in order; whatever goes wrong, there is nothing to save."""
    try:
        await apart(step(), within)
    except Exception as exc:
        log.warning(f"{what} did not close in order", error=type(exc).__name__)
        return False
    return True
