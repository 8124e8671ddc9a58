"""Keeps one process running: starts it, knows when it is ready, restarts it, stops it."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.local.part import Part
from deploy.local.problems import Problem

LEASH = Path(__file__).with_name("leash.py")
SECONDS_BETWEEN_PROBES = 0.05
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 10.0
"""A process that stayed up this long starts anew with the shortest pause."""
POINTER = "For further information visit"
"""pydantic ends on this line; what is wrong stands above it."""
STARTS_BEFORE_GIVING_UP = 3
"""A process that was never ready gets this many tries; one that was ready is restarted for ever."""


class Child:
    """One supervised process, through all its lives."""

    def __init__(self, part: Part, log: Path, changed: Callable[[str], None]) -> None:
        self.part, self.log = part, log
        self.process: asyncio.subprocess.Process | None = None
        self.restarts = 0
        self._ready_pid: int | None = None
        self._changed = changed
        self._news = asyncio.Condition()
        self._keeper: asyncio.Task[None] | None = None
        self._was_ready = False

    @property
    def pid(self) -> int | None:
        """The pid of the present life, if there is one."""
        return self.process.pid if self.process and self.process.returncode is None else None

    @property
    def is_ready(self) -> bool:
        """Whether the present life has answered its probe."""
        return self.pid is not None and self.pid == self._ready_pid

    def start(self) -> None:
        """Begin to keep the process running."""
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.part.name}")

    async def wait_ready(self, other_than: int | None = None) -> int:
        """Wait until a life with another pid than the given one is ready, and give its pid."""
        assert self._keeper is not None, "start it first"
        ready = asyncio.create_task(self._next_ready(other_than))
        try:
            await asyncio.wait({ready, self._keeper}, return_when=asyncio.FIRST_COMPLETED)
            if self._keeper.done():
                self._keeper.result()
            return await ready
        finally:
            ready.cancel()

    async def _next_ready(self, other_than: int | None) -> int:
        async with self._news:
            await self._news.wait_for(lambda: self.is_ready and self._ready_pid != other_than)
        assert self._ready_pid is not None
        return self._ready_pid

    async def stop(self, seconds: float | None = None) -> None:
        """End the process for good: politely, then after a time by force."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
        await self._end_life(self.part.stop_seconds if seconds is None else seconds)

    async def _keep(self) -> None:
        pause, starts = FIRST_PAUSE_SECONDS, 0
        while True:
            began, starts = time.monotonic(), starts + 1
            await self._live()
            if not self._was_ready and starts >= STARTS_BEFORE_GIVING_UP:
                raise Problem(self._epitaph())
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - began > STEADY_SECONDS else pause
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            self.restarts += 1

    async def _live(self) -> None:
        """One life, from start to death."""
        process = self.process = await self._spawn()
        await self._tell()
        probing = asyncio.create_task(self._probe(process), name=f"probe {self.part.name}")
        try:
            await process.wait()
        finally:
            probing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await probing
        await self._tell(f"ended with {process.returncode}")

    async def _spawn(self) -> asyncio.subprocess.Process:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which then stops
        # its processes in order. The leash keeps the session from outliving the supervisor.
        leash = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(self.part.niceness))
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *leash,
                *self.part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.part.environment),
                cwd=self.part.working_folder,
                start_new_session=True,
            )

    async def _probe(self, process: asyncio.subprocess.Process) -> None:
        """Ask until it answers; end a life that stays silent for too long."""
        try:
            async with asyncio.timeout(self.part.start_seconds):
                while not await self.part.ready():  # noqa: ASYNC110 - another process sets no event
                    await asyncio.sleep(SECONDS_BETWEEN_PROBES)
        except TimeoutError:
            _signal(process, signal.SIGKILL)
            return
        again = f"is ready again (pid {process.pid})" if self._was_ready else ""
        self._was_ready, self._ready_pid = True, process.pid
        await self._tell(again or f"is ready (pid {process.pid})")

    async def _end_life(self, seconds: float) -> None:
        process = self.process
        if process is None or process.returncode is not None:
            return
        _signal(process, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            _signal(process, signal.SIGKILL)
            await process.wait()

    async def _tell(self, news: str = "") -> None:
        async with self._news:
            self._news.notify_all()
        self._changed(news)

    def _epitaph(self) -> str:
        """Say in one line why it will not start, with the last thing it said."""
        tail = self.log.read_bytes()[-20_000:].decode(errors="replace")
        if "No space left on device" in tail:
            return f"{self.part.name} does not start: no space left on the disk of {self.log.parent}"
        lines = [line for line in tail.splitlines() if line.strip() and POINTER not in line]
        last = lines[-1] if lines else "it said nothing"
        return f"{self.part.name} does not start ({last.strip()[:200]}): see {self.log}"


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
