"""The whole system, for tests that use it through its public doors or kill parts of it."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from deploy.local.settings import ALL_PARTS, StackSettings
from tests.support.background_stack import BackgroundStack
from tests.support.frozen import frozen
from tests.support.waiting import until

EVERY_TRACE = {"TELEMETRY_TRACES_PER_SECOND": "1000"}
"""A trace that a test looks for is recorded, whatever the test before it has spent of the allowance."""

QUICK_TO_NOTICE = {"KAFKA_SESSION_TIMEOUT_MS": "6000", "KAFKA_REBALANCE_TIMEOUT_MS": "10000"}
"""The shortest that Kafka allows: after a kill the group waits this long for the dead member."""

QUICK_TO_START = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1"}
"""No JVM of a test lives long enough to earn back what it spends on making its code the fastest."""

PATIENCE_SECONDS = 180.0


def own_environment() -> dict[str, str]:
    """Give the environment without what would point us at somebody's running systems."""
    ours = (
        "KAFKA_",
        "MONGO_",
        "REFERRALS_",
        "ROUTING_",
        "NOTIFY_",
        "FEED_",
        "OTEL_",
        "DRAGOMAN_VAR",
        "LOG_",
        "TELEMETRY_",
    )
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@contextmanager
def whole_stack(var: Path, parts: tuple[str, ...] = ALL_PARTS) -> Iterator["WholeStack"]:
    """Run everything on free ports, with data of its own."""
    environment = own_environment() | QUICK_TO_START | QUICK_TO_NOTICE | EVERY_TRACE
    settings = StackSettings(var, parts=parts, free_ports=True, environment=environment)
    with BackgroundStack(settings) as background:
        yield WholeStack(background, var)


class WholeStack:
    """Where each part is, where it logs, and how it is made to fail."""

    def __init__(self, background: BackgroundStack, var: Path) -> None:
        self._background = background
        self._lives = background.pids
        self.var = var

    @property
    def addresses(self) -> dict[str, str]:
        """Where each part is."""
        return self._background.addresses

    @property
    def logs(self) -> Path:
        """The folder with a log file for each part."""
        return self.var / "log"

    def process(self, name: str) -> psutil.Process:
        """Look at the process that a part is now."""
        return psutil.Process(self._background.pids[name])

    async def kill(self, *names: str, held: float = 0.0) -> None:
        """Kill parts with -9, all at the same moment, and wait until each is ready in another process.

        The other process is held for some seconds as soon as it is there, so that it is slow to return.
        """
        assert not self.ended_unkilled
        pids = {name: self._lives.pop(name) for name in names}
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_SECONDS + held):
            for name, pid in pids.items():
                if held:
                    await self._hold(name, pid, held)
                self._lives[name] = await self._background.wait_ready(name, other_than=pid)

    async def _hold(self, name: str, killed: int, seconds: float) -> None:
        successor = await until(lambda: (now := self._background.pids.get(name)) != killed and now)
        with frozen(successor):
            await asyncio.sleep(seconds)

    @property
    def ended_unkilled(self) -> list[str]:
        """The parts that ended by themselves since they were last started: their logs say why."""
        now = self._background.pids
        return [name for name, pid in self._lives.items() if now.get(name) != pid]
