"""The table of gateways: ports, airports, hubs and crossings, each with the office of its true site."""

from collections import defaultdict
from collections.abc import Mapping

from services.routing.domain.names import fold
from services.routing.domain.ruleset import Gateway
from services.routing.tables.areas import AREAS, Areas
from services.routing.tables.countries import COUNTRIES
from services.routing.tables.faults import quote
from services.routing.tables.rows import Row, Tables
from services.routing.tables.zips import desk_of, office_in

_KINDS = frozenset(
    {"air", "express", "mail", "sea", "land-south", "land-north", "namesake", "described", "preclearance"}
)
_SHARING = frozenset({"namesake", "described"})
"""Kinds of row that say of a name what another row says too."""


def read_gateways(
    tables: Tables, areas: Areas, desks: Mapping[str, str], home: frozenset[str]
) -> dict[str, tuple[Gateway, ...]]:
    """Read every gateway under its code and each of its common names."""
    found: dict[str, list[Gateway]] = defaultdict(list)
    coded: dict[str, Gateway] = {}
    for row in tables.read("gateways.tsv", "kind", "code", "site", "office", "names"):
        with tables.noting(row):
            gateway, keys = _gateway(row, areas, desks, home)
            if row["code"] and gateway.kind not in _SHARING:
                _hold_to_one_site(row, gateway, coded)
            for key in keys:
                found[key].append(gateway)
    return {key: tuple(gateways) for key, gateways in found.items()}


def _gateway(row: Row, areas: Areas, desks: Mapping[str, str], home: frozenset[str]) -> tuple[Gateway, frozenset[str]]:
    kind = row.one_of("kind", _KINDS)
    names = row.several("names")
    keys = frozenset(fold(name) for name in (row["code"], *names) if name)
    if not names or not all(keys):
        raise row.wrong("no-name", f"names {quote(row['names'])} name no gateway", "write the names with | between two")
    abroad = kind == "preclearance"
    target = _desk_abroad(row, desks, home) if abroad else office_in(row, row.one_of("site", AREAS, "area"), areas)
    return Gateway(kind, row["code"] or names[0], row["site"], target, abroad, kind == "described"), keys


def _desk_abroad(row: Row, desks: Mapping[str, str], home: frozenset[str]) -> str:
    country = row.one_of("site", COUNTRIES, "country")
    if country in home:
        raise row.wrong("preclearance-at-home", f"{country} is not abroad", "name the country of the checkpoint")
    return desk_of(row, country, desks)


def _hold_to_one_site(row: Row, gateway: Gateway, coded: dict[str, Gateway]) -> None:
    other = coded.setdefault(row["code"], gateway)
    if other is gateway:
        return
    if (other.area, other.target) != (gateway.area, gateway.target) or other.kind == gateway.kind:
        problem = f"code {quote(row['code'])} stands for {other.kind} in {other.area} already"
        raise row.wrong("code-twice", problem, "correct the code, or enter the second place as a namesake")
