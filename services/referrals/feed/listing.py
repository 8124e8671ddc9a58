"""Drives the planner: every answer is kept before the planner goes on, so what was asked once is not asked again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from services.referrals.feed.answers import Answers, KeptAnswer
from services.referrals.feed.planner import Crawled, crawl
from services.referrals.feed.query import Answer, Query, Unanswered
from services.referrals.feed.source import Source, Unreadable
from services.referrals.feed.sweep_store import Sweep
from services.referrals.notices.listed import Listed
from services.referrals.notices.quarantine import Quarantine
from services.referrals.notices.unreadable import Reason

log = structlog.get_logger()

FEWEST, MOST = 0.5, 3.0
"""A list that has less than half of what it had, or more than three times that, is not believed."""


@dataclass(frozen=True, slots=True)
class ItemNames:
    """The names of somebody in a list, as planning takes them."""

    name: str | None
    forename: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """Somebody in a list, as planning takes them."""

    entity_id: str
    names: ItemNames
    birth: str | None
    nationalities: tuple[str, ...]


class ImplausibleTotal(Exception):
    """The list has so many more or fewer than the last time that nothing of it is to be believed."""

    def __init__(self, total: int) -> None:
        super().__init__(str(total))
        self.total = total


@dataclass(slots=True)
class Found:
    """What the lists gave: everybody, by id, as the list shows them; None where that could not be read."""

    entries: dict[str, Listed | None] = field(default_factory=dict)

    def take(self, kept: KeptAnswer) -> None:
        """Add what an answer shows."""
        for entity_id in kept.other_ids:
            self.entries.setdefault(entity_id, None)
        self.entries.update((item.entity_id, item) for item in kept.items)


class Listing:
    """Reads one list for one sweep."""

    def __init__(
        self, source: Source, quarantine: Quarantine, answers: Answers, sweep: Sweep, say: Callable[[int, int], None]
    ) -> None:
        self._source = source
        self._quarantine = quarantine
        self._answers = answers
        self._sweep = sweep
        self._say = say
        self._found = Found()
        self.quarantined = 0

    async def read(self, *, accept: bool) -> tuple[Crawled | None, Found]:
        """Ask until the planner has all or can do no more; None when the list itself gave no answer."""
        sweep = self._sweep
        plan = crawl(sweep.list_name, self._source.cap, sweep.plan, sweep.started_at.date())
        place = 0
        try:
            query = next(plan)
            while True:
                kept = await self._answer(place, query)
                place += 1
                if kept.total is None:
                    query = plan.throw(Unanswered())
                    continue
                if not query.filters:
                    self._check(kept.total, accept)
                self._found.take(kept)
                self._say(len(self._found.entries), kept.total if not query.filters else 0)
                query = plan.send(_as_answer(kept))
        except StopIteration as done:
            crawled: Crawled = done.value
            return crawled, self._found
        except Unanswered:
            return None, self._found

    async def _answer(self, place: int, query: Query) -> KeptAnswer:
        """Give the kept answer, or ask, and keep what came."""
        if not self._source.keeps_answers:
            return await self._asked(query)
        kept = await self._answers.at(place, query)
        if kept is None:
            before = self._source.requests
            kept = await self._asked(query)
            await self._answers.keep(place, kept, self._source.requests - before)
        return kept

    async def _asked(self, query: Query) -> KeptAnswer:
        try:
            page = await self._source.page(self._sweep.list_name, query)
        except Unreadable as exc:
            await self._put_aside(exc.reasons, exc.raw)
            return KeptAnswer(query, None)
        if page.refused:
            await self._put_aside(page.refused, None)
        return KeptAnswer(query, page.total, page.items, page.refused_ids, page.echoed)

    async def _put_aside(self, reasons: tuple[Reason, ...], raw: bytes | None) -> None:
        self.quarantined += 1
        log.warning("feed page quarantined", sweep=self._sweep.id, reasons=sorted({each.code for each in reasons}))
        await self._quarantine.put(f"feed/{self._sweep.list_name.value}", reasons, raw, datetime.now(UTC))

    def _check(self, total: int, accept: bool) -> None:
        before = self._sweep.before
        if accept or before is None:
            return
        if not before["total"] * FEWEST <= total <= before["total"] * MOST and before["total"] > 0:
            raise ImplausibleTotal(total)


def _as_answer(kept: KeptAnswer) -> Answer:
    assert kept.total is not None
    items = tuple(
        Item(item.entity_id, ItemNames(item.name, item.forename), item.birth, item.nationalities) for item in kept.items
    )
    others = tuple(Item(entity_id, ItemNames(None, None), None, ()) for entity_id in kept.other_ids)
    return Answer(kept.total, (*items, *others), kept.echoed or {})
