"""The server: HTTP by hand, because a decent library would not let it misbehave. It remembers what it was asked."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from tests.support.interpol.answers import JSON, Answer, Asked, Kind
from tests.support.interpol.faults import Fault, Plan, written
from tests.support.interpol.service import PublicService, understood
from tests.support.interpol.world import World

EVERY_KIND = (Kind.LIST, Kind.DETAIL, Kind.IMAGES, Kind.IMAGE, Kind.OTHER)


class Service(Protocol):
    """What answers when nothing is wrong."""

    base: str

    def answer(self, asked: Asked) -> Answer:
        """Answer a request."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came, and how it was answered."""

    asked: Asked
    status: int


class InterpolServer:
    """Serves, spoils what it is told to spoil, and keeps a list of every request."""

    def __init__(self, service: Service, *, etags: bool = False) -> None:
        self.service = service
        self.etags = etags
        self.base_url = ""
        self.seen: list[Seen] = []
        self.connections = 0
        self.before: Callable[[Asked], None] | None = None
        """Called before each answer: the way to change the world while somebody reads it."""
        self._plans: list[Plan] = []
        self._open: set[asyncio.Task[None]] = set()

    # ---- faults ----

    def during(
        self,
        fault: Fault,
        kinds: Collection[Kind] = EVERY_KIND,
        *,
        times: int | None = None,
        share: float = 1.0,
        seed: int = 1,
        only: Callable[[Asked], bool] = lambda _: True,
    ) -> Plan:
        """Have a fault happen from now on: so many times, or to such a share of requests, or to some only."""
        plan = Plan(fault, frozenset(kinds), times, share, Random(seed), only)
        self._plans.append(plan)
        return plan

    def mend(self, *plans: Plan) -> None:
        """End some faults, or all."""
        self._plans = [plan for plan in self._plans if plans and plan not in plans]

    # ---- what it was asked ----

    def count(self, kind: Kind | None = None, list_name: str | None = None) -> int:
        """Count requests."""
        return sum(
            (kind is None or one.asked.kind is kind) and (list_name is None or one.asked.list_name == list_name)
            for one in self.seen
        )

    def asked_again(self) -> dict[tuple[str, ...], int]:
        """Give each question that was answered well more than once, and how often."""
        well = Counter(
            (one.asked.path, *(f"{name}={value}" for name, value in sorted(one.asked.filters.items())))
            for one in self.seen
            if one.status == 200
        )
        return {question: times for question, times in well.items() if times > 1}

    def forget(self) -> None:
        """Begin to count anew."""
        self.seen = []

    def counts(self) -> dict[str, int]:
        """Give how many requests of each kind came, and how they were answered."""
        kinds = Counter(str(one.asked.kind) for one in self.seen)
        return {**kinds, **Counter(f"status_{one.status}" for one in self.seen), "connections": self.connections}

    # ---- serving ----

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator["InterpolServer"]:
        """Listen on this machine only, until the end of the block."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.service.base = self.base_url
        try:
            yield self
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        try:
            # A reader that gives up on us, or leaves in the middle of an answer, is no fault of ours.
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while await self._exchange(reader, writer):
                    pass
        except asyncio.CancelledError:
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        url = urlsplit(target)
        asked = understood(url.path, dict(parse_qsl(url.query, keep_blank_values=True)), headers)
        if asked.path == "/_requests":
            return await self._send(writer, Answer(200, document=dict(self.counts()), headers=JSON))
        answer = Answer(405) if method != "GET" else self._answered(asked)
        self.seen.append(Seen(asked, answer.status))
        return await self._send(writer, answer) and headers.get("connection", "").lower() != "close"

    def _answered(self, asked: Asked) -> Answer:
        if self.before is not None:
            self.before(asked)
        answer = self.service.answer(asked)
        for plan in list(self._plans):
            if plan.hits(asked):
                answer = plan.fault(answer, asked)
        answer = written(answer)
        return self._marked(answer, asked) if self.etags and answer.status == 200 else answer

    def _marked(self, answer: Answer, asked: Asked) -> Answer:
        mark = f'"{hashlib.sha256(answer.body).hexdigest()[:24]}"'
        if asked.headers.get("if-none-match") == mark:
            return Answer(304, headers={"ETag": mark})
        return replace(answer, headers={**answer.headers, "ETag": mark})

    async def _send(self, writer: asyncio.StreamWriter, answer: Answer) -> bool:
        """Send an answer; says whether the connection can serve another."""
        answer = written(answer)
        headers = dict(answer.headers)
        if answer.pieces is not None:
            headers["Connection"] = "close"
        elif answer.status != 304:
            headers["Content-Length"] = str(len(answer.body) if answer.length is None else answer.length)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {answer.status} \r\n{lines}\r\n".encode("latin-1", "replace"))
        if answer.pieces is None:
            writer.write(answer.body if answer.status != 304 else b"")
            await writer.drain()
            return answer.length is None or answer.length == len(answer.body)
        async for piece in answer.pieces():
            writer.write(piece)
            await writer.drain()
        return False


@asynccontextmanager
async def interpol(world: World, *, etags: bool = False, unknown_is_404: bool = True) -> AsyncIterator[InterpolServer]:
    """Serve a world as the public service would."""
    async with InterpolServer(PublicService(world, unknown_is_404=unknown_is_404), etags=etags).serving() as server:
        yield server
