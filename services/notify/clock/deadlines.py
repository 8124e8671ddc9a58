"""By when each step is owed, and who is told when it has not been taken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from schemas.vocabulary.clocks import ClockStep, EscalationLevel
from schemas.vocabulary.requests import Urgency
from services.notify.clock.calendars import Calendar
from services.notify.clock.history import History
from services.notify.clock.running import Stretch, reached, running
from services.notify.clock.spans import SPANS, TOLD_AT, Span, part_of

Calendars = Mapping[str, Calendar]

Told = tuple[ClockStep, EscalationLevel]


@dataclass(frozen=True, slots=True)
class Deadline:
    """What one step may take, counted from when, and by when it is owed; no moment while the clock stands still."""

    step: ClockStep
    span: Span
    stretches: tuple[Stretch, ...]
    due_at: datetime | None

    def reached(self, part: Fraction) -> datetime | None:
        """Say when a part of the span will have passed."""
        return reached(self.stretches, part_of(self.span, part))


@dataclass(frozen=True, slots=True)
class Telling:
    """A moment at which somebody is to be told that a step has not been taken."""

    at: datetime
    step: ClockStep
    level: EscalationLevel
    due_at: datetime


def deadline(history: History, step: ClockStep, calendars: Calendars) -> Deadline:
    """Say by when a step is owed: the earliest that any urgency gives which the referral has had without a break.

    What was raised owes its new span from then on, and never later than before; what was lowered owes the longer one.
    """
    found = [_by(history, step, urgency, since, calendars) for urgency, since in _since_when_at_least(history)]
    return min(found, key=lambda one: (one.due_at is None, one.due_at or history.received_at))


def owed(history: History, calendars: Calendars) -> tuple[Deadline, ...]:
    """Give the deadlines of all steps that have not been taken; none when the clock has ended."""
    if history.ended is not None:
        return ()
    return tuple(deadline(history, step, calendars) for step in ClockStep if step not in history.steps)


def tellings(deadlines: Collection[Deadline], told: Collection[Told]) -> list[Telling]:
    """Say whom else to tell and when, the soonest first; nobody is told twice of the same step."""
    found = [
        Telling(at, deadline.step, level, deadline.due_at)
        for deadline in deadlines
        if deadline.due_at is not None
        for level, part in TOLD_AT.items()
        if (deadline.step, level) not in told and (at := deadline.reached(part)) is not None
    ]
    levels = list(EscalationLevel)
    return sorted(found, key=lambda telling: (telling.at, levels.index(telling.level)))


def _since_when_at_least(history: History) -> list[tuple[Urgency, datetime]]:
    """Give each urgency that the referral has now or exceeds, and since when that is so without a break."""
    found = []
    for urgency in Urgency:
        since = None
        for start, was in reversed(history.urgencies):
            if was > urgency:
                break
            since = start
        if since is not None:
            found.append((urgency, since))
    return found


def _by(history: History, step: ClockStep, urgency: Urgency, since: datetime, calendars: Calendars) -> Deadline:
    span = SPANS[urgency][step]
    stretches = tuple(running(history, since, calendars if span.in_office_hours else None))
    return Deadline(step, span, stretches, reached(stretches, span.length))
