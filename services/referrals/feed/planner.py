"""Finds everybody in a list that never gives more than a page: asks for slices until the different ones add up.

What ends a crawl is only that as many different records were found as the list says it has. Everything else here (what
may be in a slice, which way to divide it) is a guess that costs questions when it is wrong, and never a record.
The same answers give the same questions, so that a crawl that was killed can be replayed from its stored answers.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.referrals.feed.gathering import Gathering
from services.referrals.feed.lists import dimensions_of
from services.referrals.feed.query import Answer, ListName, Query
from services.referrals.feed.questions import Asking, Questions
from services.referrals.feed.slices import Slice
from services.referrals.feed.tiling import Tiling

_WITHIN = 0.005
"""What share may be missing of a list that was seen to change: who came or went while it was read."""
_AGAIN = 20
"""How many slices are asked for again at the end."""


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
    crawler = _Crawler(list_name, cap, today)
    yield from crawler.follow(known or Plan())
    yield from crawler.find_all()
    yield from crawler.look_again()
    return crawler.result()


class _Crawler:
    def __init__(self, list_name: ListName, cap: int, today: date | None) -> None:
        self._root = Slice(Query(), 0, dimensions_of(list_name, today))
        self._questions = Questions(cap, self._root)
        self._tiling = Tiling(self._questions)
        self._gathering = Gathering(self._questions, list_name, today)
        self._tiles = True
        self._is_un = list_name in (ListName.UN_PERSONS, ListName.UN_ENTITIES)

    def follow(self, known: Plan) -> Asking:
        """Ask for the whole list, then for the slices that made it up the last time."""
        yield from self._questions.whole()
        for query, _ in known.slices:
            if self._root.complete or not self._questions.may_ask:
                return
            yield from self._questions.ask(query)
        sets = any("[" in value for query, _ in known.slices for _, value in query.filters)
        # The lists of the United Nations are short, and name parts are all that they take: those are gone through.
        self._tiles = self._is_un or sets or not known.slices

    def find_all(self) -> Asking:
        """Divide the list as long as it can be divided, and gather the rest."""
        if self._tiles:
            yield from self._tiling.complete(self._root)
        yield from self._gathering.gather()

    def look_again(self) -> Asking:
        """Ask again for what is not whole, smallest first: the list may have changed since it was asked for."""
        if self._root.complete or not self._questions.may_ask:
            return
        yield from self._questions.again(self._root)
        if not self._questions.changed:
            return
        yield from self._gathering.gather(_AGAIN)
        for slice_ in sorted(self._short(), key=lambda each: each.total)[:_AGAIN]:
            if self._root.complete or not self._questions.may_ask:
                return
            yield from self._questions.again(slice_)
        if not self._root.complete:
            yield from self._questions.again(self._root)

    def _short(self) -> list[Slice]:
        short = [*self._tiling.short, *self._gathering.short()]
        return [slice_ for slice_ in short if not slice_.complete and slice_.parent is not None]

    def result(self) -> Crawled:
        """Say what was found."""
        root, short = self._root, self._short()
        ground = Ground.CANNOT_BE_DIVIDED if self._questions.may_ask else Ground.TOO_MANY_QUESTIONS
        # Of a list that changes, what it had at one time is never seen whole; but no slice may be lacking anybody.
        enough = self._questions.changed and root.missing <= _WITHIN * root.total and not short
        complete = root.complete or enough
        lacking = () if complete else (root, *short)
        alarms = tuple(Alarm(each.query, each.total, len(each.found), ground) for each in lacking)
        return Crawled(root.total, tuple(sorted(root.found)), complete, alarms, self._questions.requests, self._plan())

    def _plan(self) -> Plan:
        """Keep the fewest questions that give everybody, those first that give most; also such as gave no whole slice.

        Who was only shown by a slice over the cap may be shown by another next time: then a few more are asked.
        """
        answers = self._questions.answers
        left = {query: {item.entity_id for item in answer.items} for query, answer in answers.items()}
        found, kept = left.pop(Query(), set()), []  # the whole list is asked for in any case
        while left:
            query = max(left, key=lambda each: len(left[each] - found))
            if not left[query] - found:
                break
            found |= left.pop(query)
            kept.append((query, answers[query].total))
        return Plan(tuple(kept))
