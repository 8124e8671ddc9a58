"""An officer's client: looks into one office's queue, leases, claims, accepts, and follows it live."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from httpx_sse import EventSource, ServerSentEvent

from tests.support.client_log import ClientLog

PATIENCE_SECONDS = 90.0
STREAM_TIMEOUT = httpx.Timeout(5.0, read=20.0)
"""A live stream says where it stands every five seconds; one that does not is dead."""


class Officer:
    """One officer of one office."""

    def __init__(self, http: httpx.AsyncClient, office: str, officer: str = "officer-1") -> None:
        self.http = http
        self.office = office
        self.officer = officer
        self._at = f"/v1/offices/{office}"

    async def queue(self, **filters: str) -> list[dict[str, Any]]:
        """Read the whole queue, page by page."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await self.http.get(f"{self._at}/queue", params={"limit": "200", **filters, **cursor})
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            if answer.json()["next"] is None:
                return items
            cursor = {"cursor": answer.json()["next"]}

    async def lease(self, most: int = 1, seconds: int = 60) -> dict[str, Any]:
        """Hold items for a while."""
        wanted = {"officer": self.officer, "most": most, "seconds": seconds}
        answer = await self.http.post(f"{self._at}/queue/lease", json=wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def lease_of(self, item_id: str, seconds: int = 60) -> str:
        """Lease until a certain item is among what was leased, and give its token."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                leased = await self.lease(most=100, seconds=seconds)
                if item_id in {item["item_id"] for item in leased["items"]}:
                    return leased["lease_token"]
                await asyncio.sleep(0.05)

    async def step(self, item_id: str, verb: str, **said: Any) -> httpx.Response:
        """Take any step with an item."""
        return await self.http.post(f"{self._at}/queue/{item_id}/{verb}", json=said)

    async def holds(self, item_id: str, *, accepted: bool = True) -> str:
        """Lease, claim and accept an item, and give the token that holds it."""
        token = await self.lease_of(item_id)
        assert (await self.claim(item_id, token)).status_code == 200
        if accepted:
            assert (await self.accept(item_id, token)).status_code == 200
        return token

    async def claim(self, item_id: str, token: str) -> httpx.Response:
        """Take a leased item."""
        return await self.http.post(
            f"{self._at}/queue/{item_id}/claim", json={"officer": self.officer, "lease_token": token}
        )

    async def accept(self, item_id: str, token: str) -> httpx.Response:
        """Make a claimed item the office's own."""
        return await self.http.post(f"{self._at}/queue/{item_id}/accept", json={"lease_token": token})

    @asynccontextmanager
    async def stream(self, after: str | None = None) -> AsyncIterator[AsyncIterator[ServerSentEvent]]:
        """Follow the queue live, from after an event on."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after is not None else {})
        async with self.http.stream("GET", f"{self._at}/stream", headers=headers, timeout=STREAM_TIMEOUT) as answer:
            if answer.status_code != 200:
                raise httpx.TransportError(f"no stream: {answer.status_code}")
            yield EventSource(answer).aiter_sse()


class Subscriber:
    """Follows one office, comes back with its Last-Event-ID when cut off, and writes down what it is told."""

    def __init__(self, officer: Officer, name: str, log: ClientLog) -> None:
        self._officer = officer
        self._name = name
        self._log = log
        self.last: str | None = None
        self.live = asyncio.Event()
        """Set once it has been told where it stands: from there on nothing may be missing."""

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                async with self._officer.stream(self.last) as told:
                    async for event in told:
                        self._take(event)
            except httpx.TransportError:
                await asyncio.sleep(0.2)

    def _take(self, event: ServerSentEvent) -> None:
        self.last = event.id or self.last
        who = {"subscriber": self._name, "office": self._officer.office, "at": event.id}
        if event.event == "position":
            if not self.live.is_set() and event.id:
                self._log.write("subscribed", **who)
                self.live.set()
        elif event.event == "missed":
            self._log.write("missed", **who)
        elif event.event != "slow":  # a word on the reader, no fact
            body = json.loads(event.data)
            fact = {name: body[name] for name in ("event_id", "item_id", "sequence")}
            self._log.write("told", **who, type=event.event, **fact)
