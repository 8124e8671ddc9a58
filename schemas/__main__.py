"""`python -m schemas` writes the committed JSON Schemas of all events; `--check` says whether they are current."""

import argparse
import json
import sys
from pathlib import Path

from schemas.events import EVENTS, Event, name_of

FOLDER = Path(__file__).with_name("json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(event: type[Event]) -> str:
    """Write one event's schema as it is committed."""
    named = {"$schema": DIALECT, "$id": f"urn:dragoman:schema:{name_of(event)}"}
    return json.dumps({**named, **event.model_json_schema()}, indent=2, ensure_ascii=False) + "\n"


def wanted(folder: Path) -> dict[Path, str]:
    """Say which files there must be, and what must be in them."""
    return {folder / f"{name_of(event)}.schema.json": schema_of(event) for event in EVENTS}


def differences(folder: Path) -> list[str]:
    """Tell in one line each which committed files are not what the models say."""
    files = wanted(folder)
    told = []
    for path, text in files.items():
        if not path.exists():
            told.append(f"{path.name} is missing")
        elif path.read_text(encoding="utf-8") != text:
            told.append(f"{path.name} differs from its model")
    told += [f"{path.name} belongs to no event" for path in sorted(folder.glob("*")) if path not in files]
    return told


def write(folder: Path) -> list[str]:
    """Write what differs, and name it; files of no event are left for a person to remove."""
    folder.mkdir(exist_ok=True)
    changed = []
    for path, text in wanted(folder).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path.name)
    return changed


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Write the schemas, or check them."""
    parser = argparse.ArgumentParser(prog="python -m schemas", description="JSON Schemas of all events.")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a committed file differs")
    if not parser.parse_args(arguments).check:
        for name in write(folder):
            print(f"wrote {name}")
        return 0
    told = differences(folder)
    for line in told:
        print(f"schemas/json: {line}; `make schemas` writes them anew", file=sys.stderr)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
