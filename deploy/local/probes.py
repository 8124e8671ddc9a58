"""Cheap questions to a process that is starting."""

import asyncio
import contextlib

from deploy.local.settings import HOST

SECONDS_TO_ANSWER = 2.0


async def listens(port: int) -> bool:
    """Find out whether anybody takes connections on this port."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(HOST, port), SECONDS_TO_ANSWER)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def answers(port: int, path: str) -> bool:
    """Find out whether an HTTP server answers 200 on this path."""
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            status = await _status_line(port, path)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return False
    return status.split(b" ")[1:2] == [b"200"]


async def _status_line(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
        return await reader.readuntil(b"\r\n")
    finally:
        writer.close()
