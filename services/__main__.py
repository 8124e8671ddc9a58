"""`python -m services` writes the committed OpenAPI documents of all services; `--check` says if they are current."""

import json
import sys
from functools import partial
from pathlib import Path

from schemas.committed import Wanted, run
from services.interfaces import interfaces

FOLDER = Path(__file__).parents[1] / "schemas" / "openapi"


def wanted(folder: Path) -> Wanted:
    """Say which documents there must be, and what must be in them."""
    return {
        folder / f"{service}.json": json.dumps(app.openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        for service, app in interfaces().items()
    }


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Write the documents, or check them."""
    return run("services", "OpenAPI documents of all services.", partial(wanted, folder), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
