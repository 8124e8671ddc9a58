"""What clients sent and were told: one JSON object a line, on the disk before anything else happens."""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class ClientLog:
    """A file that only grows; what was written is there whatever is killed afterwards."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, what: str, **fields: Any) -> None:
        """Write one line, durably."""
        self._file.write(json.dumps({"what": what, **fields}).encode() + b"\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())


def read_log(path: Path) -> list[dict[str, Any]]:
    """Read every whole line."""
    return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
