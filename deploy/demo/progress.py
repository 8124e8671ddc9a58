"""Bars that say how far the demonstration is, how quick, and what comes next."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def bars(*, quiet: bool) -> Progress:
    """Make the bars; they show on a terminal only."""
    console = Console()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, disable=quiet or not console.is_terminal)


class Bar:
    """One of the bars."""

    def __init__(self, progress: Progress, what: str, total: int, then: str) -> None:
        self._progress = progress
        self._then = f", next: {then}" if then else ""
        self._task = progress.add_task(what, total=total, rate=self._then.removeprefix(", "))
        self._began = time.monotonic()
        self._done = 0

    def advance(self, done: int = 1) -> None:
        """Say that more is done."""
        self._done += done
        rate = self._done / max(time.monotonic() - self._began, 0.001)
        self._progress.update(self._task, advance=done, rate=f"{rate:.0f}/s{self._then}")
