"""Starts a process for each replay that nobody works on, one at a time, so that routing goes on meanwhile."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from contextlib import suppress

import structlog

from runtime.errors import StoreAway
from services.routing.replays import ReplayStore, worker_name
from services.routing.settings import Settings

log = structlog.get_logger()

BETWEEN_LOOKS = 2.0
"""Seconds between two looks for runs that another process began, or whose worker has died."""


class ReplayWorkers:
    """Looks for open runs and has one worked on at a time."""

    def __init__(self, replays: ReplayStore, settings: Settings) -> None:
        self._replays = replays
        self._environment = {
            **os.environ,
            "MONGO_URI": settings.mongo.uri,
            "MONGO_DATABASE_PREFIX": settings.mongo.database_prefix,
            "ROUTING_DATABASE": settings.database,
        }
        self._begun = asyncio.Event()
        self._stopping = False
        self.process: Process | None = None

    def look(self) -> None:
        """Look now: a run has just been begun."""
        self._begun.set()

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            try:
                run_id = await self._replays.next_free()
            except StoreAway:
                log.warning("replays could not be read")
                run_id = None
            if run_id is not None and not self._stopping and await self._work(run_id):
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(BETWEEN_LOOKS):
                    await self._begun.wait()
            self._begun.clear()

    async def stop(self) -> None:
        """Have the run under way given back, and end."""
        self._stopping = True
        self._begun.set()
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.terminate()

    async def _work(self, run_id: str) -> bool:
        """Have a run worked on, and tell whether its worker ended well: after one that died there is a pause."""
        command = (sys.executable, "-m", "services.routing.replay", "--run", run_id)
        try:
            self.process = await asyncio.create_subprocess_exec(*command, env=self._environment)
        except OSError as exc:  # a machine short of memory, processes or files
            log.warning("replay worker could not be started", run=run_id, error=type(exc).__name__)
            return False
        if self._stopping:  # asked while it was being started
            await self.stop()
        worker = worker_name(self.process.pid)
        code = await self.process.wait()
        self.process = None
        with suppress(StoreAway):
            await self._replays.let_go(run_id, worker)
        log.info("replay worker ended", run=run_id, code=code)
        return code == 0
