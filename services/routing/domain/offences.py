"""From what the requester states to one lead category: stated, else by section, else as read, else unclassified."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.facts import AskGround, Category, NexusKind
from schemas.vocabulary.requests import RequestType
from services.routing.domain.facts import Facts, Label, Offence
from services.routing.domain.readings import read_offence
from services.routing.domain.ruleset import Offences
from services.routing.domain.sections import TABLE_ORDER, look_up, most_specific

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


def classify(facts: Facts, offences: Offences) -> Classified:
    """Choose the lead category; every other one becomes a label."""
    stated = _stated(facts)
    goods = any(nexus.kind in _GOODS for nexus in facts.nexus)
    alone = look_up((o.section for o in facts.offences if o.section and not _is_stated(o)), offences, goods)
    if not stated and not alone:
        return _as_read(facts, offences, goods)
    beside = look_up((o.section for o in facts.offences if o.section and _is_stated(o)), offences, goods)
    held = {category for section in (*alone, *beside) for category in section.held}
    held |= {label.category for offence in facts.offences for label in offence.labels}
    leads = {section.lead for section in alone}
    if stated:
        return _classified(_first(stated, offences, _GIVES_WAY), KnownBy.STATED, {*stated, *leads}, held)
    return _classified(most_specific(alone, offences), KnownBy.SECTION, leads, held)


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


def _as_read(facts: Facts, offences: Offences, goods: bool) -> Classified:
    """Lead by what the charges were read as, unless one of them that a person must read could have led."""
    readings = [read_offence(offence, offences, goods) for offence in facts.offences]
    leads = {reading.lead.category: reading.lead for reading in reversed(readings) if reading.lead}
    others = {category for reading in readings for category in reading.others}
    asks = tuple(dict.fromkeys(reading.ask for reading in readings if reading.ask))
    if not leads or _STOPS_A_READING.intersection(asks):
        return Classified(
            Category.UNCLASSIFIED, KnownBy.NOTHING, (Category.UNCLASSIFIED,), _in_order(others), None, asks
        )
    if _is_of_a_wanted_person(leads, facts):
        read = leads[Category.ORDINARY_CRIME]
        leads[Category.FOREIGN_FUGITIVE] = read
    lead = _first(leads, offences, _GIVES_WAY_AS_READ)
    # What was read beside the lead is as much in the charge, and earns its copy; what only lists its section does not.
    seen = {label.category for offence in facts.offences for label in offence.labels}
    named = _in_order({*leads, *seen})
    return Classified(lead, KnownBy.READ, named, _in_order({*named, *others} - {lead}), leads[lead])


def _first(categories: Iterable[Category], offences: Offences, gives_way: Iterable[Category]) -> Category:
    """Take the most urgent, then the first of the table."""
    left = frozenset(categories)
    for category in gives_way:
        left = left - {category} or left
    return min(left, key=lambda category: (offences.urgency[category], TABLE_ORDER[category]))


def _in_order(categories: Iterable[Category]) -> tuple[Category, ...]:
    return tuple(sorted(categories, key=TABLE_ORDER.__getitem__))
