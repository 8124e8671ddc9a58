"""`python -m schemas` writes the committed JSON Schemas of all events and the AsyncAPI document; `--check` checks."""

import json
import sys
from functools import partial
from pathlib import Path

from schemas.asyncapi import asyncapi_document
from schemas.committed import Wanted, run
from schemas.events import EVENTS, Fact, name_of

HERE = Path(__file__).parent
FOLDER = HERE / "json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(event: type[Fact]) -> str:
    """Write one event's schema as it is committed."""
    named = {"$schema": DIALECT, "$id": f"urn:dragoman:schema:{name_of(event)}"}
    return json.dumps({**named, **event.model_json_schema()}, indent=2, ensure_ascii=False) + "\n"


def wanted(here: Path) -> Wanted:
    """Say which files there must be, and what must be in them."""
    schemas = {here / FOLDER.name / f"{name_of(event)}.schema.json": schema_of(event) for event in EVENTS}
    asyncapi = json.dumps(asyncapi_document(), indent=2, ensure_ascii=False) + "\n"
    return {**schemas, here / "asyncapi.json": asyncapi}


def main(arguments: list[str], here: Path = HERE) -> int:
    """Write the documents, or check them."""
    return run("schemas", "JSON Schemas and AsyncAPI document of all events.", partial(wanted, here), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
