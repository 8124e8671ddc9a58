"""Reads the project's own data files once, checks them, and gives the rules as frozen indexes."""

from datetime import date
from pathlib import Path

from services.routing.domain.ruleset import Ruleset
from services.routing.tables.offences import read_offences
from services.routing.tables.places import read_places
from services.routing.tables.programmes import read_programmes
from services.routing.tables.rows import BadTable, Tables
from services.routing.tables.weights import FILE, read_figures, weights_of

DATA = Path(__file__).parent.parent / "data"

__all__ = ["DATA", "BadTable", "load_ruleset"]


def load_ruleset(day: date, folder: Path = DATA) -> Ruleset:
    """Load the rules as they stand on a day; load them again when the day reaches `good_until`."""
    figures = read_figures(folder)
    version, first = figures.get("version"), figures.get("valid_from")
    if not isinstance(version, str) or not isinstance(first, date) or first > day:
        raise BadTable(f"{FILE}: a version and a valid_from on or before {day} are needed")
    tables = Tables(folder, day, {first})
    places = read_places(tables)
    offences = read_offences(tables)
    programmes = read_programmes(tables, frozenset(places.desks))
    return Ruleset(
        version=version,
        good_from=max(change for change in tables.changes if change <= day),
        good_until=min((change for change in tables.changes if change > day), default=None),
        places=places,
        offences=offences,
        programmes=programmes,
        weights=weights_of(figures),
    )
