"""From what the requester states to one lead category: stated, else by section, else as read, else unclassified."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.us_code import UsSection, read_section
from schemas.vocabulary import AskGround, Category, NexusKind, RequestType
from services.routing.domain.facts import Facts, Label, Offence
from services.routing.domain.ruleset import Offences

TABLE_ORDER = {category: position for position, category in enumerate(Category)}
_GOODS = frozenset({NexusKind.GOODS_ENTRY, NexusKind.GOODS_EXIT, NexusKind.DESTINATION_ADDRESS})
_FOR_THE_PERSON = frozenset({RequestType.FUGITIVE, RequestType.PERSON_LOCATION})
_GIVES_WAY = (Category.ORDINARY_CRIME,)
"""It has no section and no programme of its own, so it leads only where it stands alone."""
_GIVES_WAY_AS_READ = (Category.ORDINARY_CRIME, Category.GANGS)
"""An association that a charge sheet adds to everything never leads where another category was read."""
_STOPS_A_READING = frozenset({AskGround.UNTRANSLATED, AskGround.READINGS_COMPETE, AskGround.BELOW_FLOOR})
"""Beside a charge that was read, one of these may still have led; a charge that says nothing at all may not."""


class KnownBy(StrEnum):
    """How a lead category is known."""

    STATED = "stated"
    SECTION = "section"
    READ = "read"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Classified:
    """The categories of a referral: `named` are the lead and all that were stated, read or lead a section."""

    lead: Category
    known_by: KnownBy
    named: tuple[Category, ...]
    labels: tuple[Category, ...]
    read: Label | None = None
    """The label that leads, where the lead was read from a charge."""
    asks: tuple[AskGround, ...] = ()
    """Why a person must read the charges."""


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
    held = {category for section in (*alone, *beside) for category in section.held}
    seen = {label.category for offence in facts.offences for label in offence.labels}
    if stated:
        named = _in_order({*stated, *(section.lead for section in alone)})
        return _classified(_first(stated, offences, _GIVES_WAY), KnownBy.STATED, named, {*held, *seen})
    if alone:
        lead = _most_specific(alone, offences)
        return _classified(lead, KnownBy.SECTION, (lead, *(section.lead for section in alone)), {*held, *seen})
    return _as_read(facts, offences, seen)


def _classified(lead: Category, known_by: KnownBy, named: Iterable[Category], others: set[Category]) -> Classified:
    named = _in_order({lead, *named})
    return Classified(lead, known_by, named, _in_order({*named, *others} - {lead}))


def _is_stated(offence: Offence) -> bool:
    return offence.category not in (None, Category.UNCLASSIFIED)


def _stated(facts: Facts) -> frozenset[Category]:
    stated = frozenset(o.category for o in facts.offences if o.category and _is_stated(o))
    return stated | {Category.FOREIGN_FUGITIVE} if _is_of_a_wanted_person(stated, facts) else stated


def _is_of_a_wanted_person(categories: Iterable[Category], facts: Facts) -> bool:
    return {*categories} == {Category.ORDINARY_CRIME} and facts.request_type in _FOR_THE_PERSON


def _as_read(facts: Facts, offences: Offences, seen: set[Category]) -> Classified:
    """Lead by what the charges were read as, unless one of them that a person must read could have led."""
    leads = {offence.labels[0].category: offence.labels[0] for offence in reversed(facts.offences) if offence.labels}
    asks = tuple(dict.fromkeys(offence.ask for offence in facts.offences if offence.ask))
    if not leads or _STOPS_A_READING.intersection(asks):
        return Classified(Category.UNCLASSIFIED, KnownBy.NOTHING, (Category.UNCLASSIFIED,), _in_order(seen), asks=asks)
    wanted = {Category.FOREIGN_FUGITIVE} if _is_of_a_wanted_person(seen, facts) else set()
    lead = _first(wanted or leads, offences, _GIVES_WAY_AS_READ)
    others = seen | wanted
    # All that was read earns its copy: a second label is as much in the charge as the first.
    return Classified(
        lead,
        KnownBy.READ,
        _in_order({lead, *others}),
        _in_order(others - {lead}),
        leads[Category.ORDINARY_CRIME if wanted else lead],
    )


def _first(categories: Iterable[Category], offences: Offences, gives_way: Iterable[Category]) -> Category:
    """Take the most urgent, then the first of the table."""
    left = frozenset(categories)
    for category in gives_way:
        left = left - {category} or left
    return min(left, key=lambda category: (offences.urgency[category], TABLE_ORDER[category]))


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


def _in_order(categories: Iterable[Category]) -> tuple[Category, ...]:
    return tuple(sorted(categories, key=TABLE_ORDER.__getitem__))
