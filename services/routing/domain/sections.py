"""From sections of the US Code to categories: which one a section leads to, and which others hold it too."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.us_code import UsSection, read_section
from schemas.vocabulary.facts import Category
from services.routing.domain.ruleset import Offences

TABLE_ORDER = {category: position for position, category in enumerate(Category)}


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the tables: the category it leads to, and every category that lists it."""

    lead: Category
    held: frozenset[Category]


def look_up(written: Iterable[str], offences: Offences, goods: bool) -> tuple[Section, ...]:
    """Find sections in any usual spelling, each once; `goods` says that the referral is about goods."""
    read = (read_section(text) for text in written)
    found = (_found(section, offences, goods) for section in dict.fromkeys(read) if section is not None)
    return tuple(section for section in found if section is not None)


def most_specific(sections: Iterable[Section], offences: Offences) -> Category:
    """Take the row that holds most sections; among equals the one that leads most of them, then the narrowest."""
    sections = tuple(sections)
    held = Counter(category for section in sections for category in section.held)
    leading = Counter(section.lead for section in sections)

    def preference(category: Category) -> tuple[int, int, str, int, int]:
        urgency, size = offences.urgency[category], offences.sizes[category]
        return (-held[category], -leading[category], urgency, size, TABLE_ORDER[category])

    return min(held, key=preference)


def _found(section: UsSection, offences: Offences, goods: bool) -> Section | None:
    key = f"{section.title} {section.number.lower()}"
    rows = [row for row in offences.rows.get(key, ()) if section.parts.startswith(row.parts)]
    if not rows:
        return None
    # A row that lists just these parts is closer than one that lists the section: 1956(c)(7) is no plain laundering.
    closest = max(rows, key=lambda row: len(row.parts))
    owner = offences.leads.get(key)
    lead = closest.category
    if owner is not None and not closest.parts:
        lead = owner.with_goods if goods and owner.with_goods else owner.category
    return Section(lead, frozenset(row.category for row in rows) | {lead})
