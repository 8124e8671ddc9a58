"""Shows how a download goes: a bar with its rate in a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bars

SECONDS_BETWEEN_LINES = 2.0
MEGABYTE = 1_000_000


class Progress:
    """One download of many files, told as a whole."""

    def __init__(self, what: str, files: int, size: int) -> None:
        self._what, self._files, self._size = what, files, size
        self._done, self._bytes = 0, 0
        self._lock = threading.Lock()
        self._bars = _bars() if sys.stderr.isatty() else None
        self._began = self._said = time.monotonic()

    def __enter__(self) -> "Progress":
        if self._bars is None:
            self._say(f"fetching {self._files} {self._what}, {self._size / MEGABYTE:.0f} MB")
        else:
            self._bars.start()
            self._task = self._bars.add_task(f"fetching {self._files} {self._what}", total=self._size)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
        if error is None:
            self._say(f"fetched {self._done} {self._what} in {time.monotonic() - self._began:.1f} s")

    @contextmanager
    def file(self, name: str, size: int) -> Iterator[Callable[[int], None]]:
        """Count one file's bytes: the shape the resolver asks for."""
        yield self._count

    def one_done(self) -> None:
        """Note that one more file is in its place."""
        with self._lock:
            self._done += 1

    def _count(self, size: int) -> None:
        with self._lock:
            self._bytes += size
            now = time.monotonic()
            if self._bars is not None:
                self._bars.update(self._task, completed=self._bytes)
            elif now - self._said >= SECONDS_BETWEEN_LINES:
                self._said = now
                rate = self._bytes / MEGABYTE / (now - self._began)
                self._say(f"{self._bytes / MEGABYTE:.0f} of {self._size / MEGABYTE:.0f} MB, {rate:.1f} MB/s")

    def _say(self, text: str) -> None:
        print(f"         stack | {text}", file=sys.stderr, flush=True)


def _bars() -> Bars:
    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
