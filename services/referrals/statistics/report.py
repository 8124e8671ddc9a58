"""A report: rows of counts that add up to their total, with the time that each step took."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import ceil
from typing import Any


class Dimension(StrEnum):
    """By what referrals may be counted apart."""

    COUNTRY = "country"
    CHANNEL = "channel"
    CATEGORY = "category"
    OFFICE = "office"
    URGENCY = "urgency"
    OUTCOME = "outcome"
    GROUND = "ground"


class Outcome(StrEnum):
    """What has become of a referral so far; each has exactly one."""

    ANSWERED = "answered"
    REFUSED = "refused"
    RECALLED = "recalled"
    CLOSED = "closed"
    OPEN = "open"


class Step(StrEnum):
    """What is timed, each from the moment when the request was received; gross, with all pauses."""

    DECIDED = "decided"
    ASSIGNED = "assigned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    REFUSED = "refused"


class Trait(StrEnum):
    """What is counted beside the outcome."""

    URGENT = "urgent"
    JUDICIAL_LEAVE = "judicial_leave"
    PARTLY_ANSWERED = "partly_answered"
    PARTLY_REFUSED = "partly_refused"


@dataclass(slots=True)
class Counts:
    """What was counted of some referrals."""

    requests: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    grounds: Counter[str] = field(default_factory=Counter)
    traits: Counter[Trait] = field(default_factory=Counter)
    seconds: dict[Step, Counter[int]] = field(default_factory=lambda: {step: Counter() for step in Step})
    """How many referrals took how long to each step."""

    def count(self, outcome: Outcome, ground: str | None, traits: Iterable[Trait], number: int) -> None:
        """Count referrals that are alike."""
        self.requests += number
        self.outcomes[outcome] += number
        if ground is not None:
            self.grounds[ground] += number
        for trait in traits:
            self.traits[trait] += number

    def add(self, other: "Counts") -> None:
        """Add what was counted elsewhere."""
        self.requests += other.requests
        self.outcomes.update(other.outcomes)
        self.grounds.update(other.grounds)
        self.traits.update(other.traits)
        for step, seconds in other.seconds.items():
            self.seconds[step].update(seconds)


Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of a period, by some dimensions."""

    first: date
    last: date
    by: tuple[Dimension, ...]
    rows: Mapping[Key, Counts]

    @property
    def total(self) -> Counts:
        """Give the sum of all rows."""
        total = Counts()
        for counts in self.rows.values():
            total.add(counts)
        return total


def percentile(seconds: Counter[int], percent: int) -> int | None:
    """Give the shortest time within which so many percent took their step; None if nobody did."""
    wanted = ceil(seconds.total() * percent / 100)
    for value in sorted(seconds):
        wanted -= seconds[value]
        if wanted <= 0:
            return value
    return None


def report_of(first: date, last: date, by: Sequence[Dimension], found: Iterable[Mapping[str, Any]]) -> Report:
    """Put together what the database has grouped: referrals that are alike, and those that took a step as fast."""
    rows: dict[Key, Counts] = {}
    for row in found:
        group = row["_id"]
        counts = rows.setdefault(tuple(group["key"]), Counts())
        if group["step"] == COUNTED:
            traits = [trait for trait in Trait if group[trait.value]]
            counts.count(Outcome(group["outcome"]), group["ground"], traits, row["number"])
        else:
            counts.seconds[Step(group["step"])][group["seconds"]] += row["number"]
    return Report(first, last, tuple(by), dict(sorted(rows.items())))


COUNTED = "counted"
"""The group that says how many referrals there are, beside those that say how long a step took."""
