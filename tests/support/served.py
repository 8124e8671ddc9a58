"""A service of ours, served on a port by this process, and stopped as a process stops."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx

from runtime.process import Service, serve
from tests.support.waiting import until


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@asynccontextmanager
async def served(opening: AbstractAsyncContextManager[Service]) -> AsyncIterator[httpx.AsyncClient]:
    """Serve, and give a client of it once it is ready."""
    async with opening as service:
        stop = asyncio.Event()
        serving = asyncio.create_task(serve(service, stop))
        async with httpx.AsyncClient(base_url=f"http://{service.host}:{service.port}", timeout=20.0) as http:
            try:
                await until(lambda: _ready(http))
                yield http
            finally:
                stop.set()
                await serving


async def _ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False
