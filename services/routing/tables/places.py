"""The tables of places: every state, territory, gateway and country, each with its office or desk."""

from collections import Counter, defaultdict
from collections.abc import Collection
from types import MappingProxyType

import pycountry

from schemas.vocabulary import DESKS, OFFICES
from services.routing.domain.names import fold, fold_county
from services.routing.domain.ruleset import Gateway, Places, Town, ZipArea
from services.routing.tables.rows import BadTable, Row, Tables, complete, enter

SPLIT = "split"
_UNINHABITED = "UM"
"""The minor outlying islands are a subdivision too, but no area: nobody can be at home there."""
_STATES = {
    area.code.removeprefix("US-"): area.name
    for area in pycountry.subdivisions
    if area.country_code == "US" and not area.code.endswith(_UNINHABITED)
}
_AREAS = frozenset(_STATES)
"""The states, the district and the territories, by their USPS codes."""
_MILITARY = frozenset({"AA", "AE", "AP"})
_GATEWAY_KINDS = frozenset(
    {"air", "express", "mail", "sea", "land-south", "land-north", "namesake", "described", "preclearance"}
)
_COUNTIES = {"CA": 58, "FL": 67, "NY": 62, "TX": 254}
"""How many counties a split state has (Census Bureau), so that none can be left out."""
_COUNTRIES = frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}
"""ISO 3166-1, and the code that Kosovo has assigned to itself."""
ABROAD = "abroad"
"""In `towns.tsv`: names that a city abroad has too."""


def read_places(tables: Tables) -> Places:
    """Read and check everything that turns a place into an office or a desk."""
    complete("offices.tsv", _codes(tables, "offices.tsv", OFFICES, "office", "seat", "zones", "sub_offices"), OFFICES)
    complete("desks.tsv", _codes(tables, "desks.tsv", DESKS, "desk", "name", "directorate"), DESKS)
    whole = _whole_areas(tables)
    counties = _counties(tables, whole)
    areas = _offices_by_area(whole, counties)
    zip3, military = _zip3(tables, areas)
    zip5 = _zip5(tables, areas)
    complete("zip3.tsv", (zone.area for zone in (*zip3.values(), *zip5.values())), {*areas, *_MILITARY})
    desks, home, uninhabited = _countries(tables)
    return Places(
        areas=MappingProxyType(areas),
        counties=MappingProxyType(counties),
        states=MappingProxyType(_states()),
        borders=MappingProxyType(_borders(tables)),
        cities=MappingProxyType(_cities(tables, areas)),
        towns=MappingProxyType(_towns(tables)),
        zip3=MappingProxyType(zip3),
        zip5=MappingProxyType(zip5),
        military=MappingProxyType(military),
        gateways=MappingProxyType(_gateways(tables, areas, desks)),
        desks=MappingProxyType(desks),
        aliases=MappingProxyType(_aliases(tables, desks)),
        home=home,
        uninhabited=uninhabited,
    )


def _codes(tables: Tables, file: str, known: Collection[str], column: str, *others: str) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for row in tables.read(file, column, *others):
        enter(rows, row.one_of(column, known), row, row)
    return rows


def _whole_areas(tables: Tables) -> dict[str, str]:
    areas: dict[str, str] = {}
    for row in tables.read("areas.tsv", "area", "office"):
        enter(areas, row.one_of("area", _AREAS), row.one_of("office", {*OFFICES, SPLIT}), row)
    complete("areas.tsv", areas, _AREAS)
    return areas


def _counties(tables: Tables, whole: dict[str, str]) -> dict[tuple[str, str], tuple[str, str]]:
    counties: dict[tuple[str, str], tuple[str, str]] = {}
    split = {area for area, office in whole.items() if office == SPLIT}
    for row in tables.read("counties.tsv", "state", "county", "office"):
        county, *older_names = row.several("county")
        for name in (county, *older_names):
            key = (row.one_of("state", split), fold_county(name))
            enter(counties, key, (row.one_of("office", OFFICES), county), row)
    named = {(state, name) for (state, _), (_, name) in counties.items()}
    for state, count in Counter(state for state, _ in named).items():
        if count != _COUNTIES.get(state, count):
            raise BadTable(f"counties.tsv: {state} has {count} counties instead of {_COUNTIES[state]}")
    complete("counties.tsv", (state for state, _ in counties), split)
    return counties


def _offices_by_area(
    whole: dict[str, str], counties: dict[tuple[str, str], tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    areas: dict[str, tuple[str, ...]] = {area: (office,) for area, office in whole.items() if office != SPLIT}
    for area in sorted(whole.keys() - areas.keys()):
        areas[area] = tuple(dict.fromkeys(office for (state, _), (office, _) in counties.items() if state == area))
    return areas


def _states() -> dict[str, str]:
    """Name every state as people write it, besides its code: Texas, US-TX."""
    return {fold(written): code for code, name in _STATES.items() for written in (name, f"US-{code}")}


def _borders(tables: Tables) -> dict[str, frozenset[str]]:
    borders: dict[str, frozenset[str]] = {}
    for row in tables.read("borders.tsv", "area", "borders"):
        neighbours = frozenset(row.several("borders", " "))
        if unknown := neighbours - _AREAS:
            raise row.wrong(f"{', '.join(sorted(unknown))} is no state or territory")
        enter(borders, row.one_of("area", _AREAS), neighbours, row)
    complete("borders.tsv", borders, _AREAS)
    for area, neighbours in borders.items():
        for other in neighbours:
            if area not in borders[other]:
                raise BadTable(f"borders.tsv: {area} borders {other}, but not the other way round")
    return borders


def _cities(tables: Tables, areas: dict[str, tuple[str, ...]]) -> dict[tuple[str, str], tuple[str, str]]:
    cities: dict[tuple[str, str], tuple[str, str]] = {}
    for row in tables.read("cities.tsv", "state", "office", "initial", "cities"):
        office = _office_in(row, row.one_of("state", areas), areas)
        for city in row.several("cities"):
            enter(cities, (row["state"], fold(city)), (office, city), row)
    return cities


def _towns(tables: Tables) -> dict[str, Town]:
    """Gather each name of towns with every state that has it."""
    names: dict[str, str] = {}
    areas: dict[str, list[str]] = defaultdict(list)
    for row in tables.read("towns.tsv", "area", "initial", "towns"):
        area = row.one_of("area", {*_AREAS, ABROAD})
        for town in row.several("towns"):
            key = fold(town)
            names.setdefault(key, town)
            areas[key].append(area)
    return {key: _town(name, areas[key]) for key, name in names.items()}


def _town(name: str, areas: list[str]) -> Town:
    return Town(name, tuple(dict.fromkeys(area for area in areas if area != ABROAD)), ABROAD in areas)


def _zip3(tables: Tables, areas: dict[str, tuple[str, ...]]) -> tuple[dict[str, ZipArea], dict[str, str]]:
    found: dict[str, ZipArea] = {}
    military: dict[str, str] = {}
    for row in tables.read("zip3.tsv", "first", "last", "area", "office", "also"):
        if row["area"] in _MILITARY:
            zone = ZipArea(row["area"], desk=row.one_of("office", DESKS))
            military[row["area"]] = row["office"]
        else:
            main = _office_in(row, row.one_of("area", areas), areas)
            zone = ZipArea(row["area"], (main, *(_known_office(row, office) for office in row.several("also"))))
        for number in range(_number(row, "first", 3), _number(row, "last", 3) + 1):
            enter(found, f"{number:03d}", zone, row)
    return found, military


def _zip5(tables: Tables, areas: dict[str, tuple[str, ...]]) -> dict[str, ZipArea]:
    found: dict[str, ZipArea] = {}
    for row in tables.read("zip5.tsv", "zip3", "area", "office", "endings"):
        if row["office"] in DESKS:
            zone = ZipArea(row["area"], desk=row["office"])
        else:
            zone = ZipArea(row["area"], (_office_in(row, row.one_of("area", areas), areas),))
        for ending in row.several("endings", " "):
            if not ending.isdigit() or len(ending) != 2:
                raise row.wrong(f"{ending!r} is no ending of a ZIP code")
            _number(row, "zip3", 3)
            enter(found, row["zip3"] + ending, zone, row)
    return found


def _gateways(
    tables: Tables, areas: dict[str, tuple[str, ...]], desks: dict[str, str]
) -> dict[str, tuple[Gateway, ...]]:
    found: dict[str, list[Gateway]] = defaultdict(list)
    for row in tables.read("gateways.tsv", "kind", "code", "site", "office", "names"):
        kind = row.one_of("kind", _GATEWAY_KINDS)
        abroad = kind == "preclearance"
        target = _desk_of(row, desks) if abroad else _office_in(row, row.one_of("site", areas), areas)
        names = row.several("names")
        if not names:
            raise row.wrong("a gateway needs a name")
        gateway = Gateway(kind, row["code"] or names[0], row["site"], target, abroad, kind == "described")
        for key in {fold(name) for name in (row["code"], *names) if name}:
            found[key].append(gateway)
    return {key: tuple(gateways) for key, gateways in found.items()}


def _countries(tables: Tables) -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    desks: dict[str, str] = {}
    apart: dict[str, set[str]] = {"domestic": set(), "uninhabited": set()}
    for row in tables.read("countries.tsv", "country", "desk", "subregion", "name"):
        enter(desks, row.one_of("country", _COUNTRIES), row.one_of("desk", DESKS), row)
        if row["subregion"] in apart:
            apart[row["subregion"]].add(row["country"])
    complete("countries.tsv", desks, _COUNTRIES)
    return desks, frozenset(apart["domestic"]), frozenset(apart["uninhabited"])


def _aliases(tables: Tables, desks: dict[str, str]) -> dict[str, str | None]:
    """Read the other spellings of a country: our own, and every code and name that ISO 3166-1 has."""
    aliases: dict[str, str | None] = {}
    for row in tables.read("country-aliases.tsv", "written", "country"):
        if row["written"] in desks:
            raise row.wrong(f"{row['written']!r} is a country of its own")
        enter(aliases, fold(row["written"]), row.one_of("country", {*desks, ""}) or None, row)
    for country in pycountry.countries:
        for name in ("alpha_3", "numeric", "name", "common_name", "official_name"):
            if written := getattr(country, name, None):
                aliases.setdefault(fold(written), country.alpha_2)
    return aliases


def _office_in(row: Row, area: str, areas: dict[str, tuple[str, ...]]) -> str:
    """Hold the office of a place to the state it lies in: that is what traps like CVG are about."""
    if row["office"] not in areas[area]:
        raise row.wrong(f"office {row['office']!r} does not act in {area}")
    return row["office"]


def _known_office(row: Row, office: str) -> str:
    if office not in OFFICES:
        raise row.wrong(f"office {office!r} is not known")
    return office


def _desk_of(row: Row, desks: dict[str, str]) -> str:
    if row["office"] != desks.get(row["site"]):
        raise row.wrong(f"{row['office']!r} is not the desk of {row['site']}")
    return row["office"]


def _number(row: Row, column: str, digits: int) -> int:
    if not row[column].isdigit() or len(row[column]) != digits:
        raise row.wrong(f"{column} {row[column]!r} must have {digits} digits")
    return int(row[column])
