"""Asks the questions of a crawl, each once, and keeps what was answered."""

from collections.abc import Generator, Mapping

from services.referrals.feed.query import Answer, Query, Unanswered
from services.referrals.feed.slices import Slice

Asking = Generator[Query, Answer, None]


class Questions:
    """The questions so far, and everybody whom their answers gave."""

    def __init__(self, cap: int, root: Slice) -> None:
        self.cap = cap
        self.root = root
        self.answers: dict[Query, Answer] = {}
        self.requests = 0
        self.changed = False
        """Whether the same question was answered otherwise the second time."""
        self.echoes = False
        """Whether the service says which filters it understood."""
        self._looked_up = 0
        self._most = 1

    @property
    def may_ask(self) -> bool:
        """Say whether there were not too many questions yet."""
        return self.requests < self._most and self._looked_up < 4 * self._most

    def whole(self) -> Generator[Query, Answer, None]:
        """Ask for the list without any filter."""
        answer = yield Query()
        self.requests += 1
        self.root.total, self.root.given = answer.total, len(answer.items)
        self.root.learn(answer.items)
        self._most = 500 + answer.total
        self._mind_cap(answer)

    def ask(self, query: Query) -> Generator[Query, Answer, Answer | None]:
        """Ask, unless it was asked before; None when there is no answer to be had."""
        if query in self.answers:
            self._looked_up += 1
            return self.answers[query]
        return (yield from self._asked(query))

    def again(self, slice_: Slice) -> Asking:
        """Ask for a slice that was asked for before, and take its total as it is now."""
        before, known = slice_.total, len(slice_.found)
        answer = yield from self._asked(slice_.query)
        if answer is not None:
            slice_.learn(answer.items)
            slice_.total = answer.total
            self.changed = self.changed or answer.total != before or len(slice_.found) > known

    def _asked(self, query: Query) -> Generator[Query, Answer, Answer | None]:
        self.requests += 1
        try:
            answer = yield query
        except Unanswered:
            return None
        if query.filters:
            self.answers[query] = answer
        self.root.learn(answer.items)
        self._mind_cap(answer)
        return answer

    def understood(self, filters: Mapping[str, str], answer: Answer) -> bool:
        """Say whether the service took the filters; one that never says so says nothing by leaving one out."""
        self.echoes = self.echoes or any(name in answer.echoed for name in filters)
        return not self.echoes or all(name in answer.echoed for name in filters)

    def _mind_cap(self, answer: Answer) -> None:
        """Learn that the list gives fewer at a time than was thought."""
        if answer.total >= self.cap > len(answer.items) > 0:
            self.cap = len(answer.items)
