"""The tables of towns: those of split states with their office, and every name with the states that have it."""

from collections import defaultdict

from schemas.vocabulary.offices import OFFICES
from services.routing.domain.names import fold
from services.routing.domain.ruleset import Town
from services.routing.tables.areas import AREAS, Areas
from services.routing.tables.faults import quote
from services.routing.tables.rows import Row, Tables, enter
from services.routing.tables.zips import office_in

ABROAD = "abroad"
"""In `towns.tsv`: names that a city abroad has too."""


def read_cities(tables: Tables, areas: Areas) -> dict[tuple[str, str], tuple[str, str]]:
    """Read the cities of split states, all of whose ZIP codes lie with one office."""
    cities: dict[tuple[str, str], tuple[str, str]] = {}
    for row in tables.read("cities.tsv", "state", "office", "initial", "cities"):
        with tables.noting(row):
            row.one_of("office", OFFICES)
            office = office_in(row, row.one_of("state", AREAS, "area"), areas)
            for city, key in _names(row, "cities"):
                enter(cities, (row["state"], key), (office, city), row)
    return cities


def read_towns(tables: Tables) -> dict[str, Town]:
    """Gather each name of towns with every state that has it."""
    names: dict[str, str] = {}
    areas: dict[str, dict[str, None]] = defaultdict(dict)
    for row in tables.read("towns.tsv", "area", "initial", "towns"):
        with tables.noting(row):
            area = row.one_of("area", {*AREAS, ABROAD})
            for town, key in _names(row, "towns"):
                names.setdefault(key, town)
                areas[key][area] = None
    return {key: _town(name, tuple(areas[key])) for key, name in names.items()}


def _town(name: str, areas: tuple[str, ...]) -> Town:
    return Town(name, tuple(area for area in areas if area != ABROAD), ABROAD in areas)


def _names(row: Row, column: str) -> list[tuple[str, str]]:
    """Give the names of a cell, each with what it is compared by; a name of no letter or digit names nothing."""
    names = [(name, fold(name)) for name in row.several(column)]
    nameless = [name for name, key in names if not key]
    if not names or nameless:
        problem = f"{column} {quote(nameless[0] if nameless else '')} is no name"
        raise row.wrong("no-name", problem, "write the names with | between two")
    return names
