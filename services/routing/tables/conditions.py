"""The words in which a rule may ask: for each dimension, what may stand in its cell and how it is compared."""

from collections.abc import Callable, Collection, Mapping

from schemas.marks import TLP_LABELS, Condition, HandlingCode
from schemas.vocabulary.facts import Category, Flag
from schemas.vocabulary.offices import DESKS, OFFICES
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES, Channel, RequestType, Urgency
from services.routing.domain.described import INTERNATIONAL_BODY, NOFORN, PROTECTED_PERSON, county_key, flag_key
from services.routing.domain.names import fold_county
from services.routing.domain.rules import Dimension
from services.routing.domain.ruleset import Places
from services.routing.domain.situation import SITUATIONS
from services.routing.tables.faults import quote
from services.routing.tables.rows import Row

Words = Callable[[Row, str], str]
"""Reads one word of a cell into what a referral is compared with."""

_MARKS = frozenset(
    {*TLP_LABELS, *HandlingCode, *Condition, NOFORN, PROTECTED_PERSON, *(flag_key(flag) for flag in Flag)}
)


def words_of(places: Places) -> Mapping[Dimension, Words]:
    """Give the reader of each dimension's words."""
    requesters = frozenset({*places.desks, *DESKS, INTERNATIONAL_BODY})
    return {
        Dimension.NEXUS: _one_of(SITUATIONS, "nexus"),
        Dimension.PLACE: _place(places),
        Dimension.CATEGORY: _one_of(frozenset(Category), "category"),
        Dimension.URGENCY: _one_of(frozenset(Urgency), "urgency"),
        Dimension.REQUESTER: _one_of(requesters, "requester"),
        Dimension.REQUEST_TYPE: _request_type,
        Dimension.CHANNEL: _one_of(frozenset(Channel), "channel"),
        Dimension.MARKS: _one_of(_MARKS, "mark"),
    }


def _one_of(known: Collection[str], subject: str) -> Words:
    return lambda row, word: str(row.known(word, known, subject))


def _request_type(row: Row, word: str) -> str:
    if word in DESK_ONLY_REQUEST_TYPES:
        problem = f"{word} stays at the requester's desk before any rule is asked"
        raise row.wrong("desk-only-request-type", problem, "leave it out")
    return row.known(word, frozenset(RequestType), "request_type")


def _place(places: Places) -> Words:
    areas = frozenset({"US", "UM", *places.areas, *places.military, *OFFICES})
    gateways = frozenset(gateway.name for several in places.gateways.values() for gateway in several)
    countries = frozenset(places.desks) - places.home
    split = frozenset(area for area, _ in places.counties)
    prefixes = frozenset({*places.zip3, *(code[:3] for code in places.zip5)})

    def read(row: Row, word: str) -> str:
        kind, _, rest = word.partition(" ")
        if kind == "gateway":
            return f"gateway {row.known(rest, gateways, 'gateway')}"
        if kind == "country":
            return f"country {row.known(rest, countries, 'country')}"
        if kind == "ZIP":
            return f"ZIP {_zip(row, rest, prefixes)}"
        area, slash, county = word.partition("/")
        if not slash:
            return row.known(word, areas, "place")
        return _county(row, row.known(area, frozenset(places.areas), "area"), county, places, split)

    return read


def _zip(row: Row, digits: str, prefixes: Collection[str]) -> str:
    if not (digits.isascii() and digits.isdigit() and len(digits) in (3, 5) and digits[:3] in prefixes):
        problem = f"ZIP {quote(digits)} is no prefix or code that lies anywhere"
        raise row.wrong("unknown-zip", problem, "write three or five digits of a ZIP code in use")
    return digits


def _county(row: Row, area: str, county: str, places: Places, split: Collection[str]) -> str:
    folded = fold_county(county)
    if not folded or (area in split and (area, folded) not in places.counties):
        raise row.wrong("unknown-county", f"{quote(county)} is no county of {area}", "write it as counties.tsv does")
    return county_key(area, county)
