"""The tables of offences: categories with their urgency, and the sections of the US Code under them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from types import MappingProxyType

from schemas.us_code import TITLES, read_section
from schemas.vocabulary import Category, Urgency
from services.routing.domain.ruleset import Offences, StatuteLead, StatuteRow
from services.routing.tables.rows import Row, Tables, complete, enter

_CATEGORIES = frozenset(Category)
_LISTED = re.compile(
    r"^(?P<first>\d+)(?P<letter>[A-Za-z]?)(?:-(?P<last>\d+)(?P<until>[A-Za-z]?))?(?P<parts>(\(\w+\))*)$"
)


def read_offences(tables: Tables) -> Offences:
    """Read and check everything that turns an offence into a category."""
    urgency: dict[Category, Urgency] = {}
    raised: dict[Category, str] = {}
    for row in tables.read("categories.tsv", "letter", "category", "name", "urgency", "raised", "programme"):
        category = Category(row.one_of("category", _CATEGORIES))
        enter(urgency, category, Urgency(row.one_of("urgency", frozenset(Urgency))), row)
        raised[category] = row["raised"]
    complete("categories.tsv", urgency, _CATEGORIES)
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
        title = row.one_of("title", {str(title) for title in TITLES})
        category = Category(row.one_of("category", _CATEGORIES))
        for number, parts in _sections_of(row):
            statute = StatuteRow(parts, category)
            if statute in found[f"{title} {number}"]:
                raise row.wrong(f"{title} USC {number}{parts} stands under {category} already")
            found[f"{title} {number}"].append(statute)
            sizes[category] += 1
    return {key: tuple(statutes) for key, statutes in found.items()}, sizes


def _sections_of(row: Row) -> Iterator[tuple[str, str]]:
    """Spell out what a row lists: `1956(c)(7)`, `1581-1584` or `2339A-2339D`."""
    listed = _LISTED.match(row["section"])
    if listed is None:
        raise row.wrong(f"section {row['section']!r} cannot be read")
    first, letter, parts = int(listed["first"]), listed["letter"].lower(), listed["parts"].lower()
    if listed["last"] is None:
        yield f"{first}{letter}", parts
    elif letter:
        for code in range(ord(letter), ord(listed["until"].lower() or letter) + 1):
            yield f"{first}{chr(code)}", parts
    else:
        for number in range(first, int(listed["last"]) + 1):
            yield str(number), parts


def _leads(tables: Tables, rows: dict[str, tuple[StatuteRow, ...]]) -> dict[str, StatuteLead]:
    leads: dict[str, StatuteLead] = {}
    for row in tables.read("statute-leads.tsv", "section", "category", "with_goods"):
        section = read_section(row["section"])
        if section is None or f"{section.title} {section.number.lower()}" not in rows:
            raise row.wrong(f"section {row['section']!r} stands under no category")
        goods = row.one_of("with_goods", {*_CATEGORIES, ""})
        lead = StatuteLead(Category(row.one_of("category", _CATEGORIES)), Category(goods) if goods else None)
        enter(leads, f"{section.title} {section.number.lower()}", lead, row)
    return leads
