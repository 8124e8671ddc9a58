"""Asks for one slice after the other, each that which promises most, until everybody is known or nobody new comes.

For services that take no sets of letters, and for the few whom disjoint parts did not reach.
"""

from collections.abc import Mapping
from datetime import date

from services.referrals.feed.ages import age_of
from services.referrals.feed.closed import Traits
from services.referrals.feed.covering import Covering, Fact, Prospect
from services.referrals.feed.crowd import Crowd
from services.referrals.feed.query import Answer, Item, ListName, Query
from services.referrals.feed.questions import Asking, Questions
from services.referrals.feed.slices import Slice
from services.referrals.feed.traits import PATTERNS, SHOWN, Kind, Trait, kinds_of, traits_of

_PATIENCE = 200
"""How many questions in a row may bring nobody new."""
_SOME, _AT_ONCE = 12, 4
"""After how many questions several are chosen at once, and how many: choosing is what takes time."""


class Gathering:
    """Gathers who is missing."""

    def __init__(self, questions: Questions, list_name: ListName, today: date | None) -> None:
        self._questions = questions
        self._today = today
        self._kinds = kinds_of(list_name)
        self._crowd = Crowd(self._kinds, today)
        self._covering = Covering(self._crowd, self._kinds, questions.cap)
        self._everybodys: dict[Kind, int] = {}
        self._taken = 0

    def gather(self, patience: int = _PATIENCE) -> Asking:
        """Ask until the list is whole, or questions bring nobody any more."""
        root, questions = self._questions.root, self._questions
        self._covering.facts[()] = Fact(root.total, root.given)
        in_vain = 0
        while not root.complete and questions.may_ask and in_vain < patience:
            self._take_in()
            promising = self._covering.best(root.total, _AT_ONCE if len(self._covering.facts) > _SOME else 1)
            if not promising:
                return
            for prospect in promising:
                before, known = questions.requests, len(root.found)
                self._judge(prospect, (yield from questions.ask(query_of(prospect.traits))))
                self._covering.came(prospect, len(root.found) - known)
                in_vain = 0 if len(root.found) > known else in_vain + questions.requests - before
                if root.complete:
                    return

    def short(self) -> list[Slice]:
        """Give the slices that were asked for and are not known whole, the finest only."""
        facts = self._covering.facts.items()
        open_ = {traits: fact for traits, fact in facts if traits and self._missing(traits, fact)}
        finest = [traits for traits in open_ if not any(set(traits) < set(other) for other in open_)]
        return [self._as_slice(traits, open_[traits]) for traits in sorted(finest)]

    def _missing(self, traits: Traits, fact: Fact) -> bool:
        return fact.total > max(fact.given, len(self._known(traits)))

    def _known(self, traits: Traits) -> list[Item]:
        bits = self._crowd.everybody
        for trait in traits:
            bits &= self._crowd.with_trait.get(trait, 0) if trait.kind in SHOWN else bits
        return [item for place, item in enumerate(self._crowd.people) if bits >> place & 1]

    def _as_slice(self, traits: Traits, fact: Fact) -> Slice:
        found = {item.entity_id: item for item in self._known(traits)[: fact.total - 1]}
        return Slice(query_of(traits), fact.total, (), found, fact.given)

    def _take_in(self) -> None:
        """Learn from all answers since the last time, whoever asked."""
        self._crowd.learn(self._questions.root.found.values())
        answers = list(self._questions.answers.values())
        for answer in answers[self._taken :]:
            if len(answer.items) >= answer.total:
                self._crowd.settle(answer.items)
        self._taken = len(answers)

    def _judge(self, prospect: Prospect, answer: Answer | None) -> None:
        """Keep what was answered, and see whether the service understood."""
        facts, proven = self._covering.facts, self._covering.proven
        tried = [trait for trait in prospect.traits if (trait.parameter, trait.kind) not in proven]
        if answer is None:
            facts[prospect.traits] = Fact(max(round(prospect.size), 1), 0)
            self._refuse(tried, everywhere=True)
            return
        nobody = answer.total == 0 and all(trait.kind in SHOWN for trait in tried) and prospect.known.bit_count() > 1
        if nobody or any(self._passed_over(trait, prospect, answer) for trait in tried):
            self._refuse(tried, everywhere=nobody)
            return
        self._covering.learn(prospect.traits, Fact(answer.total, len(answer.items)))
        if answer.total:
            proven.update((trait.parameter, trait.kind) for trait in tried)

    def _refuse(self, tried: list[Trait], *, everywhere: bool) -> None:
        for trait in tried:
            self._covering.refuse(trait.parameter, trait.kind)
            if everywhere and trait.kind in PATTERNS:
                # A service that knows no patterns in one name knows none in the other.
                self._covering.refuse("name", trait.kind)
                self._covering.refuse("forename", trait.kind)

    def _passed_over(self, trait: Trait, prospect: Prospect, answer: Answer) -> bool:
        """Say whether the service gave what it would have given without a filter."""
        if not self._questions.understood(trait.filters, answer):
            return True
        if trait.kind in SHOWN:
            strangers = sum(1 for item in answer.items if not self._has(item, trait))
            return strangers * 2 > len(answer.items)
        wider = self._covering.facts.get(tuple(each for each in prospect.traits if each != trait))
        if wider is None or answer.total < wider.total:
            return False
        # One country or sex may be everybody's, two may not.
        self._everybodys[trait.kind] = self._everybodys.get(trait.kind, 0) + 1
        return self._everybodys[trait.kind] > 1

    def _has(self, item: Item, trait: Trait) -> bool:
        if trait.kind is not Kind.AGE:
            return trait in set(traits_of(item, self._today))
        age = age_of(item, self._today) if self._today else None
        youngest, oldest = map(int, trait.value.split("-"))
        return age is not None and youngest - 1 <= age <= oldest + 1


def query_of(traits: Traits) -> Query:
    """Write the question for those who have all of some traits."""
    filters: Mapping[str, str] = {name: value for trait in traits for name, value in trait.filters.items()}
    return Query().narrowed(filters)
