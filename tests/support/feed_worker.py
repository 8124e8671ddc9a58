"""The feed worker as a process of its own: started as its operator starts it, killed as the machine kills it."""

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from deploy.local.settings import CHECKOUT
from runtime.settings import KafkaSettings, MongoSettings
from tests.support.referrals_service import MASTER_KEY
from tests.support.whole_stack import own_environment

PATIENCE_SECONDS = 300.0
KEY = base64.b64encode(MASTER_KEY).decode()

AS_FAST_AS_IT_GOES = {
    "FEED_REQUESTS_PER_SECOND": "100000",
    "FEED_BACK_OFF_S": "0.01",
    "FEED_MOST_BACK_OFF_S": "2",
    "FEED_TIME_OUT_S": "5",
    "FEED_HTTP_PORT": "0",
}
"""Our own server needs no politeness, and a test has no time for it."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How a sweep ended."""

    code: int | None
    said: str
    errors: str

    @property
    def result(self) -> dict[str, Any]:
        """What it printed for programs."""
        assert self.said.strip(), f"the worker said nothing, and ended with {self.code}:\n{self.errors[-3000:]}"
        found: dict[str, Any] = json.loads(self.said)
        return found

    def of(self, list_name: str) -> dict[str, Any]:
        """What it printed of one list."""
        [found] = [one for one in self.result["sweeps"] if one["list"] == list_name]
        return dict(found)


class FeedWorker:
    """Starts the worker with settings of this test."""

    def __init__(self, base_url: str, kafka: KafkaSettings, mongo: MongoSettings, **settings: str) -> None:
        self.environment = {
            **own_environment(),
            **AS_FAST_AS_IT_GOES,
            "FEED_BASE_URL": base_url,
            "REFERRALS_MASTER_KEY": KEY,
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
            "MONGO_URI": mongo.uri,
            "MONGO_DATABASE_PREFIX": mongo.database_prefix,
            **settings,
        }

    async def sweep(self, *arguments: str, **settings: str) -> Swept:
        """Sweep the lists once, and give how it ended."""
        process = await self._start(("sweep", "--json", "--quiet", *arguments), settings, asyncio.subprocess.PIPE)
        try:
            said, errors = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Swept(process.returncode, said.decode(), errors.decode(errors="replace"))

    @asynccontextmanager
    async def running(
        self, *arguments: str, output: int = asyncio.subprocess.DEVNULL, **settings: str
    ) -> AsyncIterator["RunningWorker"]:
        """Run it until the end of the block, where it is killed if it still runs."""
        process = await self._start(arguments or ("run",), settings, output)
        try:
            yield RunningWorker(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _start(
        self, arguments: tuple[str, ...], settings: Mapping[str, str], output: int
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.referrals.feed", *arguments),
            cwd=CHECKOUT,
            env={**self.environment, **settings},
            stdout=output,
            stderr=output,
        )


class RunningWorker:
    """A worker that runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def code(self) -> int | None:
        """How it ended, if it has."""
        return self._process.returncode

    @property
    def pid(self) -> int:
        """Which process it is."""
        return self._process.pid

    def resident_bytes(self) -> int:
        """How much memory it holds now."""
        held: int = psutil.Process(self._process.pid).memory_info().rss
        return held

    async def kill(self) -> None:
        """End it as the machine would, without a word."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def stopped(self, seconds: float) -> int:
        """Ask it to end, as its supervisor does, and say how it did."""
        self._process.terminate()
        return await self.ended(seconds)

    async def ended(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait until it ends by itself, and say how."""
        return await asyncio.wait_for(self._process.wait(), seconds)
