"""Keeps a set of processes running, with a log file each."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from deploy.local.child import Child
from deploy.local.echo import Echo
from deploy.local.part import Part


class Supervisor:
    """The processes of one stack."""

    def __init__(self, logs: Path, echo: Echo, changed: Callable[[], None]) -> None:
        self._logs, self._echo, self._changed = logs, echo, changed
        self._children: dict[str, Child] = {}

    async def run(self, part: Part) -> None:
        """Start a process, keep it running from now on, and wait until it is ready."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{part.name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        self._echo.follow(part.name, log)
        child = Child(part, log, partial(self._heard, part.name))
        self._children[part.name] = child
        child.start()
        await child.wait_ready()

    @property
    def pids(self) -> dict[str, int]:
        """The pids of the present lives."""
        return {name: child.pid for name, child in self._children.items() if child.pid is not None}

    @property
    def all_ready(self) -> bool:
        """Whether every process answers its probe in its present life."""
        return all(child.is_ready for child in self._children.values())

    async def wait_ready(self, name: str, other_than: int | None = None) -> int:
        """Wait until a process is ready, in another life than the given one, and give its pid."""
        return await self._children[name].wait_ready(other_than)

    async def stop(self, names: Iterable[str]) -> None:
        """End these processes side by side; names that do not run are passed over."""
        ending = [self._children[name] for name in names if name in self._children]
        await asyncio.gather(*(child.stop() for child in ending))

    def _heard(self, name: str, news: str) -> None:
        if news:
            self._echo.say("stack", f"{name} {news}")
        self._changed()
