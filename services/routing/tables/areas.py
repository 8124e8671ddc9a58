"""The tables of areas: every state and territory with its office, the counties of split states, and their borders."""

from collections import defaultdict
from collections.abc import Mapping

import pycountry

from schemas.vocabulary.offices import OFFICES
from services.routing.domain.names import fold, fold_county
from services.routing.tables.county_names import COUNTIES
from services.routing.tables.faults import listed, quote
from services.routing.tables.rows import Row, Tables, enter

SPLIT = "split"
_UNINHABITED = "UM"
"""The minor outlying islands are a subdivision too, but no area: nobody can be at home there."""
_STATES = {
    area.code.removeprefix("US-"): area.name
    for area in pycountry.subdivisions
    if area.country_code == "US" and not area.code.endswith(_UNINHABITED)
}
AREAS = frozenset(_STATES)
"""The states, the district and the territories, by their USPS codes."""
Areas = Mapping[str, tuple[str, ...]]
Counties = Mapping[tuple[str, str], tuple[str, str]]


def read_areas(tables: Tables) -> tuple[Areas, Counties]:
    """Read which offices act in each state and territory, and in each county of those that are split."""
    whole: dict[str, str] = {}
    for row in tables.read("areas.tsv", "area", "office"):
        with tables.noting(row):
            enter(whole, row.one_of("area", AREAS), row.one_of("office", {*OFFICES, SPLIT}), row)
    tables.complete("areas.tsv", whole, AREAS, "area")
    counties = _counties(tables, whole)
    areas: dict[str, tuple[str, ...]] = {area: (office,) for area, office in whole.items() if office != SPLIT}
    for area in sorted(whole.keys() - areas.keys()):
        areas[area] = tuple(dict.fromkeys(office for (state, _), (office, _) in counties.items() if state == area))
    return areas, counties


def _counties(tables: Tables, whole: Mapping[str, str]) -> Counties:
    counties: dict[tuple[str, str], tuple[str, str]] = {}
    split = {area for area, office in whole.items() if office == SPLIT}
    for row in tables.read("counties.tsv", "state", "county", "office"):
        with tables.noting(row):
            _enter_county(counties, row, split, tables)
    tables.complete("counties.tsv", (state for state, _ in counties), split, "counties")
    for state in sorted({state for state, _ in counties} & COUNTIES.keys()):
        _note_missing(tables, state, COUNTIES[state] - {name for other, name in counties if other == state})
    return counties


def _enter_county(counties: dict[tuple[str, str], tuple[str, str]], row: Row, split: set[str], tables: Tables) -> None:
    state, office = row.one_of("state", AREAS, "area"), row.one_of("office", OFFICES)
    if state not in split and not tables.is_spoiled("areas.tsv"):
        mend = "leave the row out, or write 'split' as the office of the state in areas.tsv"
        raise row.wrong("county-of-a-whole-state", f"{state} belongs to one office as a whole", mend)
    county, *older_names = row.several("county") or ("",)
    if state in COUNTIES and fold_county(county) not in COUNTIES[state]:
        raise row.wrong("unknown-county", f"{quote(county)} is no county of {state}", "write its name without the word")
    for name in (county, *older_names):
        if not fold_county(name):
            raise row.wrong("no-name", f"county {quote(name)} is no name", "write the name of the county")
        enter(counties, (state, fold_county(name)), (office, county), row)


def _note_missing(tables: Tables, state: str, missing: frozenset[str]) -> None:
    untold = missing - {fold_county(cell.partition("|")[0]) for cell in tables.spoiled["counties.tsv"]}
    for row in tables.apart["counties.tsv"]:
        county = row["county"].partition("|")[0]
        if row["state"] == state and fold_county(county) in untold:
            untold -= {fold_county(county)}
            tables.tell_of(row, f"{county} county, {state}")
    if untold:
        problem = f"nothing is said of {len(untold)} of the counties of {state}: {listed(sorted(untold))}"
        tables.note("counties.tsv", "no-county", problem, "add a row for each of them")


def state_names() -> dict[str, str]:
    """Name every state as people write it, besides its code: Texas, US-TX."""
    return {fold(written): code for code, name in _STATES.items() for written in (name, f"US-{code}")}


def read_borders(tables: Tables) -> dict[str, frozenset[str]]:
    """Read which states touch; whatever is said of one side must be said of the other."""
    borders: dict[str, frozenset[str]] = {}
    lines: defaultdict[str, int | None] = defaultdict(lambda: None)
    for row in tables.read("borders.tsv", "area", "borders"):
        with tables.noting(row):
            area = row.one_of("area", AREAS)
            neighbours = frozenset(row.known(one, AREAS, "area") for one in row.several("borders", " "))
            if area in neighbours:
                raise row.wrong("borders-itself", f"{area} borders itself", "take it out of its own row")
            enter(borders, area, neighbours, row)
            lines[area] = row.line
    tables.complete("borders.tsv", borders, AREAS, "area")
    for area, neighbours in borders.items():
        for other in sorted(neighbours & borders.keys()):
            if area not in borders[other]:
                problem = f"{area} borders {other}, but not the other way round"
                tables.note("borders.tsv", "one-sided-border", problem, "correct one of the two rows", lines[area])
    return borders
