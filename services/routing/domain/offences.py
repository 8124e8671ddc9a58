"""From what the requester states to one lead category: stated, else by section, else unclassified."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.us_code import UsSection, read_section
from schemas.vocabulary import Category, NexusKind, RequestType
from services.routing.domain.facts import Facts, Offence
from services.routing.domain.ruleset import Offences

TABLE_ORDER = {category: position for position, category in enumerate(Category)}
_GOODS = frozenset({NexusKind.GOODS_ENTRY, NexusKind.GOODS_EXIT, NexusKind.DESTINATION_ADDRESS})
_FOR_THE_PERSON = frozenset({RequestType.FUGITIVE, RequestType.PERSON_LOCATION})


@dataclass(frozen=True, slots=True)
class Classified:
    """The categories of a referral: `named` are the lead and all that were stated or lead a section of their own."""

    lead: Category
    named: tuple[Category, ...]
    labels: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class _Section:
    lead: Category
    held: frozenset[Category]


def classify(facts: Facts, offences: Offences) -> Classified:
    """Choose the lead category; every other one becomes a label."""
    stated = _stated(facts)
    goods = any(nexus.kind in _GOODS for nexus in facts.nexus)
    alone = _sections((o for o in facts.offences if not _is_stated(o)), offences, goods)
    beside = _sections((o for o in facts.offences if _is_stated(o)), offences, goods)
    lead = _lead(stated, alone, offences)
    named = _in_order({lead, *stated, *(section.lead for section in alone)})
    held = {category for section in (*alone, *beside) for category in section.held}
    return Classified(lead, named, _in_order({*named, *held} - {lead}))


def _is_stated(offence: Offence) -> bool:
    return offence.category not in (None, Category.UNCLASSIFIED)


def _stated(facts: Facts) -> frozenset[Category]:
    stated = frozenset(o.category for o in facts.offences if o.category and _is_stated(o))
    if stated == {Category.ORDINARY_CRIME} and facts.request_type in _FOR_THE_PERSON:
        return stated | {Category.FOREIGN_FUGITIVE}
    return stated


def _lead(stated: frozenset[Category], alone: tuple[_Section, ...], offences: Offences) -> Category:
    if stated:
        # Ordinary crime has no section and no programme of its own, so it leads only where it stands alone.
        rest = stated - {Category.ORDINARY_CRIME} or stated
        return min(rest, key=lambda category: (offences.urgency[category], TABLE_ORDER[category]))
    return _most_specific(alone, offences) if alone else Category.UNCLASSIFIED


def _most_specific(sections: tuple[_Section, ...], offences: Offences) -> Category:
    """Take the row that holds most sections; among equals the one that leads most of them, then the narrowest."""
    held = Counter(category for section in sections for category in section.held)
    leading = Counter(section.lead for section in sections)

    def preference(category: Category) -> tuple[int, int, str, int, int]:
        urgency, size = offences.urgency[category], offences.sizes[category]
        return (-held[category], -leading[category], urgency, size, TABLE_ORDER[category])

    return min(held, key=preference)


def _sections(given: Iterable[Offence], offences: Offences, goods: bool) -> tuple[_Section, ...]:
    read = (read_section(offence.section) for offence in given if offence.section)
    found = (_look_up(section, offences, goods) for section in dict.fromkeys(read) if section is not None)
    return tuple(section for section in found if section is not None)


def _look_up(section: UsSection, offences: Offences, goods: bool) -> _Section | None:
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
    return _Section(lead, frozenset(row.category for row in rows) | {lead})


def _in_order(categories: set[Category]) -> tuple[Category, ...]:
    return tuple(sorted(categories, key=TABLE_ORDER.__getitem__))
