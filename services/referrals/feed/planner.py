"""Finds everybody in a list that never gives more than a page: asks for slices until the different ones add up.

What ends a crawl is only that as many different records were found as the list says it has. Everything else here (what
may be in a slice, which way to divide it) is a guess that costs questions when it is wrong, and never a record.
The same answers give the same questions, so that a crawl that was killed can be replayed from its stored answers.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.referrals.feed.dimensions import Cells, Dimension, Part
from services.referrals.feed.lists import dimensions_of
from services.referrals.feed.parting import Parting, price
from services.referrals.feed.query import Answer, Item, ListName, Query, Unanswered
from services.referrals.feed.slices import Slice

Asking = Generator[Query, Answer, None]


class Ground(StrEnum):
    """Why a slice is an alarm."""

    CANNOT_BE_DIVIDED = "cannot_be_divided"
    TOO_MANY_QUESTIONS = "too_many_questions"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A slice of which not all could be found."""

    query: Query
    total: int
    known: int
    ground: Ground = Ground.CANNOT_BE_DIVIDED


@dataclass(frozen=True, slots=True)
class Plan:
    """The slices that made up a list when it was last complete, with what they had; where the next crawl begins."""

    slices: tuple[tuple[Query, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Crawled:
    """What a crawl found, and whether that is everything."""

    total: int
    entity_ids: tuple[str, ...]
    complete: bool
    alarms: tuple[Alarm, ...]
    requests: int
    plan: Plan


def crawl(
    list_name: ListName, cap: int = 160, known: Plan | None = None, today: date | None = None
) -> Generator[Query, Answer, Crawled]:
    """Ask for a list until all of it is found or nothing more can be tried."""
    crawler = _Crawler(dimensions_of(list_name, today), cap)
    root = yield from crawler.whole()
    if known is not None and not root.complete:
        yield from crawler.follow(known, root)
    yield from crawler.complete(root)
    return crawler.result(root)


class _Crawler:
    def __init__(self, dimensions: tuple[Dimension, ...], cap: int) -> None:
        self._dimensions = dimensions
        self._cap = cap
        self._answers: dict[Query, Slice] = {}
        self._not_honoured: set[str] = set()
        self._misjudged: set[str] = set()
        self._short: list[Slice] = []
        self._requests = 0
        self._most = 1

    def whole(self) -> Generator[Query, Answer, Slice]:
        """Ask for the list without any filter."""
        answer = yield Query()
        self._requests += 1
        root = Slice(Query(), answer.total, self._dimensions, given=len(answer.items))
        root.learn(answer.items)
        self._answers[root.query] = root
        if root.given < min(root.total, self._cap) and root.given:
            self._cap = root.given
        self._most = 500 + answer.total
        return root

    def follow(self, known: Plan, root: Slice) -> Asking:
        """Ask for the slices that made up the list the last time."""
        for query, _ in known.slices:
            if root.complete or self._requests >= self._most:
                return
            answer = yield from self._ask(query)
            if answer is not None:
                root.learn(answer.items)
                self._answers[query] = Slice(query, answer.total, (), given=len(answer.items))

    def complete(self, slice_: Slice) -> Asking:
        """Divide a slice in one way after the other until everybody in it is known."""
        while not slice_.settled and slice_.dimensions and self._requests < self._most:
            dimension = self._cheapest(slice_)
            slice_.dimensions = tuple(other for other in slice_.dimensions if other is not dimension)
            if dimension.name not in self._not_honoured:
                yield from self._divide(slice_, dimension)
        if not slice_.settled:
            self._short.append(slice_)

    def _cheapest(self, slice_: Slice) -> Dimension:
        known = list(slice_.found.values())
        return min(slice_.dimensions, key=lambda dimension: price(dimension, known, slice_.total, self._cap))

    def _divide(self, slice_: Slice, dimension: Dimension) -> Asking:
        known = list(slice_.found.values())
        parting = Parting(dimension, known)
        left = float(slice_.total)
        while not slice_.settled and self._requests < self._most:
            cells = parting.following(left, self._room(slice_))
            if cells is None:
                return
            part = yield from self._part(slice_, dimension, dimension.part(cells))
            if dimension.name in self._not_honoured:
                return
            left = max(left - (part.total if part else 0), 0.0)

    def _room(self, slice_: Slice) -> float:
        # When few are missing, what counts is not how many a part has but whether one of the missing is in it.
        return max(self._cap * 0.75, slice_.total / (2 * max(slice_.missing, 1)))

    def _part(self, slice_: Slice, dimension: Dimension, part: Part) -> Generator[Query, Answer, Slice | None]:
        query = slice_.query.narrowed(part.filters)
        if query in self._answers:
            return self._answers[query]
        answer = yield from self._ask(query)
        if answer is None:
            self._not_honoured.add(dimension.name)
            return None
        found = self._judged(slice_, dimension, part, answer)
        if found is None:
            return None
        self._answers[query] = found
        if not found.settled and found.total < slice_.total:
            yield from self.complete(found)
        elif not found.settled and part.finer is not None:
            slice_.dimensions = (*slice_.dimensions, part.finer)
        return found

    def _judged(self, slice_: Slice, dimension: Dimension, part: Part, answer: Answer) -> Slice | None:
        """Take an answer as a part of a slice, unless it shows that the filter was not understood."""
        inside = [item for item in slice_.found.values() if dimension.within(item, part.cells)]
        outside = [item for item in slice_.found.values() if dimension.within(item, part.cells) is False]
        strangers = sum(1 for item in answer.items if dimension.within(item, part.cells) is False)
        ignored = bool(answer.echoed) and not all(name in answer.echoed for name in part.filters)
        ignored = ignored or (answer.total >= slice_.total and len(outside) > 1) or strangers * 2 > len(answer.items)
        if ignored or (answer.total == 0 and len(inside) > 1):
            self._not_honoured.add(dimension.name)
            self._answers[Query()].learn(answer.items)
            return None
        if answer.total < 0.9 * len(inside) - 1:
            self._misjudged.add(dimension.name)
        others = tuple(other for other in slice_.dimensions if other.parameter != dimension.parameter)
        finer = (part.finer,) if part.finer else ()
        found = Slice(slice_.query.narrowed(part.filters), answer.total, (*finer, *others), {}, len(answer.items), slice_)
        found.learn(answer.items)
        if dimension.name not in self._misjudged:
            found.learn(inside)
        return found

    def _ask(self, query: Query) -> Generator[Query, Answer, Answer | None]:
        self._requests += 1
        try:
            answer = yield query
        except Unanswered:
            return None
        return answer

    def result(self, root: Slice) -> Crawled:
        """Say what was found."""
        ground = Ground.TOO_MANY_QUESTIONS if self._requests >= self._most else Ground.CANNOT_BE_DIVIDED
        alarms = () if root.complete else tuple(Alarm(s.query, s.total, len(s.found), ground) for s in self._short)
        slices = tuple((query, asked.total) for query, asked in self._answers.items() if asked.total == asked.given)
        plan = Plan(tuple((query, total) for query, total in slices if total))
        return Crawled(root.total, tuple(sorted(root.found)), root.complete, alarms, self._requests, plan)
