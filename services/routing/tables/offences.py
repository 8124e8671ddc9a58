"""The tables of offences: categories with their urgency, and the sections of the US Code under them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from types import MappingProxyType

from schemas.us_code import TITLES, read_section
from schemas.vocabulary.facts import Category
from schemas.vocabulary.requests import Urgency
from services.routing.domain.ruleset import Offences, StatuteLead, StatuteRow
from services.routing.tables.faults import quote
from services.routing.tables.rows import Row, Tables, enter

_CATEGORIES = frozenset(Category)
_LISTED = re.compile(
    r"^(?P<first>\d{1,5})(?P<letter>[A-Za-z]?)(?:-(?P<last>\d{1,5})(?P<until>[A-Za-z]?))?(?P<parts>(\(\w{1,5}\))*)$",
    re.ASCII,
)
_MOST_IN_A_RANGE = 200


def read_offences(tables: Tables) -> Offences:
    """Read and check everything that turns an offence into a category."""
    urgency: dict[Category, Urgency] = {}
    raised: dict[Category, str] = {}
    for row in tables.read("categories.tsv", "letter", "category", "name", "urgency", "raised", "programme"):
        with tables.noting(row):
            category = Category(row.one_of("category", _CATEGORIES))
            enter(urgency, category, Urgency(row.one_of("urgency", frozenset(Urgency))), row)
            raised[category] = row["raised"]
    tables.complete("categories.tsv", urgency, _CATEGORIES, "category")
    rows, sizes = _statutes(tables)
    return Offences(
        urgency=MappingProxyType(urgency),
        raised=MappingProxyType(raised),
        rows=MappingProxyType(rows),
        leads=MappingProxyType(_leads(tables, rows)),
        sizes=MappingProxyType(sizes),
    )


def _statutes(tables: Tables) -> tuple[dict[str, tuple[StatuteRow, ...]], Counter[Category]]:
    found: dict[str, list[StatuteRow]] = defaultdict(list)
    sizes: Counter[Category] = Counter()
    for row in tables.read("statutes.tsv", "category", "title", "section", "heading"):
        with tables.noting(row):
            title = row.one_of("title", {str(title) for title in TITLES})
            category = Category(row.one_of("category", _CATEGORIES))
            for number, parts in _sections_of(row):
                _enter_statute(found[f"{title} {number}"], StatuteRow(parts, category), row)
                sizes[category] += 1
    return {key: tuple(statutes) for key, statutes in found.items()}, sizes


def _enter_statute(statutes: list[StatuteRow], statute: StatuteRow, row: Row) -> None:
    if statute in statutes:
        problem = f"section {quote(row['section'])} stands under {statute.category} already"
        raise row.wrong("section-twice", problem, "leave one of the rows out")
    statutes.append(statute)


def _sections_of(row: Row) -> Iterator[tuple[str, str]]:
    """Spell out what a row lists: `1956(c)(7)`, `1581-1584` or `2339A-2339D`."""
    match = _LISTED.match(row["section"])
    if match is None:
        mend = "write it like 1956(c)(7), 1581-1584 or 2339A-2339D"
        raise row.wrong("unreadable-section", f"section {quote(row['section'])} cannot be read", mend)
    numbers = _numbers(match)
    if not 0 < len(numbers) <= _MOST_IN_A_RANGE:
        problem = f"section {quote(row['section'])} does not run from a lower to a higher one"
        raise row.wrong("backward-sections", problem, f"put the lower one first, {_MOST_IN_A_RANGE} apart at most")
    yield from ((number, match["parts"].lower()) for number in numbers)


def _numbers(match: re.Match[str]) -> list[str]:
    first, letter = int(match["first"]), match["letter"].lower()
    if match["last"] is None:
        return [f"{first}{letter}"]
    if not letter:
        return [str(number) for number in range(first, int(match["last"]) + 1)]
    until = match["until"].lower() if match["last"] == match["first"] else ""
    return [f"{first}{chr(code)}" for code in range(ord(letter), ord(until) + 1)] if until else []


def _leads(tables: Tables, rows: dict[str, tuple[StatuteRow, ...]]) -> dict[str, StatuteLead]:
    leads: dict[str, StatuteLead] = {}
    for row in tables.read("statute-leads.tsv", "section", "category", "with_goods"):
        with tables.noting(row):
            key = _listed_section(row, rows, tables)
            goods = row.one_of("with_goods", {*_CATEGORIES, ""}, "category")
            lead = StatuteLead(Category(row.one_of("category", _CATEGORIES)), Category(goods) if goods else None)
            enter(leads, key, lead, row)
    return leads


def _listed_section(row: Row, rows: dict[str, tuple[StatuteRow, ...]], tables: Tables) -> str:
    section = read_section(row["section"])
    if section is None:
        raise row.wrong(
            "unreadable-section", f"section {quote(row['section'])} cannot be read", "write it like 18 USC 1956"
        )
    key = f"{section.title} {section.number.lower()}"
    if key not in rows and not tables.is_spoiled("statutes.tsv"):
        problem = f"section {quote(row['section'])} stands under no category"
        raise row.wrong("unlisted-section", problem, "list it in statutes.tsv, or leave this row out")
    return key
