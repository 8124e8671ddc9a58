"""`clean-data`: removes what a stack keeps, after saying what that is."""

import shutil
from pathlib import Path

from deploy.local.lock import sole_use
from deploy.local.settings import StackSettings

KEPT = ("mongo", "kafka", "zipkin", "log", "secrets", "stack.json")
"""Only what we made: a data folder may be one that somebody shares with other things."""
MEGABYTE = 1_000_000


def clean_data(settings: StackSettings, *, sure: bool) -> str:
    """Remove the data of this data folder once a person agrees."""
    if not settings.var.is_dir():
        return f"nothing to remove: {settings.var} does not exist"
    with sole_use(settings.var):
        there = [path for name in KEPT if (path := settings.var / name).exists()]
        if not there:
            return f"nothing to remove in {settings.var}"
        for path in there:
            print(f"  {path}  {_size(path) / MEGABYTE:.1f} MB")
        if not sure and not _agrees():
            return "nothing was removed"
        for path in there:
            _remove(path)
        return f"removed {len(there)} of these"


def _agrees() -> bool:
    try:
        return input("Remove all of this? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _size(path: Path) -> int:
    return sum(file.lstat().st_size for file in [path, *path.rglob("*")] if not file.is_dir())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
