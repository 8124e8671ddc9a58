"""Cuts a list into disjoint parts, each as large as a page, and those that are larger into parts again."""

from collections.abc import Generator

from services.referrals.feed.dimensions import Dimension, Part
from services.referrals.feed.letters import Cells
from services.referrals.feed.parting import FILL, Parting, price
from services.referrals.feed.query import Answer, Query
from services.referrals.feed.questions import Asking, Questions
from services.referrals.feed.slices import Slice

_GROUP = 10.0
"""How many pages a group has into which a long list is divided first."""
NEEDED = "name by sets of letters"
"""What the service has to honour."""


class Tiling:
    """Divides until everybody is known; gives up at once where the service takes no sets of letters."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._root = questions.root
        self._not_honoured: set[str] = set()
        self._misjudged: set[str] = set()
        self._everybody: dict[tuple[str, Query], int] = {}
        self.short: list[Slice] = []

    @property
    def _goes_on(self) -> bool:
        """Say whether it is worth while: without sets of letters parts overlap, or are of any size."""
        return self._questions.may_ask and NEEDED not in self._not_honoured

    def complete(self, slice_: Slice) -> Asking:
        """Divide a slice in one way after the other until everybody in it is known."""
        while not slice_.settled and slice_.dimensions and self._goes_on:
            dimension = self._cheapest(slice_)
            # Whom one place of a name does not lead to has no name, and the other places do not lead there either.
            slice_.dimensions = tuple(other for other in slice_.dimensions if other.name != dimension.name)
            if dimension.name not in self._not_honoured:
                yield from self._divide(slice_, dimension)
        if not slice_.settled:
            self.short.append(slice_)

    def _cheapest(self, slice_: Slice) -> Dimension:
        known = list(slice_.found.values())
        usable = [each for each in slice_.dimensions if each.name not in self._not_honoured] or slice_.dimensions
        return min(usable, key=lambda each: price(each, known, slice_.total, slice_.missing, self._questions.cap))

    def _divide(self, slice_: Slice, dimension: Dimension) -> Asking:
        # Values that nobody known has are tried for the whole list only: for every slice they would cost too much.
        all_values = slice_.parent is None
        parting = Parting(dimension, list(slice_.found.values()), list(self._root.found.values()), all_values)
        left = float(slice_.total)
        while not slice_.settled and self._goes_on:
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
        return max(self._questions.cap, self._room(slice_)) < found.total < 1.8 * self._questions.cap

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
            return max(self._questions.cap * FILL, slice_.total / (2 * max(slice_.missing, 1)))
        groups = round(slice_.total / (_GROUP * self._questions.cap))
        # The first page says too little of a long list to cut pages out of it: first come groups, which say more.
        return slice_.total / groups if groups > 1 else self._questions.cap * FILL

    def _part(self, slice_: Slice, dimension: Dimension, part: Part) -> Generator[Query, Answer, Slice | None]:
        query = slice_.query.narrowed(part.filters)
        answer = yield from self._questions.ask(query)
        if answer is None:
            self._not_honoured.add(dimension.name)
            return None
        return self._judged(slice_, dimension, part, answer)

    def _judged(self, slice_: Slice, dimension: Dimension, part: Part, answer: Answer) -> Slice | None:
        """Take an answer as a part of a slice, unless it shows that the filter was not understood."""
        inside = [item for item in slice_.found.values() if dimension.within(item, part.cells)]
        outside = [item for item in slice_.found.values() if dimension.within(item, part.cells) is False]
        strangers = sum(1 for item in answer.items if dimension.within(item, part.cells) is False)
        ignored = not self._questions.understood(part.filters, answer)
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
