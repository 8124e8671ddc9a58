"""What has happened to a referral, as far as its clock is concerned: told from facts, in whatever order they came."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.vocabulary.clocks import ClockStep, DelayGround
from schemas.vocabulary.requests import Urgency
from services.notify.clock.facts import Fact, Kind
from services.notify.clock.pauses import Pause, pauses_of

NOBODY_YET = "SPECOPS"
"""The desk that a referral counts as being with until routing has said where it is: it is always with somebody."""


class EndedBecause(StrEnum):
    """Why a clock has ended."""

    ANSWERED = "answered"
    SENT_BACK = "sent_back"
    RECALLED = "recalled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Holder:
    """Where a referral is from a moment on."""

    since: datetime
    office: str
    desk: str


@dataclass(frozen=True, slots=True)
class Delay:
    """What the requester was told of a delay."""

    ground: DelayGround
    told_at: datetime
    expected: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """When a clock has ended, and why."""

    at: datetime
    because: EndedBecause


@dataclass(frozen=True, slots=True)
class History:
    """All that deadlines are computed from."""

    received_at: datetime
    urgencies: tuple[tuple[datetime, Urgency], ...]
    holders: tuple[Holder, ...]
    steps: dict[ClockStep, datetime]
    pauses: tuple[Pause, ...]
    delays: tuple[Delay, ...]
    ended: Ended | None

    @property
    def urgency(self) -> Urgency:
        """How urgent it is now."""
        return self.urgencies[-1][1]

    @property
    def holder(self) -> Holder:
        """Where it is now."""
        return self.holders[-1]


def read_history(facts: Collection[Fact]) -> History | None:
    """Tell what has happened; None as long as nobody has said when the referral came in."""
    placed = _placements(facts)
    begun = [fact.at for fact in facts if fact.kind is Kind.RECEIVED] or [p.since for p in placed if p.since]
    if not begun:
        return None
    received_at = min(begun)
    urgencies = _urgencies(facts, placed, received_at)
    return History(
        received_at,
        urgencies,
        _holders(placed, received_at),
        _steps(facts, placed, received_at),
        pauses_of(facts, urgencies[-1][1]),
        _delays(facts),
        _ended(facts, placed, received_at),
    )


def _of(facts: Iterable[Fact], *kinds: Kind) -> list[Fact]:
    return sorted(
        (fact for fact in facts if fact.kind in kinds), key=lambda fact: (fact.at, fact.sequence, fact.item or "")
    )


def _placements(facts: Collection[Fact]) -> list[Fact]:
    """Give the decisions on a referral in their order, also a sending back."""
    decisions = [fact for fact in facts if fact.kind in (Kind.PLACED, Kind.SENT_BACK)]
    return sorted(decisions, key=lambda fact: (fact.sequence, fact.at))


def _moments(placed: Sequence[Fact], received_at: datetime) -> list[datetime]:
    """Give the moment of each decision; none lies before the one that it follows."""
    moments: list[datetime] = []
    for fact in placed:
        moments.append(max(fact.at, moments[-1] if moments else received_at))
    return moments


def _holders(placed: Sequence[Fact], received_at: datetime) -> tuple[Holder, ...]:
    holders = [Holder(received_at, NOBODY_YET, NOBODY_YET)]
    for fact, at in zip(placed, _moments(placed, received_at), strict=True):
        desk = fact.desk or holders[-1].desk
        holders.append(Holder(at, fact.office or desk, desk))
    return tuple(holders)


def _urgencies(
    facts: Collection[Fact], placed: Sequence[Fact], received_at: datetime
) -> tuple[tuple[datetime, Urgency], ...]:
    """Tell how urgent it was since when. The first decision holds from the beginning; an addition can only raise.

    Nor does a decision lower what was added: it may have been taken by somebody who had not heard of it.
    """
    said = [(at, fact) for fact, at in zip(placed, _moments(placed, received_at), strict=True) if fact.urgency]
    stated = [fact.urgency for fact in _of(facts, Kind.RECEIVED) if fact.urgency]
    first = said[0][1].urgency if said else stated[0] if stated else None
    known = [(received_at, first or Urgency.PRIORITY)]
    added = [(max(fact.at, received_at), fact) for fact in _of(facts, Kind.SUPPLEMENTED)]
    at_least = Urgency.ROUTINE
    for at, fact in sorted([*said[1:], *added], key=lambda told: (told[0], told[1].kind, told[1].sequence)):
        urgency = fact.urgency or known[-1][1]
        if fact.kind is Kind.SUPPLEMENTED:
            urgency = at_least = min(urgency, known[-1][1])
        urgency = min(urgency, at_least)
        if urgency is not known[-1][1]:
            known.append((at, urgency))
    return tuple(known)


def _steps(facts: Collection[Fact], placed: Sequence[Fact], received_at: datetime) -> dict[ClockStep, datetime]:
    """Say which steps were taken, each when it was first."""
    assigned = [at for fact, at in zip(placed, _moments(placed, received_at), strict=True) if fact.office]
    taken = {
        ClockStep.ACKNOWLEDGE: [fact.at for fact in facts if fact.kind is Kind.ACKNOWLEDGED],
        ClockStep.ASSIGN: assigned,
        ClockStep.ANSWER: [fact.at for fact in facts if fact.kind is Kind.ANSWERED],
    }
    return {step: max(min(moments), received_at) for step, moments in taken.items() if moments}


def _delays(facts: Collection[Fact]) -> tuple[Delay, ...]:
    told = _of(facts, Kind.DELAY_TOLD)
    return tuple(Delay(fact.delay, fact.at, fact.until) for fact in told if fact.delay and fact.until)


def _ended(facts: Collection[Fact], placed: Sequence[Fact], received_at: datetime) -> Ended | None:
    """Say when nothing was owed any more: the earliest of what ends a clock.

    Sending back ends it as long as no decision follows; then it has run on, for that is none of the three grounds.
    """
    last = placed[-1] if placed else None
    ends = [Ended(fact.at, EndedBecause.ANSWERED) for fact in facts if fact.kind is Kind.ANSWERED]
    ends += [Ended(fact.at, EndedBecause.RECALLED) for fact in facts if fact.kind is Kind.RECALLED]
    if last is not None and last.kind is Kind.SENT_BACK:
        ends.append(Ended(_moments(placed, received_at)[-1], EndedBecause.SENT_BACK))
    decisions = last.sequence if last is not None else 0
    done = [fact for fact in facts if fact.kind is Kind.DONE and (fact.decision or 0) >= decisions]
    ends += [Ended(fact.at, EndedBecause.CLOSED) for fact in done]
    first = min(ends, key=lambda end: (end.at, end.because), default=None)
    return Ended(max(first.at, received_at), first.because) if first is not None else None
