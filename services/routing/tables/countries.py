"""The tables of countries: each with its desk, and the other ways in which people write it."""

from collections.abc import Mapping

import pycountry

from schemas.vocabulary.offices import DESKS
from services.routing.domain.names import fold
from services.routing.tables.faults import quote
from services.routing.tables.rows import Row, Tables, enter

COUNTRIES = frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}
"""ISO 3166-1, and the code that Kosovo has assigned to itself."""
DOMESTIC, UNINHABITED = "domestic", "uninhabited"
_OURS = {"US"} | {
    area.code.removeprefix("US-")
    for area in pycountry.subdivisions
    if area.country_code == "US" and area.type == "Outlying area"
}
_SUBREGIONS = frozenset(
    {
        *("caribbean", "central-america", "central-asia", "east-southeast-asia", "europe", "middle-east-north-africa"),
        *("north-america", "pacific", "south-america", "south-asia", "sub-saharan-africa", DOMESTIC, UNINHABITED),
    }
)


def read_countries(tables: Tables) -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    """Read the desk of each country, which of them are home, and which are uninhabited."""
    desks: dict[str, str] = {}
    apart: dict[str, set[str]] = {DOMESTIC: set(), UNINHABITED: set()}
    for row in tables.read("countries.tsv", "country", "desk", "subregion", "name"):
        with tables.noting(row):
            country, subregion = row.one_of("country", COUNTRIES), row.one_of("subregion", _SUBREGIONS)
            if (subregion == DOMESTIC) != (country in _OURS):
                problem = f"{country} is {'' if country in _OURS else 'not '}of the United States"
                raise row.wrong("wrong-home", problem, f"'{DOMESTIC}' stands with {', '.join(sorted(_OURS))}, no other")
            enter(desks, country, row.one_of("desk", DESKS), row)
            apart.get(subregion, set()).add(country)
    tables.complete("countries.tsv", desks, COUNTRIES, "country")
    return desks, frozenset(apart[DOMESTIC]), frozenset(apart[UNINHABITED])


def read_aliases(tables: Tables) -> dict[str, str | None]:
    """Read the other spellings of a country: our own, and every code and name that ISO 3166-1 has."""
    standard = _standard_names()
    aliases: dict[str, str | None] = {}
    rows = list(tables.read("country-aliases.tsv", "written", "country"))
    written = {fold(row["written"]) for row in rows}
    for row in rows:
        with tables.noting(row):
            key = fold(row["written"])
            enter(aliases, key, _meant(row, key, written, standard), row)
    return {**standard, **aliases}


def _meant(row: Row, key: str, written: set[str], standard: Mapping[str, str]) -> str | None:
    country = row["country"]
    if not key:
        raise row.wrong("no-name", f"written {quote(row['written'])} is no name", "write the name of a country")
    if row["written"] in COUNTRIES:
        raise row.wrong("alias-is-a-country", f"{quote(row['written'])} is a country of its own", "leave the row out")
    if country and country not in COUNTRIES and fold(country) in written:
        problem = f"country {quote(country)} is another spelling itself"
        raise row.wrong("alias-of-an-alias", problem, "give the code of the country that is meant")
    meant = row.one_of("country", {*COUNTRIES, ""}) or None
    if meant and standard.get(key, meant) != meant:
        problem = f"{quote(row['written'])} is {standard[key]} in ISO 3166-1"
        raise row.wrong("alias-against-the-standard", problem, "correct the country, or leave it empty for a person")
    return meant


def _standard_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for country in pycountry.countries:
        for name in ("alpha_3", "numeric", "name", "common_name", "official_name"):
            if written := getattr(country, name, None):
                names.setdefault(fold(written), country.alpha_2)
    return names
