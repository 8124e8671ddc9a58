"""What is answered about replays and simulations, as the interface describes it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from services.routing.replays import ReplayState
from services.routing.shown import DecidedShown


class ReplayShown(Shown):
    """How far a replay has come, how quickly, and how long it will take."""

    run: UUID
    version: str
    digest: str
    rules_on: date = Field(description="The rules as they stand on this day.")
    staff: str
    state: ReplayState
    failed: str | None = Field(description="Why it failed.")
    created_at: datetime
    ended_at: datetime | None
    since: datetime | None = Field(description="Only decisions made at or after this.")
    until: datetime | None = Field(description="Only decisions made before this.")
    desk: str | None = Field(description="Only referrals of this desk.")
    total: int = Field(description="Decisions to go through.")
    done: int = Field(description="Decisions gone through.")
    changed: int = Field(description="Decisions that would change.")
    moved: int = Field(description="Of these, how many would go to another holder.")
    unreadable: int = Field(description="Decisions whose facts are no longer read.")
    share: float = Field(description="Part that is done, from 0 to 1.")
    per_second: float = Field(description="Decisions a second.")
    seconds_left: float | None = Field(description="Seconds until it is through; none before it has begun.")


class ReplaysShown(Shown):
    """One page of the replays of a ruleset."""

    replays: list[ReplayShown]
    next: str | None = Field(description="The cursor of the next page.")


class MovesCounted(Shown):
    """How many decisions would go from one holder to another."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    count: int


class ReasonsCounted(Shown):
    """How many decisions of a category one rule would take from another."""

    rule_from: str
    rule_to: str
    category: str
    count: int


class SummaryShown(Shown):
    """How many decisions would change, most first."""

    run: ReplayShown
    moves: list[MovesCounted]
    reasons: list[ReasonsCounted]


class ChangeShown(Shown):
    """What would change about one decision; `before` and `after` have the fields that `fields` names."""

    referral_id: UUID
    decided_at: datetime
    source: str = Field(alias="from", description="Who held it.")
    target: str = Field(alias="to", description="Who would.")
    rule_from: str
    rule_to: str
    category: str
    fields: list[str]
    before: dict[str, Any]
    after: dict[str, Any]
    because: str


class ChangesShown(Shown):
    """One page of what would change, in the order of referrals."""

    run: UUID
    changes: list[ChangeShown]
    next: str | None = Field(description="The cursor of the next page.")


class SimulatedShown(DecidedShown):
    """What would be decided on one referral."""

    referral_id: UUID | None = Field(default=None, description="Left out where facts came without an id.")
    facts: dict[str, Any] = Field(description="As the event `dragoman.referral.received.v1` has them.")


class SimulationShown(Shown):
    """What would be decided, in the order in which it was asked."""

    ruleset: str
    at: datetime
    decisions: list[SimulatedShown]
