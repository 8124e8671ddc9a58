"""Reads every listed notice of a sweep, and tells the book of it; one that cannot be read is listed all the same."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from runtime.mongo import Document
from schemas.notices import NoticeSource
from services.referrals.feed.addresses import COLOURS
from services.referrals.feed.choosing import NEVER, Wanted, choose_images, in_order
from services.referrals.feed.listing import Found
from services.referrals.feed.marks import Became, Mark, Marks
from services.referrals.feed.query import ListName
from services.referrals.feed.source import NONE_KNOWN, Fetched, Having, Source, SourceAway, Unreadable
from services.referrals.feed.sweep_store import Sweep
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.notice import Notice
from services.referrals.notices.quarantine import Quarantine
from services.referrals.notices.sightings import Observed, Sighting

log = structlog.get_logger()

AWAY_IN_A_ROW = 3
"""Notices in a row that are not to be had, after which the source counts as away."""

MISSING_IN_A_ROW = 20
"""Notices in a row that are listed and yet not there, after which the service counts as out of order."""

SETTLED_AT_ONCE = 200

MARKS_AT_ONCE = 10
"""Marks written together where notices come fast; so many may have to be found in the book after a kill."""

MARKS_WAIT_S = 0.5

STOPS = frozenset(("circuit_open", "refused", "told_to_wait"))
"""Grounds to stop at the first time: we were told to."""

REFUSED = frozenset(("circuit_open", "refused"))

SHOWN_WITHOUT = frozenset((ListName.UN_PERSONS, ListName.UN_ENTITIES))

HISTORY = {
    "observed": Became.NEW,
    "relisted": Became.RELISTED,
    "changed": Became.CHANGED,
    "image_changed": Became.IMAGE_CHANGED,
}
"""What an entry in the history of a notice says became of it, the weightiest first."""

Say = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read anew."""

    max_age: timedelta
    images_per_sweep: int


class Details:
    """Reads the notices of one list for one sweep."""

    def __init__(
        self, source: Source, book: NoticeBook, quarantine: Quarantine, marks: Marks, limits: Limits, sweep: Sweep
    ) -> None:
        self._source = source
        self._book = book
        self._quarantine = quarantine
        self._marks = marks
        self._limits = limits
        self._sweep = sweep
        self._away = 0
        self._missing = 0
        self._unwritten: list[Mark] = []
        self._written_at = time.monotonic()

    async def read(self, found: Found, say: Say) -> None:
        """Read all that this sweep has not read yet; raises `SourceAway` when it has to stop."""
        left, images_left = await self._left(found)
        fresh = [each for each in left if self._is_fresh(each)]
        stale = [each for each in left if not self._is_fresh(each)]
        shown_without = self._sweep.list_name in SHOWN_WITHOUT
        stale = choose_images(stale, images_left, shown_without=shown_without)
        done, of = len(found.entries) - len(left), len(found.entries)
        try:
            for number, each in enumerate(stale):
                say(done + number, of)
                may_be_noted = self._sweep.resumed and number < MARKS_AT_ONCE
                mark = await self._noted_before_the_kill(each) if may_be_noted else None
                await self._mark(mark or await self._asked(each))
        finally:
            await self._write_marks()
        await self._settle(fresh)
        say(of, of)

    async def _mark(self, mark: Mark) -> None:
        """Write marks a few at a time; what the book cannot tell after a kill is written at once."""
        self._unwritten.append(mark)
        late = time.monotonic() - self._written_at > MARKS_WAIT_S
        if (
            len(self._unwritten) >= MARKS_AT_ONCE
            or late
            or mark.became in (Became.QUARANTINED, Became.MISSING, Became.AWAY)
        ):
            await self._write_marks()

    async def _write_marks(self) -> None:
        marks, self._unwritten = self._unwritten, []
        self._written_at = time.monotonic()
        await self._marks.put(marks)

    async def _left(self, found: Found) -> tuple[list[Wanted], int]:
        """List what is left to read, and how many lists of pictures may be."""
        sweep, hash_of = self._sweep, self._marks.hash_of
        marks = await self._marks.of(sweep.list_name)
        left = []
        for entity_id, entry in found.entries.items():
            notice_id = self._book.notice_id(COLOURS[sweep.list_name], entity_id)
            mark = marks.get(str(notice_id)) or Mark(str(notice_id), sweep.list_name.value, NEVER, "")
            if mark.sweep == sweep.number:
                continue
            texts = () if entry is None else (entry.name, entry.forename, entry.birth, *entry.nationalities)
            thumbnail = entry.thumbnail if entry is not None else None
            entry_hash = hash_of("entry", *texts, thumbnail) if entry is not None else None
            thumbnail_hash = hash_of("thumbnail", thumbnail) if thumbnail is not None else None
            left.append(Wanted(entity_id, notice_id, entry, mark, entry_hash, thumbnail_hash))
        read = sum(1 for mark in marks.values() if mark.images_sweep == sweep.number)
        return in_order(left, sweep.number), self._limits.images_per_sweep - read

    def _was_there(self, each: Wanted) -> bool:
        """Whether a notice has been listed all the time, so that what we know of it is still there to compare."""
        return self._sweep.before is not None and each.mark.sweep >= self._sweep.before["number"]

    def _is_fresh(self, each: Wanted) -> bool:
        """Whether a notice need not be read: its entry is the same, and it was read a short while ago."""
        read_at = each.mark.read_at
        if read_at is None or not self._was_there(each) or each.entry is None or each.mark.entry != each.entry_hash:
            return False
        return self._sweep.started_at - read_at < self._limits.max_age

    async def _settle(self, fresh: Sequence[Wanted]) -> None:
        """Note that notices are listed that need not be read."""
        for batch in _batches(fresh):
            await self._book.still_listed([each.notice_id for each in batch], self._sighting())
            await self._marks.put(
                [replace(each.mark, sweep=self._sweep.number, became=Became.SAME, requests=0) for each in batch]
            )

    async def _noted_before_the_kill(self, each: Wanted) -> Mark | None:
        """Make the mark of what the book was told of when an earlier process was killed; None when it was not."""
        record = await self._book.record(each.notice_id)
        if record is None or record.get("seen_sweep") != self._sweep.number:
            return None
        now = datetime.now(UTC)
        mark = replace(self._marked(each, _became(record, self._sweep.started_at), 1), read_at=now)
        return replace(mark, images_at=now, images_sweep=self._sweep.number) if each.with_images else mark

    async def _asked(self, each: Wanted) -> Mark:
        """Read one notice; a second refusal of it in one sweep is no reason to ask a third time."""
        before = self._source.requests
        try:
            return await self._one(each)
        except SourceAway as exc:
            requests = self._source.requests - before
            if exc.code in REFUSED and requests:
                again = each.mark.refused == self._sweep.number
                mark = await self._not_read(each, Became.AWAY) if again else each.mark
                await self._marks.put([replace(mark, refused=self._sweep.number, requests=requests if again else 0)])
            raise

    async def _one(self, each: Wanted) -> Mark:
        """Read one notice, with its pictures if they are due, and tell the book."""
        before = self._source.requests
        images = await self._images(each)
        try:
            mark = await self._told(each, images)
            self._away = 0
        except Unreadable as exc:
            await self._put_aside(exc)
            mark = await self._not_read(each, Became.QUARANTINED)
        except SourceAway as exc:
            self._away += 1
            if exc.code in STOPS or self._away >= AWAY_IN_A_ROW:
                raise
            mark = await self._not_read(each, Became.AWAY)
        mark = replace(mark, requests=self._source.requests - before)
        return self._with_images(mark, each, images)

    async def _told(self, each: Wanted, images: Fetched[tuple[str, ...]]) -> Mark:
        """Read the notice, and tell the book what it says."""
        known = each.mark.validators if self._was_there(each) else NONE_KNOWN
        fetched = await self._source.detail(self._sweep.list_name, each.entity_id, known)
        sighting = self._sighting()
        if fetched.having is Having.MISSING:
            self._missing += 1
            if self._missing >= MISSING_IN_A_ROW and self._source.keeps_answers:
                raise SourceAway("details_missing")
            return await self._not_read(each, Became.MISSING)
        self._missing = 0
        if fetched.content is None:
            observed = await self._unchanged(each, images, sighting)
        else:
            notice: Notice = fetched.content.model_copy(update={"images": images.content})
            observed = await self._book.observe(notice, sighting)
        became = Became(observed.outcome.value) if observed is not None else Became.SAME
        return replace(self._marked(each, became, 0), read_at=sighting.at, validators=fetched.validators)

    async def _unchanged(self, each: Wanted, images: Fetched[tuple[str, ...]], sighting: Sighting) -> Observed | None:
        """Tell the book that a notice says what it said; its pictures may be others all the same."""
        if images.content is not None and self._images_hash(images.content) != each.mark.images:
            return await self._book.observe_images(each.notice_id, images.content, sighting)
        await self._book.still_listed([each.notice_id], sighting)
        return None

    async def _not_read(self, each: Wanted, became: Became) -> Mark:
        """Tell the book that a notice is listed, and no more."""
        await self._book.still_listed([each.notice_id], self._sighting())
        return replace(each.mark, sweep=self._sweep.number, became=became)

    async def _images(self, each: Wanted) -> Fetched[tuple[str, ...]]:
        """Read the list of a notice's pictures if it is due; an entry that shows none says that there is none."""
        if not each.with_images:
            none_shown = each.entry is not None and not each.is_pictured and not each.mark.pictured
            none_shown = none_shown and self._sweep.list_name not in SHOWN_WITHOUT
            return Fetched(Having.READ, ()) if none_shown else Fetched(Having.UNCHANGED)
        known = each.mark.image_validators if self._was_there(each) else NONE_KNOWN
        try:
            return await self._source.images(self._sweep.list_name, each.entity_id, known)
        except Unreadable as exc:
            await self._put_aside(exc)
        except SourceAway as exc:
            if exc.code in STOPS:
                raise
        return Fetched(Having.AWAY)

    def _with_images(self, mark: Mark, each: Wanted, images: Fetched[tuple[str, ...]]) -> Mark:
        """Note in a mark what was read of the pictures."""
        if each.with_images:
            mark = replace(mark, images_at=datetime.now(UTC), images_sweep=self._sweep.number)
        if each.with_images and images.having in (Having.READ, Having.UNCHANGED):
            mark = replace(mark, image_validators=images.validators, thumbnail=each.thumbnail_hash)
        if images.content is None:
            return mark
        return replace(mark, images=self._images_hash(images.content), pictured=bool(images.content))

    def _images_hash(self, images: Sequence[str]) -> bytes:
        return self._marks.hash_of("images", *sorted(images))

    def _marked(self, each: Wanted, became: Became, requests: int) -> Mark:
        return replace(each.mark, sweep=self._sweep.number, became=became, requests=requests, entry=each.entry_hash)

    def _sighting(self) -> Sighting:
        return Sighting(NoticeSource.PUBLIC, datetime.now(UTC), self._sweep.list_name.value, self._sweep.number)

    async def _put_aside(self, refused: Unreadable) -> None:
        codes = sorted({reason.code for reason in refused.reasons})
        log.warning("feed notice quarantined", sweep=self._sweep.id, reasons=codes)
        await self._quarantine.put(
            f"feed/{self._sweep.list_name.value}", refused.reasons, refused.raw, datetime.now(UTC)
        )


def _became(record: Document, since: datetime) -> Became:
    """Tell from its history what became of a notice since a moment."""
    since = since.replace(microsecond=since.microsecond // 1000 * 1000)
    told = {
        entry["what"]
        for entry in record["history"]
        if entry["at"] >= since and entry["source"] == NoticeSource.PUBLIC.value
    }
    return next((became for what, became in HISTORY.items() if what in told), Became.SAME)


def _batches(wanted: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
    for first in range(0, len(wanted), SETTLED_AT_ONCE):
        yield wanted[first : first + SETTLED_AT_ONCE]
