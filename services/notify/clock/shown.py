"""What is answered about clocks, as the interface describes it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from schemas.vocabulary.clocks import ClockStep, DelayGround, EscalationLevel, PauseGround
from schemas.vocabulary.requests import Urgency
from services.notify.clock.history import EndedBecause
from services.notify.clock.reading import Basis


class EndedShown(Shown):
    """When and why a clock has ended."""

    at: datetime
    because: EndedBecause


class TimesShown(Shown):
    """How long it has taken so far."""

    gross_seconds: int = Field(description="Seconds since it was received.")
    paused_seconds: int = Field(description="Seconds that it stood still.")
    closed_seconds: int = Field(description="Seconds that the office was closed; of a routine referral only.")
    net_seconds: int = Field(description="Seconds that count.")


class ForecastShown(Shown):
    """When a step is expected to be taken."""

    expected_at: datetime | None
    breach_expected: bool | None = Field(description="None where nothing can be said.")
    basis: Basis


class StepShown(Shown):
    """What is owed by when."""

    step: ClockStep
    span: str = Field(description="How long it may take, in words.")
    due_at: datetime | None = Field(description="None while that cannot be said: the clock stands still.")
    taken_at: datetime | None
    share_used: float = Field(description="Part of the span that is used; above 1 it is late.")
    late: bool
    forecast: ForecastShown | None


class StandstillShown(Shown):
    """What stood still, and why."""

    ground: PauseGround
    start: datetime = Field(alias="from")
    until: datetime | None
    expected_until: datetime | None
    question_id: UUID | None


class DelayToldShown(Shown):
    """A delay that the requester was told of."""

    ground: DelayGround
    told_at: datetime
    expected_until: datetime


class EscalatedShown(Shown):
    """Who was told of a missed deadline."""

    step: ClockStep
    level: EscalationLevel
    due_at: datetime
    told_at: datetime


class NextEscalation(Shown):
    """Who is told next."""

    step: ClockStep
    level: EscalationLevel
    at: datetime


class EscalationsShown(Shown):
    """Who has been told of missed deadlines, and who is next."""

    told: list[EscalatedShown]
    next: NextEscalation | None


class ClockShown(Shown):
    """How a referral's clock stands."""

    referral_id: UUID
    office: str
    desk: str
    urgency: Urgency
    received_at: datetime
    running: bool
    ended: EndedShown | None
    time: TimesShown
    steps: list[StepShown]
    pauses: list[StandstillShown]
    delays: list[DelayToldShown]
    escalations: EscalationsShown


class ToldClocksShown(Shown):
    """One page of the clocks of which a level has been told."""

    level: EscalationLevel
    clocks: list[ClockShown]
    next: str | None = Field(description="The cursor of the next page.")


class OfficeClocksShown(Shown):
    """One page of an office's clocks."""

    office: str
    clocks: list[ClockShown]
    next: str | None = Field(description="The cursor of the next page.")
