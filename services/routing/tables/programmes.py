"""The tables of programmes: who is owed a copy, and who owns what leads to no office."""

from collections import defaultdict
from types import MappingProxyType

from schemas.vocabulary.facts import Category
from schemas.vocabulary.offices import PROGRAMMES
from services.routing.domain.handling import FOREIGN
from services.routing.domain.ruleset import Programmes
from services.routing.tables.rows import Tables, enter

EVERY = "*"
_BELONGS = frozenset({"hsi", "agency", "interagency", FOREIGN})
_WHEN = frozenset({"always", "channel-ncb", "host-state-listed"})
_CATEGORIES = frozenset(Category)


def read_programmes(tables: Tables, countries: frozenset[str], home: frozenset[str]) -> Programmes:
    """Read and check who receives copies and who owns a referral pro tem."""
    belongs: dict[str, str] = {}
    for row in tables.read("programmes.tsv", "programme", "name", "belongs"):
        with tables.noting(row):
            enter(belongs, row.one_of("programme", PROGRAMMES), row.one_of("belongs", _BELONGS), row)
    tables.complete("programmes.tsv", belongs, PROGRAMMES, "programme")
    return Programmes(
        copies=MappingProxyType(_copies(tables)),
        pro_tem=MappingProxyType(_pro_tem(tables, belongs)),
        belongs=MappingProxyType(belongs),
        tciu_hosts=frozenset(_hosts(tables, countries, home)),
    )


def _pro_tem(tables: Tables, belongs: dict[str, str]) -> dict[Category, str]:
    pro_tem: dict[Category, str] = {}
    for row in tables.read("pro-tem.tsv", "category", "programme"):
        with tables.noting(row):
            programme = row.one_of("programme", PROGRAMMES)
            if belongs.get(programme) == FOREIGN:
                problem = f"{programme} is a foreign programme and can own no referral"
                raise row.wrong("foreign-owner", problem, "name a programme of our own")
            enter(pro_tem, Category(row.one_of("category", _CATEGORIES)), programme, row)
    return pro_tem


def _hosts(tables: Tables, countries: frozenset[str], home: frozenset[str]) -> dict[str, str]:
    hosts: dict[str, str] = {}
    for row in tables.read("tciu-hosts.tsv", "country"):
        with tables.noting(row):
            country = row.one_of("country", countries)
            if country in home:
                raise row.wrong("host-at-home", f"{country} is no foreign state", "name the state that hosts the unit")
            enter(hosts, country, country, row)
    return hosts


def _copies(tables: Tables) -> dict[Category, tuple[tuple[str, str], ...]]:
    found: dict[Category, dict[str, str]] = defaultdict(dict)
    for row in tables.read("copies.tsv", "programme", "category", "when"):
        with tables.noting(row):
            programme, when = row.one_of("programme", PROGRAMMES), row.one_of("when", _WHEN)
            one = row.one_of("category", {*_CATEGORIES, EVERY})
            for category in Category if one == EVERY else (Category(one),):
                enter(found[category], programme, when, row)
    return {category: tuple(copies.items()) for category, copies in found.items()}
