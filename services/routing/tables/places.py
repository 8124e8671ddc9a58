"""The tables of places together: every state, territory, gateway and country, each with its office or desk."""

from collections.abc import Collection
from types import MappingProxyType

from schemas.vocabulary.offices import DESKS, OFFICES
from services.routing.domain.ruleset import Places
from services.routing.tables.areas import read_areas, read_borders, state_names
from services.routing.tables.countries import read_aliases, read_countries
from services.routing.tables.gateways import read_gateways
from services.routing.tables.rows import Row, Tables, enter
from services.routing.tables.towns import read_cities, read_towns
from services.routing.tables.zips import read_zips


def read_places(tables: Tables) -> Places:
    """Read and check everything that turns a place into an office or a desk."""
    _codes(tables, "offices.tsv", OFFICES, "office", "seat", "zones", "sub_offices")
    _codes(tables, "desks.tsv", DESKS, "desk", "name", "directorate")
    areas, counties = read_areas(tables)
    desks, home, uninhabited = read_countries(tables)
    zip3, zip5, military = read_zips(tables, areas, desks)
    return Places(
        areas=MappingProxyType(areas),
        counties=MappingProxyType(counties),
        states=MappingProxyType(state_names()),
        borders=MappingProxyType(read_borders(tables)),
        cities=MappingProxyType(read_cities(tables, areas)),
        towns=MappingProxyType(read_towns(tables)),
        zip3=MappingProxyType(zip3),
        zip5=MappingProxyType(zip5),
        military=MappingProxyType(military),
        gateways=MappingProxyType(read_gateways(tables, areas, desks, home)),
        desks=MappingProxyType(desks),
        aliases=MappingProxyType(read_aliases(tables)),
        home=home,
        uninhabited=uninhabited,
    )


def _codes(tables: Tables, file: str, known: Collection[str], column: str, *others: str) -> None:
    rows: dict[str, Row] = {}
    for row in tables.read(file, column, *others):
        with tables.noting(row):
            enter(rows, row.one_of(column, known), row, row)
    tables.complete(file, rows, known, column)
