"""Rules that nobody has written, in the words of a ruleset: as many as a test or a measurement asks for."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from schemas.marks import TLP_LABELS, Condition, HandlingCode
from schemas.vocabulary.facts import Category, Flag
from schemas.vocabulary.offices import DESKS, OFFICES, PROGRAMMES
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES, Channel, RequestType, Urgency
from services.routing.domain.grounds import GIVEN_BY_RULES
from services.routing.domain.rules import OF_NEXUS, OF_PLACE, OF_REQUESTER, PRO_TEM, Dimension, Rule, compile_rules
from services.routing.domain.ruleset import Places, Ruleset
from services.routing.domain.situation import SITUATIONS

Words = Mapping[Dimension, Sequence[str]]
LEADS = [*OFFICES, "C3", "HRVWCC", *[OF_NEXUS] * 10, PRO_TEM]
_FEW = 3


def words_of(places: Places) -> Words:
    """Give everything that a rule may ask for."""
    gateways = {f"gateway {gateway.name}" for several in places.gateways.values() for gateway in several}
    counties = {f"{area}/{county}" for area, county in places.counties}
    zips = {f"ZIP {zip}" for zip in (*places.zip3, *places.zip5)}
    countries = {f"country {country}" for country in {*places.desks} - places.home}
    return {
        Dimension.NEXUS: sorted(SITUATIONS),
        Dimension.PLACE: ["US", *sorted(places.areas), *OFFICES, *sorted({*gateways, *counties, *zips, *countries})],
        Dimension.CATEGORY: list(Category),
        Dimension.URGENCY: list(Urgency),
        Dimension.REQUESTER: [*sorted(places.desks), *DESKS, "international-body"],
        Dimension.REQUEST_TYPE: sorted({*RequestType} - DESK_ONLY_REQUEST_TYPES),
        Dimension.CHANNEL: list(Channel),
        Dimension.MARKS: [*TLP_LABELS, *HandlingCode, *Condition, "NOFORN", *(f"flag:{flag}" for flag in Flag)],
    }


def with_rules(ruleset: Ruleset, rules: Iterable[Rule]) -> Ruleset:
    """Put rules among those of a ruleset."""
    shipped = (*ruleset.rules.deciding.rules, *ruleset.rules.adding.rules)
    return replace(ruleset, rules=compile_rules([*shipped, *rules]))


def any_rules(count: int, chance: random.Random, words: Words) -> list[Rule]:
    """Invent rules that ask for anything at all: some take a quarter of all referrals."""
    return [
        _rule(number, chance.sample(list(Dimension), chance.randint(1, 4)), chance, words) for number in range(count)
    ]


def narrow_rules(count: int, chance: random.Random, words: Words) -> list[Rule]:
    """Invent rules as a desk writes them: for some offences at a place or of a requester, and often more narrowly."""
    return [_rule(number, _narrow(chance), chance, words) for number in range(count)]


def _narrow(chance: random.Random) -> set[Dimension]:
    where = chance.choice((Dimension.PLACE, Dimension.REQUESTER))
    return {Dimension.CATEGORY, where, *chance.sample(list(Dimension), chance.randint(0, 2))}


def _rule(number: int, dimensions: Iterable[Dimension], chance: random.Random, words: Words) -> Rule:
    """Invent one rule; one that asks for marks can only hold back."""
    conditions = {
        dimension: frozenset(chance.choices(words[dimension], k=chance.randint(1, _FEW)))
        for dimension in sorted(dimensions)
    }
    rule = Rule(f"R-{number + 1000}", chance.randint(1, 400), conditions)
    return _holding(rule, chance) if Dimension.MARKS in conditions else _naming(rule, chance)


def _holding(rule: Rule, chance: random.Random) -> Rule:
    if chance.random() < 0.5:
        return replace(rule, desk=chance.choice((*DESKS, OF_REQUESTER, OF_PLACE)))
    return replace(rule, flags=(chance.choice(sorted(GIVEN_BY_RULES)),))


def _naming(rule: Rule, chance: random.Random) -> Rule:
    lead = chance.choice(LEADS) if chance.random() < 0.7 else ""
    others = [code for code in (*OFFICES, *PROGRAMMES) if code != lead]
    return replace(
        rule,
        lead=lead,
        supporting=tuple(dict.fromkeys(code for code in chance.choices(others, k=_FEW) if code in OFFICES)),
        copies=tuple(dict.fromkeys(code for code in chance.choices(others, k=_FEW) if code in PROGRAMMES)),
        flags=("rule_asks",) if chance.random() < 0.05 else (),
    )
