"""Finds everybody in a list that never gives more than a page: asks for slices until the different ones add up.

What ends a crawl is only that as many different records were found as the list says it has. Everything else here (what
may be in a slice, which way to divide it) is a guess that costs questions when it is wrong, and never a record.
The same answers give the same questions, so that a crawl that was killed can be replayed from its stored answers.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.referrals.feed.dimensions import Dimension, Part
from services.referrals.feed.letters import Cells
from services.referrals.feed.lists import dimensions_of
from services.referrals.feed.parting import FILL, Parting, price
from services.referrals.feed.query import Answer, ListName, Query, Unanswered
from services.referrals.feed.slices import Slice

Asking = Generator[Query, Answer, None]

_GROUP = 7.0
"""How many pages a group has into which a long list is divided first."""


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
    if known is not None:
        yield from crawler.follow(known)
    yield from crawler.complete(root)
    return crawler.result()


class _Crawler:
    def __init__(self, dimensions: tuple[Dimension, ...], cap: int) -> None:
        self._dimensions = dimensions
        self._cap = cap
        self._root = Slice(Query(), 0, dimensions)
        self._answers: dict[Query, Answer] = {}
        self._shown_first: set[str] = set()
        self._not_honoured: set[str] = set()
        self._misjudged: set[str] = set()
        self._short: list[Slice] = []
        self._requests = 0
        self._looked_up = 0
        self._echoes = False
        self._everybody: dict[tuple[str, Query], int] = {}
        self._most = 1

    def whole(self) -> Generator[Query, Answer, Slice]:
        """Ask for the list without any filter."""
        answer = yield Query()
        self._requests += 1
        self._root.total, self._root.given = answer.total, len(answer.items)
        self._root.learn(answer.items)
        self._shown_first = {item.entity_id for item in answer.items}
        self._most = 500 + answer.total
        self._mind_cap(answer)
        return self._root

    def follow(self, known: Plan) -> Asking:
        """Ask for the slices that made up the list the last time."""
        for query, _ in known.slices:
            if self._root.complete or not self._may_ask:
                return
            yield from self._ask(query)

    def complete(self, slice_: Slice) -> Asking:
        """Divide a slice in one way after the other until everybody in it is known."""
        while not slice_.settled and slice_.dimensions and self._may_ask:
            dimension = self._cheapest(slice_)
            # Whom one place of a name does not lead to has no name, and the other places do not lead there either.
            slice_.dimensions = tuple(other for other in slice_.dimensions if other.name != dimension.name)
            if dimension.name not in self._not_honoured:
                yield from self._divide(slice_, dimension)
        if not slice_.settled:
            self._short.append(slice_)

    @property
    def _may_ask(self) -> bool:
        return self._requests < self._most and self._looked_up < 4 * self._most

    def _cheapest(self, slice_: Slice) -> Dimension:
        known = list(slice_.found.values())
        usable = [each for each in slice_.dimensions if each.name not in self._not_honoured] or slice_.dimensions
        return min(usable, key=lambda each: price(each, known, slice_.total, slice_.missing, self._cap))

    def _divide(self, slice_: Slice, dimension: Dimension) -> Asking:
        # Values that nobody known has are tried for the whole list only: for every slice they would cost too much.
        all_values = slice_.parent is None
        parting = Parting(dimension, list(slice_.found.values()), list(self._root.found.values()), all_values)
        left = float(slice_.total)
        while not slice_.settled and self._may_ask:
            cells = parting.following(left, self._room(slice_))
            if cells is None:
                self._use_up(slice_, dimension)
                return
            part = dimension.part(cells)
            found = yield from self._part(slice_, dimension, part)
            if dimension.name in self._not_honoured:
                return
            if found is None:
                continue
            if self._again(slice_, found, cells, dimension):
                parting.again(cells, list(found.found.values()), found.total)
                continue
            left = max(left - found.total, 0.0)
            yield from self._finish(slice_, found, part, dimension)

    def _use_up(self, slice_: Slice, dimension: Dimension) -> None:
        """Leave out other ways by the same filter: all who have such a thing have been asked for."""
        if dimension.packs:
            slice_.dimensions = tuple(
                other
                for other in slice_.dimensions
                if other.parameter != dimension.parameter or other.name == dimension.name
            )

    def _again(self, slice_: Slice, found: Slice, cells: Cells, dimension: Dimension) -> bool:
        """Say whether a part that is over the cap by a little is better divided anew together with what is left."""
        if not dimension.packs or len(cells) == 1 or found.settled:
            return False
        return max(self._cap, self._room(slice_)) < found.total < 1.8 * self._cap

    def _finish(self, slice_: Slice, found: Slice, part: Part, dimension: Dimension) -> Asking:
        if not found.settled and found.total < slice_.total:
            yield from self.complete(found)
        elif not found.settled and len(part.cells) < len(dimension.weigh(())):
            # All are in this part: from here on the slice is divided as the part would be.
            slice_.dimensions = (*slice_.dimensions, *part.finer)

    def _room(self, slice_: Slice) -> float:
        """Say how many records the next part should have."""
        if slice_.missing * 5 < slice_.total:
            # What counts now is not how many a part has but whether one of the missing is in it.
            return max(self._cap * FILL, slice_.total / (2 * max(slice_.missing, 1)))
        groups = round(slice_.total / (_GROUP * self._cap))
        # The first page says too little of a long list to cut pages out of it: first come groups, which say more.
        return slice_.total / groups if groups > 1 else self._cap * FILL

    def _part(self, slice_: Slice, dimension: Dimension, part: Part) -> Generator[Query, Answer, Slice | None]:
        query = slice_.query.narrowed(part.filters)
        answer = yield from self._ask(query)
        if answer is None:
            self._not_honoured.add(dimension.name)
            return None
        return self._judged(slice_, dimension, part, answer)

    def _judged(self, slice_: Slice, dimension: Dimension, part: Part, answer: Answer) -> Slice | None:
        """Take an answer as a part of a slice, unless it shows that the filter was not understood."""
        inside = [item for item in slice_.found.values() if dimension.within(item, part.cells)]
        outside = [item for item in slice_.found.values() if dimension.within(item, part.cells) is False]
        strangers = sum(1 for item in answer.items if dimension.within(item, part.cells) is False)
        # A service that never says which filters it understood says nothing by leaving one out.
        self._echoes = self._echoes or any(name in answer.echoed for name in part.filters)
        ignored = self._echoes and not all(name in answer.echoed for name in part.filters)
        ignored = ignored or (answer.total >= slice_.total and len(outside) > 1) or strangers * 2 > len(answer.items)
        if not dimension.sure and answer.total >= slice_.total:
            # One country or sex may be everybody's, two may not.
            both = (dimension.name, slice_.query)
            self._everybody[both] = self._everybody.get(both, 0) + 1
            ignored = ignored or self._everybody[both] > 1
        if ignored or (answer.total == 0 and len(inside) > 1):
            self._not_honoured.add(dimension.name)
            return None
        if answer.total < 0.9 * len(inside) - 1:
            self._misjudged.add(dimension.name)
        others = tuple(other for other in slice_.dimensions if other.parameter != dimension.parameter)
        query = slice_.query.narrowed(part.filters)
        found = Slice(query, answer.total, (*part.finer, *others), {}, len(answer.items), slice_)
        found.learn(answer.items)
        if dimension.name not in self._misjudged:
            found.learn(inside)
        return found

    def _ask(self, query: Query) -> Generator[Query, Answer, Answer | None]:
        if query in self._answers:
            self._looked_up += 1
            return self._answers[query]
        self._requests += 1
        try:
            answer = yield query
        except Unanswered:
            return None
        self._answers[query] = answer
        self._root.learn(answer.items)
        self._mind_cap(answer)
        return answer

    def _mind_cap(self, answer: Answer) -> None:
        """Learn that the list gives fewer at a time than was thought."""
        if answer.total >= self._cap > len(answer.items) > 0:
            self._cap = len(answer.items)

    def result(self) -> Crawled:
        """Say what was found."""
        root = self._root
        ground = Ground.TOO_MANY_QUESTIONS if not self._may_ask else Ground.CANNOT_BE_DIVIDED
        alarms = () if root.complete else tuple(Alarm(s.query, s.total, len(s.found), ground) for s in self._short)
        return Crawled(root.total, tuple(sorted(root.found)), root.complete, alarms, self._requests, self._plan())

    def _plan(self) -> Plan:
        """Keep the fewest questions that give everybody, those first that give most; also such as gave no whole slice.

        Who was only shown by a slice over the cap may be shown by another next time: then a few more are asked.
        """
        left = {query: {item.entity_id for item in answer.items} for query, answer in self._answers.items()}
        found, kept = set(self._shown_first), []
        while left:
            query = max(left, key=lambda each: len(left[each] - found))
            if not left[query] - found:
                break
            found |= left.pop(query)
            kept.append((query, self._answers[query].total))
        return Plan(tuple(kept))
