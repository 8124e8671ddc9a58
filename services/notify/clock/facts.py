"""What the clock keeps of an event: the few words that count, never more than the event said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.vocabulary.clocks import DelayGround, PauseGround
from schemas.vocabulary.requests import Urgency


class Kind(StrEnum):
    """What a fact means to the clock."""

    RECEIVED = "received"
    SUPPLEMENTED = "supplemented"
    PLACED = "placed"
    SENT_BACK = "sent_back"
    ACKNOWLEDGED = "acknowledged"
    PAUSED = "paused"
    RESUMED = "resumed"
    LEFT = "left"
    DONE = "done"
    QUESTION_ANSWERED = "question_answered"
    ANSWERED = "answered"
    DELAY_TOLD = "delay_told"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as the clock sees it. Facts of a referral are a set: in which order they came says nothing."""

    kind: Kind
    at: datetime
    sequence: int = 0
    """The event's number among those of its routing decision, or of its item."""
    since: datetime | None = None
    office: str | None = None
    desk: str | None = None
    urgency: Urgency | None = None
    item: str | None = None
    decision: int | None = None
    ground: PauseGround | None = None
    delay: DelayGround | None = None
    question: str | None = None
    until: datetime | None = None
