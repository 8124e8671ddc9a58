"""The tables of programmes: who is owed a copy, and who owns what leads to no office."""

from collections import defaultdict
from types import MappingProxyType

from schemas.vocabulary import PROGRAMMES, Category
from services.routing.domain.ruleset import Programmes
from services.routing.tables.rows import Tables, complete, enter

EVERY = "*"
_BELONGS = frozenset({"hsi", "agency", "interagency", "foreign"})
_WHEN = frozenset({"always", "channel-ncb", "host-state-listed"})
_CATEGORIES = frozenset(Category)


def read_programmes(tables: Tables, countries: frozenset[str]) -> Programmes:
    """Read and check who receives copies and who owns a referral pro tem."""
    belongs: dict[str, str] = {}
    for row in tables.read("programmes.tsv", "programme", "name", "belongs"):
        enter(belongs, row.one_of("programme", PROGRAMMES), row.one_of("belongs", _BELONGS), row)
    complete("programmes.tsv", belongs, PROGRAMMES)
    pro_tem: dict[Category, str] = {}
    for row in tables.read("pro-tem.tsv", "category", "programme"):
        category = Category(row.one_of("category", _CATEGORIES))
        enter(pro_tem, category, row.one_of("programme", PROGRAMMES), row)
    hosts = frozenset(row.one_of("country", countries) for row in tables.read("tciu-hosts.tsv", "country"))
    return Programmes(MappingProxyType(_copies(tables)), MappingProxyType(pro_tem), MappingProxyType(belongs), hosts)


def _copies(tables: Tables) -> dict[Category, tuple[tuple[str, str], ...]]:
    found: dict[Category, dict[str, str]] = defaultdict(dict)
    for row in tables.read("copies.tsv", "programme", "category", "when"):
        programme, when = row.one_of("programme", PROGRAMMES), row.one_of("when", _WHEN)
        one = row.one_of("category", {*_CATEGORIES, EVERY})
        for category in Category if one == EVERY else (Category(one),):
            enter(found[category], programme, when, row)
    return {category: tuple(copies.items()) for category, copies in found.items()}
