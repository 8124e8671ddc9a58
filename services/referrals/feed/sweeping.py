"""One sweep of one list: who is listed, what each of them says, and who is not there any more."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from opentelemetry.trace import SpanKind

from runtime.errors import StoreAway
from runtime.telemetry import tracer, untraced, within
from services.referrals.feed.answers import Answers
from services.referrals.feed.details import Details, Limits
from services.referrals.feed.lease import RENEW_S, Lease
from services.referrals.feed.listing import ImplausibleTotal, Listing
from services.referrals.feed.marks import Marks
from services.referrals.feed.planner import Crawled, Plan
from services.referrals.feed.query import ListName
from services.referrals.feed.source import Source, SourceAway
from services.referrals.feed.sweep_store import Phase, State, Sweep, SweepStore, shown_alarm
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.quarantine import Quarantine
from services.referrals.notices.sightings import ClosedSweep
from services.referrals.notices.unreadable import Reason

log = structlog.get_logger()

LEAST_COVERAGE = 0.995
"""Below this a sweep says nothing of those whom it did not find."""

MARKS_KEPT = 20
"""Sweeps after which what is known of the reading of a notice that is not listed any more is deleted."""


@dataclass(slots=True)
class Progress:
    """How far a sweep has come; read by whoever shows it."""

    list_name: ListName
    phase: Phase = Phase.LISTING
    asked: Callable[[], int] = lambda: 0
    """Says how often the source was asked in this sweep, by this process."""
    done: int = 0
    of: int = 0

    def say(self, done: int, of: int) -> None:
        """Take how far it is now."""
        self.done, self.of = done, of or self.of


@dataclass(frozen=True, slots=True)
class Books:
    """Where a sweep puts what it finds, and what it knows of earlier ones."""

    notices: NoticeBook
    quarantine: Quarantine
    sweeps: SweepStore
    marks: Marks


@dataclass(frozen=True, slots=True)
class Swept:
    """How a sweep came out."""

    list_name: ListName
    state: State
    figures: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    until: datetime | None = None
    """When it may be taken up again at the earliest, if we were told."""

    @property
    def is_complete(self) -> bool:
        """Whether everybody listed was found."""
        return self.state is State.COMPLETE


class Sweeping:
    """Sweeps lists from one source."""

    def __init__(self, source: Source, books: Books, lease: Lease, limits: Limits, oldest: timedelta) -> None:
        self._source = source
        self._books = books
        self._lease = lease
        self._limits = limits
        self._oldest = oldest
        self.progress: Progress | None = None

    async def sweep(self, list_name: ListName, *, accept: bool = False) -> Swept:
        """Sweep a list, or take up the sweep of it that was left; the lease must be held."""
        sweep = await self._books.sweeps.begin(list_name, self._source.name, datetime.now(UTC), self._oldest)
        log.info("sweep taken up" if sweep.resumed else "sweep begun", sweep=sweep.id, source=self._source.name)
        span = tracer.start_span("sweep", kind=SpanKind.INTERNAL, attributes={"dragoman.feed.sweep": sweep.id})
        before = self._source.requests
        self.progress = Progress(list_name, asked=lambda: self._source.requests - before)
        try:
            # Each request is a trace of its own, sampled like any other: one of ten thousand spans helps nobody.
            with untraced():
                async with self._alive(sweep, self.progress):
                    swept = await self._swept(sweep, accept)
            span.set_attributes({"dragoman.feed.state": swept.state.value, **_counted(swept)})
            with within(span):
                _tell(sweep, swept)
        finally:
            span.end()
            self.progress = None
        return swept

    async def _swept(self, sweep: Sweep, accept: bool) -> Swept:
        """Go through the sweep; what it comes to when the source stops answering is decided here, and only here."""
        asked, kept = self._source.requests, await self._kept_requests(sweep)
        try:
            return await self._gone_through(sweep, accept)
        except SourceAway as exc:
            lost = self._source.requests - asked - (await self._kept_requests(sweep) - kept)
            await self._books.sweeps.count(sweep.id, lost_requests=max(lost, 0))
            await self._books.sweeps.set(sweep.id, state=State.PAUSED, reason=exc.code, until=exc.until)
            return Swept(sweep.list_name, State.PAUSED, await self._figures(sweep), exc.code, exc.until)
        except ImplausibleTotal as exc:
            return await self._suspicious(sweep, exc.total)

    async def _gone_through(self, sweep: Sweep, accept: bool) -> Swept:
        books, progress = self._books, self.progress
        assert progress is not None
        answers = Answers(books.sweeps.database, sweep.id, sweep.key)
        listing = Listing(self._source, books.quarantine, answers, sweep, progress.say)
        crawled, found = await listing.read(accept=accept)
        if listing.quarantined:
            await books.sweeps.count(sweep.id, quarantined=listing.quarantined)
        if crawled is None:
            return await self._over(sweep, State.INCOMPLETE, "list_unreadable")
        coverage = min(len(crawled.entity_ids) / crawled.total, 1.0) if crawled.total else 1.0
        await books.sweeps.listed(sweep, crawled, coverage)
        _alarm(sweep, crawled)
        progress.phase, progress.done, progress.of = Phase.READING, 0, len(found.entries)
        details = Details(self._source, books.notices, books.quarantine, books.marks, self._limits, sweep)
        await details.read(found, progress.say)
        if not crawled.complete or coverage < LEAST_COVERAGE:
            return await self._over(sweep, State.INCOMPLETE, "not_all_found")
        progress.phase = Phase.CLOSING
        return await self._closed(sweep, crawled.plan, crawled.total)

    async def _closed(self, sweep: Sweep, plan: Plan, total: int) -> Swept:
        """Let the book count who is not listed, and measure the next sweeps by this one."""
        await self._books.sweeps.set(sweep.id, phase=Phase.CLOSING)
        # An empty list is nobody's absence: it is more likely that the service is out of order.
        closed = (
            await self._books.notices.close_sweep(sweep.list_name.value, sweep.number, sweep.started_at)
            if total
            else ClosedSweep(0, 0)
        )
        await self._books.sweeps.set(sweep.id, not_listed=closed.not_listed, absent=closed.absent)
        await self._books.sweeps.completed(sweep, await self._figures(sweep), plan, datetime.now(UTC))
        await self._books.marks.forget_before(sweep.list_name, sweep.number - MARKS_KEPT)
        return await self._over(sweep, State.COMPLETE, None)

    async def _over(self, sweep: Sweep, state: State, reason: str | None) -> Swept:
        figures = await self._figures(sweep)
        await self._books.sweeps.over(sweep, state, datetime.now(UTC), reason=reason, figures=figures)
        return Swept(sweep.list_name, state, figures, reason)

    async def _suspicious(self, sweep: Sweep, total: int) -> Swept:
        """Take nothing of a list that has so many more or fewer than before, and have a person look."""
        reasons = [Reason("total_implausible", "/total")]
        await self._books.quarantine.put(f"feed/{sweep.list_name.value}", reasons, None, datetime.now(UTC))
        await self._books.sweeps.count(sweep.id, quarantined=1)
        await self._books.sweeps.set(sweep.id, total=total)
        return await self._over(sweep, State.SUSPICIOUS, "total_implausible")

    async def _figures(self, sweep: Sweep) -> dict[str, Any]:
        """Add up the figures of a sweep from what it has kept, so that a kill between does not falsify them."""
        row = await self._books.sweeps.row(sweep.id)
        counts, requests = await self._books.marks.counts(sweep.list_name, sweep.number)
        pages = await self._page_requests(sweep)
        counts["quarantined"] += row["quarantined"]
        return {
            "total": row.get("total"),
            "distinct": row.get("distinct"),
            "coverage": row.get("coverage"),
            "counts": {**counts, "not_listed": row.get("not_listed", 0), "absent": row.get("absent", 0)},
            "requests": {"pages": pages, "notices": requests, "lost": row["lost_requests"]},
            "alarms": row["alarms"],
        }

    async def _page_requests(self, sweep: Sweep) -> int:
        return await Answers(self._books.sweeps.database, sweep.id, sweep.key).requests()

    async def _kept_requests(self, sweep: Sweep) -> int:
        """Count the requests whose answers are kept."""
        _, requests = await self._books.marks.counts(sweep.list_name, sweep.number)
        return requests + await self._page_requests(sweep)

    @asynccontextmanager
    async def _alive(self, sweep: Sweep, progress: Progress) -> AsyncIterator[None]:
        """Keep the lease and show how far the sweep is, as long as it goes on; a lost lease ends it."""
        try:
            async with asyncio.TaskGroup() as tasks:
                beating = tasks.create_task(self._beat(sweep, progress))
                yield
                beating.cancel()
        except* Exception as failed:
            raise failed.exceptions[0] from failed

    async def _beat(self, sweep: Sweep, progress: Progress) -> None:
        while True:
            await asyncio.sleep(RENEW_S / 3)
            try:
                await self._lease.renew()
                await self._books.sweeps.set(
                    sweep.id,
                    progress={"phase": progress.phase.value, "done": progress.done, "of": progress.of},
                )
            except StoreAway:
                continue  # the sweep itself meets the same, and stops


def _alarm(sweep: Sweep, crawled: Crawled) -> None:
    """Tell ops of every slice that could not be divided any further, by counts and harmless filters."""
    for alarm in crawled.alarms[:50]:
        log.error("feed slice over the cap cannot be divided", sweep=sweep.id, **shown_alarm(alarm))


def _counted(swept: Swept) -> dict[str, int]:
    """Give what a span says of a sweep: counts."""
    counts: Mapping[str, int] = swept.figures.get("counts") or {}
    requests: Mapping[str, int] = swept.figures.get("requests") or {}
    whole = {**counts, "requests": sum(requests.values())}
    return {f"dragoman.feed.{name}": number for name, number in whole.items()}


def _tell(sweep: Sweep, swept: Swept) -> None:
    level = log.info if swept.is_complete else log.warning
    phrases = {
        State.COMPLETE: "sweep complete",
        State.PAUSED: "sweep paused: the source cannot be asked",
        State.SUSPICIOUS: "sweep suspicious: nothing of it was taken",
    }
    figures = {name: value for name, value in swept.figures.items() if name != "alarms"}
    level(phrases.get(swept.state, "sweep incomplete"), sweep=sweep.id, reason=swept.reason, **figures)
