"""Waiting for something to become true, instead of for time to pass."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

PATIENCE_SECONDS = 40.0


async def until(condition: Callable[[], Awaitable[Any] | Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Ask again and again until the answer is true, and give that answer."""
    answer: Any = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                answer = condition()
                if inspect.isawaitable(answer):
                    answer = await answer
                if answer:
                    return answer
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not so after {seconds} seconds; the last answer was {answer!r}") from None
