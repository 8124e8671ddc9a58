"""Shows what the processes log as it comes, each line under its name."""

import asyncio
import sys
from pathlib import Path
from typing import BinaryIO

COLOURS = {
    "mongo": 32,
    "kafka": 33,
    "zipkin": 35,
    "referrals": 36,
    "routing": 34,
    "notify": 95,
    "feed": 96,
    "stack": 1,
}
WIDTH = 9
SECONDS_BETWEEN_LOOKS = 0.1
LONGEST_READ = 1 << 20
ROUTINE_OF_MONGO = (b'"s":"I"', b'"startupWarnings"')
"""MongoDB logs dozens of lines about its own start; they stay in its log file."""


class Echo:
    """Follows the log files of a stack; the files stay whole whether anybody follows or not."""

    def __init__(self, *, on: bool, logs: bool = True) -> None:
        self._on = on
        self._logs = logs
        self._coloured = sys.stdout.isatty()
        self._files: dict[str, BinaryIO] = {}
        self._rest: dict[str, bytes] = {}
        self._follower: asyncio.Task[None] | None = None

    def say(self, name: str, text: str) -> None:
        """Print one line under a name."""
        if self._on:
            head = f"{name:>{WIDTH}} |"
            if self._coloured:
                head = f"\x1b[{COLOURS.get(name, 0)}m{head}\x1b[0m"
            print(head, text, flush=True)

    def follow(self, name: str, log: Path) -> None:
        """Show what is added to this file from now on."""
        if self._on and self._logs:
            log.touch()
            self._files[name], self._rest[name] = log.open("rb"), b""
            if self._follower is None:
                self._follower = asyncio.create_task(self._run(), name="echo")

    async def close(self) -> None:
        """Show what came last, and stop."""
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.wait({self._follower})
        self._show_new()
        for file in self._files.values():
            file.close()

    async def _run(self) -> None:
        while True:
            self._show_new()
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    def _show_new(self) -> None:
        for name, file in self._files.items():
            *lines, self._rest[name] = (self._rest[name] + file.read(LONGEST_READ)).split(b"\n")
            for line in lines:
                if not (name == "mongo" and any(mark in line for mark in ROUTINE_OF_MONGO)):
                    self.say(name, line.decode(errors="replace"))
