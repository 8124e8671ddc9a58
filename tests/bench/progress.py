"""One line of progress, for whoever waits."""

import sys
import time


class Progress:
    """One line that says what is being measured, in a terminal only."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._on:
            print(f"\r\x1b[K{text} ({time.monotonic() - self._began:.0f} s)", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave no trace of the line."""
        if self._on:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
