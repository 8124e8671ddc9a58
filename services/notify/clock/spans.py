"""What a referral is owed by when, by urgency; and when somebody higher is told.

Acknowledge, assign and answer follow the project's scale of urgency. How late somebody higher is told is our own
figure: no source gives one.
"""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from schemas.vocabulary.clocks import ClockStep, EscalationLevel
from schemas.vocabulary.requests import Urgency

WORKING_DAY = timedelta(hours=8, minutes=30)
"""How long every office is open on a day that it is open: a working day is so much open time."""


@dataclass(frozen=True, slots=True)
class Span:
    """How long a step may take: in hours around the clock, or in days on which the office is open."""

    words: str
    length: timedelta
    in_office_hours: bool = False


def _hours(count: float) -> Span:
    return Span(f"{count:g} h" if count >= 1 else f"{count * 60:g} min", timedelta(hours=count))


def _days(count: int) -> Span:
    return Span(f"{count} days", timedelta(days=count))


def _working_days(count: int) -> Span:
    return Span(f"{count} working day{'s' if count > 1 else ''}", count * WORKING_DAY, in_office_hours=True)


SPANS: dict[Urgency, dict[ClockStep, Span]] = {
    Urgency.LIFE: {ClockStep.ACKNOWLEDGE: _hours(0.25), ClockStep.ASSIGN: _hours(1), ClockStep.ANSWER: _hours(8)},
    Urgency.URGENT: {ClockStep.ACKNOWLEDGE: _hours(1), ClockStep.ASSIGN: _hours(4), ClockStep.ANSWER: _hours(24)},
    Urgency.PRIORITY: {
        ClockStep.ACKNOWLEDGE: _working_days(1),
        ClockStep.ASSIGN: _working_days(2),
        ClockStep.ANSWER: _days(7),
    },
    Urgency.ROUTINE: {
        ClockStep.ACKNOWLEDGE: _working_days(2),
        ClockStep.ASSIGN: _working_days(5),
        ClockStep.ANSWER: _days(30),
    },
}

TOLD_AT: dict[EscalationLevel, Fraction] = {
    EscalationLevel.SUPERVISOR: Fraction(1),
    EscalationLevel.DESK: Fraction(3, 2),
    EscalationLevel.HEADQUARTERS: Fraction(2),
}
"""At which part of a span each of them is told: when it is over, half of it later, all of it later."""


def part_of(span: Span, part: Fraction) -> timedelta:
    """Give a part of a span, to the microsecond."""
    return span.length * part.numerator // part.denominator
