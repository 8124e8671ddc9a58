"""What is answered about the feed, as the interface describes it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from runtime.described import Shown
from services.referrals.feed.circuit import CircuitState
from services.referrals.feed.query import ListName
from services.referrals.feed.sweep_store import Phase


class CircuitShown(Shown):
    """Whether the public service lets us in."""

    state: CircuitState
    until: datetime | None = Field(description="Nothing is asked before this.")
    refusals: int = Field(description="Refusals in a row.")
    times_opened: int


class SweepCounts(Shown):
    """What became of the notices of a sweep; what has not been counted is not there."""

    new: int | None = None
    changed: int | None = None
    image_changed: int | None = None
    relisted: int | None = None
    not_listed: int | None = None
    quarantined: int | None = None
    missing: int | None = None
    away: int | None = None
    ended: int | None = None
    same: int | None = None


class SweepRequests(Shown):
    """How often the service was asked in a sweep."""

    pages: int = Field(description="For pages of a list.")
    notices: int = Field(description="For single notices.")
    lost: int = Field(description="Whose answers were lost when the sweep was broken off.")


class SweepFigures(Shown):
    """The figures of a sweep."""

    sweep: int = Field(description="Number of the sweep.")
    ended_at: datetime | None
    total: int | None = Field(description="How many notices the service says there are.")
    distinct: int | None = Field(description="How many were found.")
    coverage: float | None = Field(description="Part that was found, from 0 to 1.")
    counts: SweepCounts
    requests: SweepRequests | None


class CompleteSweep(SweepFigures):
    """The last sweep that found everybody listed."""

    age_s: int = Field(description="Seconds since it ended.")


class ProgressShown(Shown):
    """How far a sweep has come."""

    phase: Phase
    done: int | None = None
    of: int | None = None


class AlarmShown(Shown):
    """A question that did not give everybody; a pattern of names is only told as being one."""

    filters: dict[str, str | int]
    total: int
    known: int
    ground: str


class LastSweep(SweepFigures):
    """The newest sweep, which is often the one that goes on now."""

    source: str
    state: Literal["running", "paused", "complete", "incomplete", "suspicious", "abandoned"]
    reason: str | None = Field(description="Why it has stopped or not found everybody.")
    until: datetime | None = Field(description="While it is paused: when it may go on at the earliest.")
    started_at: datetime
    progress: ProgressShown | None
    alarms: list[AlarmShown]


class ListShown(Shown):
    """How one list of the feed stands."""

    list: ListName
    last_complete: CompleteSweep | None
    last: LastSweep | None
    due_at: datetime | None = Field(description="When the next sweep is due.")


class FeedShown(Shown):
    """How every list of the feed stands, and whether the public service lets us in."""

    at: datetime
    circuit: CircuitShown
    lists: list[ListShown]
