"""A server that answers as it is told, also as no decent server would: bytes go out as they are."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it came."""

    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """What comes before the query."""
        return self.target.partition("?")[0]


@dataclass(slots=True)
class ScriptedServer:
    """Answers by scripts, one after the other, the last one for good; remembers what it was asked."""

    scripts: list[Script]
    base_url: str = ""
    asked: list[Asked] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, one request."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
            }
            asked = Asked(first.split(" ")[1], headers)
            self.asked.append(asked)
            script = self.scripts[0] if len(self.scripts) == 1 else self.scripts.pop(0)
            await script(asked, writer)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def scripted(*scripts: Script) -> AsyncIterator[ScriptedServer]:
    """Run a server by scripts."""
    server = ScriptedServer(list(scripts))
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    server.base_url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


def saying(status: int, body: bytes = b"", **headers: str) -> Script:
    """Answer soundly."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head_of(status, {"content-length": str(len(body)), **headers}) + body)

    return script


def giving(body: Mapping[str, Any], **headers: str) -> Script:
    """Answer with JSON."""
    return saying(200, json.dumps(body).encode(), **headers)


def head_of(status: int, headers: Mapping[str, str]) -> bytes:
    """Write the head of an answer."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode()
