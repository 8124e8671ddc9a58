"""A client of a live stream that is killed again and again, and comes back with the last id it saw."""

import asyncio
import json
from typing import Any

import httpx
from httpx_sse import EventSource

PATIENCE_SECONDS = 60.0
NO_FACTS = ("position", "slow")
"""What a stream says of itself."""


class Follower:
    """Follows one address, from the beginning of what is kept, and remembers what it was told."""

    def __init__(self, path: str, **params: str) -> None:
        self.facts: list[tuple[int, dict[str, Any]]] = []
        self.last = "0"
        self._path = path
        self._params = params

    async def take(self, http: httpx.AsyncClient, most: int) -> None:
        """Follow until so many facts more have come, or nothing is left behind the end; then drop the connection."""
        taken = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            async with http.stream(
                "GET", self._path, params=self._params, headers={"Last-Event-ID": self.last}
            ) as answer:
                assert answer.status_code == 200, await answer.aread()
                async for event in EventSource(answer).aiter_sse():
                    self.last = event.id
                    body = json.loads(event.data)
                    if event.event not in NO_FACTS:
                        self.facts.append((int(event.id), body))
                        taken += 1
                    if taken >= most or (event.event == "position" and body["behind"] == 0):
                        return

    async def take_until(self, http: httpx.AsyncClient, facts: int) -> None:
        """Follow until so many facts have come in all."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.facts) < facts:
                await self.take(http, facts - len(self.facts))
