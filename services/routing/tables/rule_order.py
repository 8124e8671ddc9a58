"""Checks over rules as they compete: one must always decide, none may be dead, and no two may tie and disagree."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from schemas.vocabulary.facts import Category
from schemas.vocabulary.offices import OFFICES
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES, Channel, RequestType, Urgency
from services.routing.domain.rules import Asked, Dimension, Rows, Rule
from services.routing.domain.situation import SITUATIONS
from services.routing.tables.faults import listed
from services.routing.tables.implied import Implied
from services.routing.tables.rows import Tables

FILE = "rules.tsv"
CLOSED: Mapping[Dimension, tuple[str, ...]] = {
    Dimension.NEXUS: tuple(sorted(SITUATIONS)),
    Dimension.CATEGORY: tuple(Category),
    Dimension.URGENCY: tuple(Urgency),
    Dimension.REQUEST_TYPE: tuple(kind for kind in RequestType if kind not in DESK_ONLY_REQUEST_TYPES),
    Dimension.CHANNEL: tuple(Channel),
}
"""Of these a referral that comes to the rules always says exactly one word."""
_OFFICES = frozenset(OFFICES)


@dataclass(slots=True)
class Masks:
    """Rows that compete, as bit masks: bit n stands for the row that comes in place n."""

    rows: Rows
    implied: Implied
    _sure: dict[tuple[Dimension, str], int] = field(default_factory=dict)

    def lets_through(self, asked: Asked, word: str) -> int:
        """Give the rows that let through whatever has a word."""
        key = (asked.dimension, word)
        if key not in self._sure:
            self._sure[key] = asked.mask((word, *self.implied.surely(*key)))
        return self._sure[key]

    def covering(self, rule: Rule, asked: Asked) -> int:
        """Give the rows that let through, as far as one dimension goes, whatever a rule lets through."""
        mask = asked.indifferent
        if words := rule.asks(asked.dimension):
            mask = (1 << len(self.rows.rules)) - 1
            for word in words:
                mask &= self.lets_through(asked, word)
        return mask


def check_order(rows: Rows, implied: Implied, tables: Tables) -> None:
    """Note gaps, dead rules and ties among the rows that compete."""
    masks = Masks(rows, implied)
    if not tables.is_spoiled(FILE):
        _note_gap(rows, tables)
    for place, rule in enumerate(rows.rules):
        _note_dead(place, rule, masks, tables)
    _note_ties(rows, implied, tables)


def _note_gap(rows: Rows, tables: Tables) -> None:
    """Note an example that nothing decides; what a rule asks of an open list need not be true of any referral."""
    mask = (1 << len(rows.rules)) - 1
    closed = [asked for asked in rows.asked if asked.dimension in CLOSED]
    for asked in rows.asked:
        if asked.dimension not in CLOSED:
            mask &= asked.indifferent
    if (example := next(_undecided(mask, closed, ()), None)) is not None:
        problem = f"no rule decides {listed(example) or 'every referral'}" + (" from elsewhere" if example else "")
        tables.note(FILE, "nothing-decides", problem, "add a last row without conditions, with a desk")


def _undecided(mask: int, closed: list[Asked], said: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not mask:
        yield said
    elif closed:
        asked, *others = closed
        indifferent = mask
        for other in closed:
            indifferent &= other.indifferent
        if indifferent:
            return  # a row that asks for nothing further decides all that is left
        seen = set[int]()
        for word in CLOSED[asked.dimension]:
            narrowed = mask & asked.mask((word,))
            if narrowed not in seen:
                seen.add(narrowed)
                yield from _undecided(narrowed, others, (*said, f"{asked.dimension} {word}"))


def _note_dead(place: int, rule: Rule, masks: Masks, tables: Tables) -> None:
    """Note a rule that can never win: an earlier one covers it, or several do for every word of one dimension."""
    covering = [masks.covering(rule, asked) for asked in masks.rows.asked]
    earlier = (1 << place) - 1
    alone = earlier
    for mask in covering:
        alone &= mask
    if alone:
        first = masks.rows.rules[(alone & -alone).bit_length() - 1]
        problem = f"rule {rule.name} can never win: rule {first.name} takes all that it asks for"
        tables.note(FILE, "dead-rule", problem, f"put it before {first.name}, or leave it out", rule.row)
        return
    for number, asked in enumerate(masks.rows.asked):
        words = sorted(rule.asks(asked.dimension)) or CLOSED.get(asked.dimension, ())
        others = earlier
        for mask in (*covering[:number], *covering[number + 1 :]):
            others &= mask
        if len(words) > 1 and others and (taking := _takers(others, asked, words, masks)):
            names = listed(masks.rows.rules[taker].name for taker in sorted(taking))
            problem = f"rule {rule.name} can never win: rules {names} together take all that it asks for"
            tables.note(FILE, "dead-among-several", problem, "put it before one of them, or leave it out", rule.row)
            return


def _takers(others: int, asked: Asked, words: Collection[str], masks: Masks) -> frozenset[int]:
    """Give the first row that takes each word; none at all if one of the words is left to the rule."""
    takers = set()
    for word in words:
        mask = others & masks.lets_through(asked, word)
        if not mask:
            return frozenset()
        takers.add((mask & -mask).bit_length() - 1)
    return frozenset(takers)


def _note_ties(rows: Rows, implied: Implied, tables: Tables) -> None:
    meeting = {asked.dimension: _meeting(asked, implied) for asked in rows.asked}
    start = 0
    for _, group in groupby(rows.rules, key=lambda rule: rule.priority):
        rules = list(group)
        if len(rules) > 1:
            _note_ties_among(start, rules, rows, meeting, tables)
        start += len(rules)


def _note_ties_among(
    start: int, rules: list[Rule], rows: Rows, meeting: Mapping[Dimension, Mapping[str, int]], tables: Tables
) -> None:
    """Note each rule that may meet a referral together with an earlier one of its priority that says otherwise."""
    agreeing: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for place, rule in enumerate(rules, start):
        agreeing[_action(rule)] |= 1 << place
    for place, rule in enumerate(rules, start):
        others = ((1 << place) - (1 << start)) & ~agreeing[_action(rule)]
        for asked in rows.asked if others else ():
            if words := rule.asks(asked.dimension):
                together = asked.indifferent
                for word in words:
                    together |= meeting[asked.dimension][word]
                others &= together
        if others:
            other = rows.rules[(others & -others).bit_length() - 1]
            problem = f"rules {other.name} and {rule.name} have one priority, may meet one referral, and disagree"
            tables.note(FILE, "tied-rules", problem, "give one of them another priority", rule.row)


def _action(rule: Rule) -> tuple[object, ...]:
    return (rule.lead, rule.desk, rule.supporting, rule.copies, rule.flags)


def _meeting(asked: Asked, implied: Implied) -> Mapping[str, int]:
    """For each word, give the rows that may let through a referral that has it: of a wider or a narrower word, too."""
    if asked.dimension is Dimension.MARKS:
        every = asked.mask(asked.through)
        return dict.fromkeys(asked.through, every)
    meeting = dict(asked.through)
    wider = {word: {*implied.maybe(asked.dimension, word)} for word in asked.through}
    beside: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for word, rows in asked.through.items():
        for other in wider[word] & asked.through.keys():
            meeting[other] |= rows
            meeting[word] |= asked.through[other]
        for office in wider[word] & _OFFICES:
            beside[office][_kind_of(word)] = beside[office].get(_kind_of(word), 0) | rows
    for word in asked.through:
        for office in wider[word] & _OFFICES:
            for kind, rows in beside[office].items():
                meeting[word] |= rows if kind != _kind_of(word) else 0
    return meeting


def _kind_of(place: str) -> str:
    """Tell how a place within the area of an office is named: a county, a ZIP code and a gateway may be one place."""
    return "county" if "/" in place else place.partition(" ")[0]
