"""The doors of the three services, and how an answer that was not to be expected is told."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

Json = dict[str, Any]
Found = TypeVar("Found")

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.1


class Unexpected(Exception):
    """Something was answered, or came about, otherwise than it should."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the three services are spoken to."""

    referrals: httpx.AsyncClient
    routing: httpx.AsyncClient
    notify: httpx.AsyncClient
    leasing: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One officer at a time looks for a certain item in a queue."""


async def said(response: httpx.Response, *statuses: int) -> Json:
    """Give an answer, if it has the status that it should have."""
    answer: Json = response.json()
    if response.status_code not in (statuses or (200, 201)):
        what = f"{response.request.method} {response.request.url.path}"
        codes = [fault["code"] for fault in answer.get("faults", [])]
        raise Unexpected(f"{what} was answered {response.status_code} {answer.get('code')} {codes or ''}".rstrip())
    return answer


async def wait_for(what: str, look: Callable[[], Awaitable[Found | None]]) -> Found:
    """Look again and again until there is something."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (found := await look()) is None:  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(LOOK_SECONDS)
            return found
    except TimeoutError:
        raise Unexpected(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}") from None
