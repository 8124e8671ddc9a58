"""HTTP as no decent client would speak it: bytes go out as they are, the answer is taken apart by hand."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


async def send_raw(address: str, pieces: Iterable[bytes], seconds: float = 30.0) -> RawAnswer:
    """Send bytes until they are out or an answer is there, and read it."""
    url = urlsplit(address)
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        answering = asyncio.create_task(_read_answer(reader))
        try:
            with suppress(ConnectionError):
                for piece in pieces:
                    if answering.done():
                        break
                    writer.write(piece)
                    await writer.drain()
            return await answering
        finally:
            answering.cancel()
            writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> RawAnswer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    length = headers.get("content-length")
    body = await reader.readexactly(int(length)) if length is not None else await reader.read()
    return RawAnswer(int(first.split(" ")[1]), headers, body)
