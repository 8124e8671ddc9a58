"""How much time has counted, and when so much will have: all but the pauses, by the calendar of whoever holds it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notify.clock.calendars import AROUND_THE_CLOCK, NOTHING, Calendar
from services.notify.clock.history import History, Holder
from services.notify.clock.pauses import Pause


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a clock runs; without an end it goes on running."""

    start: datetime
    end: datetime | None
    calendar: Calendar


def running(history: History, since: datetime, calendars: Mapping[str, Calendar] | None) -> list[Stretch]:
    """Give the times in which a referral's clock runs, by the calendars of its holders, or around the clock."""
    gaps = list(_between(history.pauses, since))
    if calendars is None:
        return [Stretch(start, end, AROUND_THE_CLOCK) for start, end in gaps]
    return [stretch for start, end in gaps for stretch in _held(history.holders, start, end, calendars)]


def reached(stretches: Iterable[Stretch], amount: timedelta) -> datetime | None:
    """Say when so much time will have counted; None while the clock stands still before that."""
    left = amount
    for stretch in stretches:
        if stretch.end is not None:
            counted = stretch.calendar.between(stretch.start, stretch.end)
            if counted < left:
                left -= counted
                continue
        return stretch.calendar.after(stretch.start, left)
    return None


def counted(stretches: Iterable[Stretch], until: datetime) -> timedelta:
    """Say how much time has counted up to a moment; never less than none."""
    ends = ((stretch, until if stretch.end is None else min(stretch.end, until)) for stretch in stretches)
    return sum((s.calendar.between(s.start, end) for s, end in ends if end > s.start), start=NOTHING)


def _between(pauses: Sequence[Pause], since: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """Give what pauses leave over, from a moment on; pauses may overlap."""
    start = since
    for pause in pauses:
        if pause.start > start:
            yield start, pause.start
        if pause.end is None:
            return
        start = max(start, pause.end)
    yield start, None


def _held(
    holders: Sequence[Holder], start: datetime, end: datetime | None, calendars: Mapping[str, Calendar]
) -> Iterator[Stretch]:
    """Cut a time where the referral changes hands."""
    for holder, after in zip(holders, (*holders[1:], None), strict=True):
        begun = max(start, holder.since)
        ends = [moment for moment in (end, after.since if after is not None else None) if moment is not None]
        if not ends:
            yield Stretch(begun, None, calendars[holder.office])
        elif min(ends) > begun:
            yield Stretch(begun, min(ends), calendars[holder.office])
