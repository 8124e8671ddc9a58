"""Which offset may be committed: the end of the unbroken run of finished messages."""

from collections import deque


class Watermark:
    """Tracks one partition's messages from fetched to finished, whatever order they finish in."""

    def __init__(self) -> None:
        self._open: deque[int] = deque()
        self._finished: set[int] = set()
        self._committable: int | None = None

    def __len__(self) -> int:
        return len(self._open)

    def fetched(self, offset: int) -> None:
        """Note a message that was handed to us; offsets only rise, gaps between them are normal."""
        if self._open and offset <= self._open[-1]:
            raise ValueError(f"offset {offset} after {self._open[-1]}")
        self._open.append(offset)

    def finished(self, offset: int) -> None:
        """Note a message whose effect is stored, or which was set aside."""
        self._finished.add(offset)
        while self._open and self._open[0] in self._finished:
            done = self._open.popleft()
            self._finished.remove(done)
            self._committable = done + 1

    @property
    def next(self) -> int | None:
        """The offset of the first message not finished; None before anything was fetched."""
        return self._open[0] if self._open else self._committable

    @property
    def committable(self) -> int | None:
        """The offset of the next message to read after a restart; None before anything is finished."""
        return self._committable
