"""What the clock tells: a deadline has passed, and who is told of it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.events.base import Event
from schemas.vocabulary.clocks import ClockStep, EscalationLevel
from schemas.vocabulary.requests import Urgency


class DeadlineMissed(Event):
    """A step that a referral was owed by now has not been taken; somebody higher is told."""

    type: Literal["dragoman.clock.deadline-missed.v1"] = "dragoman.clock.deadline-missed.v1"
    office: str = Field(description="The queue that holds the referral.")
    step: ClockStep
    level: EscalationLevel
    urgency: Urgency
    due_at: datetime
    missed_at: datetime
