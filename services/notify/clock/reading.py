"""How a clock stands at a moment: time gone, share used, and what is to be expected."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from schemas.vocabulary.clocks import ClockStep
from schemas.vocabulary.requests import Urgency
from services.notify.clock.deadlines import Calendars, Deadline, deadline
from services.notify.clock.history import History
from services.notify.clock.running import counted, running


@dataclass(frozen=True, slots=True)
class Times:
    """How long a referral has taken: gross, and net without what stood still or, for a routine one, was closed."""

    gross: timedelta
    paused: timedelta
    closed: timedelta

    @property
    def net(self) -> timedelta:
        """The time that those who hold it have had."""
        return self.gross - self.paused - self.closed


class Basis(StrEnum):
    """What a forecast rests on."""

    DELAY_TOLD = "delay_told"
    PACE = "pace"
    OVERDUE = "overdue"
    PAUSED = "paused"
    NOTHING_YET = "nothing_yet"


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a step is to be expected, whether that is too late, and what this rests on."""

    expected_at: datetime | None
    breach: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class StepReading:
    """How one step stands."""

    deadline: Deadline
    taken_at: datetime | None
    share: Fraction
    """How much of its span has been used, 1 being all of it."""
    late: bool
    forecast: Forecast | None


def times(history: History, calendars: Calendars, now: datetime) -> Times:
    """Tell how long a referral has taken until now, or until its clock ended."""
    until = _until(history, now)
    gross = until - history.received_at
    not_paused = counted(running(history, history.received_at, None), until)
    net = not_paused
    if history.urgency is Urgency.ROUTINE:
        net = counted(running(history, history.received_at, calendars), until)
    return Times(gross, gross - not_paused, not_paused - net)


def read_steps(history: History, calendars: Calendars, now: datetime) -> dict[ClockStep, StepReading]:
    """Tell how each step stands."""
    deadlines = {step: deadline(_when_taken(history, step), step, calendars) for step in ClockStep}
    shares = {step: _share(one, history.steps.get(step, _until(history, now))) for step, one in deadlines.items()}
    # The slowest step so far: routing assigns in a moment, and says nothing of how quick people are.
    pace = max((shares[step] for step in history.steps), default=None)
    return {step: _read(history, one, shares[step], pace, _until(history, now)) for step, one in deadlines.items()}


def _when_taken(history: History, step: ClockStep) -> History:
    """Leave out what came after a step was taken: it makes what was in time no later, and what was late no better."""
    taken_at = history.steps.get(step)
    if taken_at is None:
        return history
    return replace(
        history,
        urgencies=tuple((since, urgency) for since, urgency in history.urgencies if since <= taken_at),
        holders=tuple(holder for holder in history.holders if holder.since <= taken_at),
        pauses=tuple(pause for pause in history.pauses if pause.start < taken_at),
    )


def _until(history: History, now: datetime) -> datetime:
    return max(history.ended.at if history.ended is not None else now, history.received_at)


def _share(one: Deadline, until: datetime) -> Fraction:
    microsecond = timedelta(microseconds=1)
    return Fraction(counted(one.stretches, until) // microsecond, one.span.length // microsecond)


def _read(history: History, one: Deadline, share: Fraction, pace: Fraction | None, until: datetime) -> StepReading:
    taken_at = history.steps.get(one.step)
    late = one.due_at is not None and (taken_at or until) > one.due_at
    is_owed = taken_at is None and history.ended is None
    forecast = _forecast(history, one, share, pace, late, until) if is_owed else None
    return StepReading(one, taken_at, share, late, forecast)


def _forecast(
    history: History, one: Deadline, share: Fraction, pace: Fraction | None, late: bool, until: datetime
) -> Forecast:
    """Expect a step when the office has said so; else at the pace of the steps before it."""
    told = history.delays[-1].expected if history.delays and one.step is ClockStep.ANSWER else None
    expected = told if told is not None and told > until else None
    if late:
        return Forecast(expected, True, Basis.OVERDUE)
    if expected is not None:
        return Forecast(expected, one.due_at is not None and expected > one.due_at, Basis.DELAY_TOLD)
    if one.due_at is None:
        return Forecast(None, False, Basis.PAUSED)
    if pace is None:
        return Forecast(None, False, Basis.NOTHING_YET)
    at_pace = max(pace, share)
    return Forecast(one.reached(at_pace), at_pace > 1, Basis.PACE)
