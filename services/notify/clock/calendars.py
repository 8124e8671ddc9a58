"""Time that counts: around the clock, or while an office is open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

NOTHING = timedelta(0)

Open = tuple[datetime, datetime]


class Calendar(Protocol):
    """Says how much of a stretch of time counts, and when so much of it has passed."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Give the time that counts between two moments."""

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """Give the first moment at which so much time that counts has passed."""

    def closed_now(self, at: datetime) -> Open | None:
        """Say since when no time counts and until when; None if it does."""


class AroundTheClock:
    """Every hour counts."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Give the time between two moments."""
        return max(end - start, NOTHING)

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """Give the moment so much later."""
        return start + amount

    def closed_now(self, at: datetime) -> Open | None:
        """Never closed."""
        return None


AROUND_THE_CLOCK = AroundTheClock()


@dataclass(frozen=True)
class OfficeHours:
    """The hours of one office, by the wall clock of its own place."""

    zone: ZoneInfo
    opens: time
    closes: time
    days: frozenset[int]
    """Days of the week on which it is open; Monday is 0."""
    is_holiday: Callable[[date], bool]
    _known: dict[date, Open | None] = field(default_factory=dict, compare=False, repr=False)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Give the time that the office is open between two moments."""
        total = NOTHING
        for opened, closed in self._from(start):
            if opened >= end:
                break
            total += max(min(closed, end) - max(opened, start), NOTHING)
        return total

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """Give the first moment at which the office has been open for so long."""
        left = amount
        for opened, closed in self._from(start):
            begun = max(opened, start)
            if closed - begun >= left:
                return begun + left
            left -= max(closed - begun, NOTHING)
        raise AssertionError("days do not end")

    def closed_now(self, at: datetime) -> Open | None:
        """Say since when the office is closed and until when; None if it is open."""
        opens, _ = next(hours for hours in self._from(at))
        return (self._closed_since(at), opens) if opens > at else None

    def _closed_since(self, at: datetime) -> datetime:
        day = at.astimezone(self.zone).date()
        while (hours := self._hours(day)) is None or hours[1] > at:
            day -= timedelta(days=1)
        return hours[1]

    def _from(self, start: datetime) -> Iterator[Open]:
        """Give each day's hours, from the day that a moment is in on."""
        day = start.astimezone(self.zone).date()
        while True:
            hours = self._hours(day)
            if hours is not None and hours[1] > start:
                yield hours
            day += timedelta(days=1)

    def _hours(self, day: date) -> Open | None:
        if day not in self._known:
            is_open = day.weekday() in self.days and not self.is_holiday(day)
            self._known[day] = (self._at(day, self.opens), self._at(day, self.closes)) if is_open else None
        return self._known[day]

    def _at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.zone).astimezone(UTC)
