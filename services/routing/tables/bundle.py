"""A ruleset as a bundle of texts: which files it has, and those that are shipped with the service."""

from collections.abc import Mapping
from pathlib import Path

from services.routing.tables.faults import quote
from services.routing.tables.rows import Tables

DATA = Path(__file__).parent.parent / "data"
TABLES: tuple[str, ...] = (
    "ruleset.toml",
    "rules.tsv",
    "stand-ins.tsv",
    "categories.tsv",
    "statutes.tsv",
    "statute-leads.tsv",
    "programmes.tsv",
    "copies.tsv",
    "pro-tem.tsv",
    "tciu-hosts.tsv",
    "offices.tsv",
    "desks.tsv",
    "areas.tsv",
    "borders.tsv",
    "counties.tsv",
    "zip3.tsv",
    "zip5.tsv",
    "cities.tsv",
    "towns.tsv",
    "gateways.tsv",
    "countries.tsv",
    "country-aliases.tsv",
)
"""The files of a bundle, in the order in which their faults are told."""
_MOST_CHARACTERS = 8_000_000


def shipped() -> dict[str, str]:
    """Read the bundle that comes with the service."""
    return {name: (DATA / name).read_text(encoding="utf-8") for name in TABLES}


def note_files(tables: Tables, texts: Mapping[str, str]) -> None:
    """Note files that are missing, that no ruleset has, and a bundle that is too large to be read."""
    for name in TABLES:
        if name not in texts:
            tables.note(name, "missing-file", "the file is missing", "add it, with its header at least")
            tables.unread.add(name)
    for name in sorted({*texts} - {*TABLES}):
        shown = name if name.isprintable() and len(name) <= 60 else quote(name)
        mend = f"leave it out; the files are {', '.join(TABLES)}"
        tables.note(shown, "unknown-file", "no ruleset has such a file", mend)
    size = sum(map(len, texts.values()))
    if size > _MOST_CHARACTERS:
        problem = f"the bundle has {size} characters"
        tables.note("ruleset.toml", "bundle-too-large", problem, f"{_MOST_CHARACTERS} are the most")
        tables.unread.update(TABLES)
