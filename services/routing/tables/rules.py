"""The table of rules: each row read into what it asks of a referral and what it does."""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from schemas.vocabulary.offices import DESKS, OFFICES, PROGRAMMES
from services.routing.domain.grounds import GIVEN_BY_RULES
from services.routing.domain.handling import FOREIGN
from services.routing.domain.lead import FIXED
from services.routing.domain.rules import OF_NEXUS, OF_PLACE, OF_REQUESTER, PRO_TEM, Conditions, Dimension, Rule
from services.routing.domain.ruleset import Places, Programmes
from services.routing.tables.conditions import Words, words_of
from services.routing.tables.rows import Row, Tables, enter

FILE = "rules.tsv"
COLUMNS = ("rule", "priority", *Dimension, "lead", "supporting", "copies", "desk", "flags")
LAST_PRIORITY = 99_999
_NAME = re.compile(r"R-[A-Z0-9]+(-[A-Z0-9]+)*")
_LONGEST_NAME = 40
_LEADS = frozenset({*OFFICES, *PROGRAMMES, OF_NEXUS, PRO_TEM, ""})
_DESKS = frozenset({*DESKS, OF_REQUESTER, OF_PLACE, ""})


def read_rules(tables: Tables, places: Places, programmes: Programmes) -> tuple[Rule, ...]:
    """Read and check every rule; their order in the table says nothing."""
    words = words_of(places)
    rules: dict[str, Rule] = {}
    for row in tables.read(FILE, *COLUMNS):
        with tables.noting(row):
            rule = _rule(row, words, programmes)
            enter(rules, rule.name, rule, row)
    return tuple(rules.values())


def _rule(row: Row, words: Mapping[Dimension, Words], programmes: Programmes) -> Rule:
    _check_actions(row, programmes)
    return Rule(
        name=_name(row),
        priority=_priority(row),
        conditions=_conditions(row, words, programmes),
        lead=row["lead"],
        desk=row["desk"],
        supporting=_several(row, "supporting", OFFICES),
        copies=_several(row, "copies", PROGRAMMES),
        flags=_several(row, "flags", GIVEN_BY_RULES),
        row=row.line,
    )


def _name(row: Row) -> str:
    name = row["rule"]
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        problem = "the name of a rule is R- and then capital letters, digits and single hyphens"
        raise row.wrong("bad-rule-name", problem, "write it like R-740")
    if name in FIXED:
        raise row.wrong("reserved-rule-name", f"{name} is decided before all rules", "give the rule another name")
    return name


def _priority(row: Row) -> int:
    written = row["priority"]
    is_number = written.isascii() and written.isdigit() and len(written) <= len(str(LAST_PRIORITY))
    if not is_number or not 1 <= int(written) <= LAST_PRIORITY:
        problem = f"the priority must be a whole number from 1 to {LAST_PRIORITY}"
        raise row.wrong("bad-priority", problem, "write a number; the lowest one wins")
    return int(written)


def _conditions(row: Row, words: Mapping[Dimension, Words], programmes: Programmes) -> Conditions:
    asked = {
        dimension: frozenset(words[dimension](row, word) for word in row.several(dimension))
        for dimension in Dimension
        if row[dimension]
    }
    if empty := next((dimension for dimension, values in asked.items() if not values), None):
        raise row.wrong("no-condition", f"the cell {empty} holds a bar and no word", "empty it, or write a word")
    if row["lead"] == PRO_TEM:
        asked[Dimension.CATEGORY] = _owned(row, asked.get(Dimension.CATEGORY), programmes)
    return MappingProxyType(asked)


def _owned(row: Row, asked: frozenset[str] | None, programmes: Programmes) -> frozenset[str]:
    """Narrow a rule for programmes pro tem to the categories that have one."""
    owned = frozenset(str(category) for category in programmes.pro_tem)
    narrowed = owned if asked is None else owned & asked
    if not narrowed:
        problem = "no category that the rule asks for has a programme in pro-tem.tsv"
        raise row.wrong("no-programme-pro-tem", problem, "ask for another category, or enter its programme there")
    return narrowed


def _check_actions(row: Row, programmes: Programmes) -> None:
    lead = row.one_of("lead", _LEADS)
    desk = row.one_of("desk", _DESKS)
    if not any(row[column] for column in ("lead", "desk", "supporting", "copies", "flags")):
        raise row.wrong("rule-does-nothing", "the rule says nothing of what to do", "name a lead, a desk or a flag")
    if lead and desk:
        raise row.wrong("lead-and-desk", "the rule names a lead and a desk", "keep one of the two")
    if lead in PROGRAMMES and programmes.belongs.get(lead) == FOREIGN:
        problem = f"{lead} is a foreign programme and can own no referral"
        raise row.wrong("foreign-lead", problem, "name an office, or a programme of our own")
    if lead and lead in {*row.several("supporting"), *row.several("copies")}:
        raise row.wrong("lead-told-twice", f"{lead} leads and is told as well", f"leave {lead} out of the others")
    if row["marks"] and (lead or row["supporting"] or row["copies"]):
        problem = "the rule asks for marks and names somebody who is told: marks can only hold back"
        raise row.wrong("marks-name-somebody", problem, "name a desk or a flag, or ask for no mark")


def _several(row: Row, column: str, known: Collection[str]) -> tuple[str, ...]:
    found = tuple(row.known(word, known, column) for word in row.several(column))
    if len({*found}) < len(found):
        raise row.wrong("named-twice", f"{column} names one twice", "leave one out")
    return found
