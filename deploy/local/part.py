"""What the supervisor needs to know of one process that it keeps running."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Part:
    """One process: how it starts, when it is ready, how long it may take to stop."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    working_folder: Path
    ready: Callable[[], Awaitable[bool]] = field(repr=False)
    """Asked again and again until it says yes; it must not raise for "not yet"."""
    niceness: int = 0
    start_seconds: float = 60.0
    stop_seconds: float = 15.0
