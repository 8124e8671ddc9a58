"""A stack that runs beside the tests, in a thread with a loop of its own."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.settings import StackSettings
from deploy.local.stack import Stack, running_stack


def kafka_and_mongo(var: Path, environment: Mapping[str, str]) -> StackSettings:
    """A Kafka and a MongoDB on free ports, with data of their own and nothing else beside them."""
    return StackSettings(var, parts=("mongo", "kafka"), free_ports=True, environment=environment)


class BackgroundStack:
    """Runs a stack from entry to exit; its processes end with it, also when the tests are killed."""

    def __init__(self, settings: StackSettings) -> None:
        self._settings = settings
        self._started: Future[Stack] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def stack(self) -> Stack:
        """The running stack; read it, but call its coroutines only through `wait_ready`."""
        return self._started.result()

    @property
    def addresses(self) -> dict[str, str]:
        """Where each part is."""
        return self.stack.addresses

    @property
    def pids(self) -> dict[str, int]:
        """Which process each part is now."""
        return self.stack.pids

    async def wait_ready(self, name: str, other_than: int | None = None) -> int:
        """Wait until a part is ready, after a kill in another process than before, and give its pid."""
        assert self._loop is not None
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(self.stack.wait_ready(name, other_than), self._loop)
        )

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with running_stack(self._settings) as stack:
                self._started.set_result(stack)
                await self._stop.wait()
        except BaseException as exc:
            if self._started.done():
                raise
            self._started.set_exception(exc)
