"""Files that are made from the models and committed beside them: written anew, or held to what they should be."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

Wanted = Mapping[Path, str]
"""Which files there must be, and what must be in them; their folders hold nothing else of the same ending."""


def differences(wanted: Wanted) -> list[str]:
    """Tell in one line each which committed files are not what they should be."""
    told = []
    for path, text in wanted.items():
        if not path.exists():
            told.append(f"{_name(path)} is missing")
        elif path.read_text(encoding="utf-8") != text:
            told.append(f"{_name(path)} differs from its model")
    beside = {path for folder in {path.parent for path in wanted} for path in folder.glob("*.json")}
    return told + [f"{_name(path)} belongs to nothing" for path in sorted(beside - set(wanted))]


def write(wanted: Wanted) -> list[str]:
    """Write what differs, and name it; files that belong to nothing are left for a person to remove."""
    changed = []
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(_name(path))
    return changed


def run(program: str, what: str, wanted: Callable[[], Wanted], arguments: list[str]) -> int:
    """Write the files, or check them, as a command."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=what)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a committed file differs")
    if not parser.parse_args(arguments).check:
        for name in write(wanted()):
            print(f"wrote {name}")
        return 0
    told = differences(wanted())
    for line in told:
        print(f"{line}; `make schemas` writes it anew", file=sys.stderr)
    return 1 if told else 0


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
