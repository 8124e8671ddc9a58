"""One stack per data folder: the second is told about the first."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.problems import Problem


@contextmanager
def sole_use(var: Path) -> Iterator[None]:
    """Hold the data folder for as long as this runs; the system lets go when the process ends."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise Problem(f"a stack already runs on {var} (pid {holder}): `make down` ends it") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
