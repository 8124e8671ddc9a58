"""What is answered about items, as the interface describes it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from runtime.described import Shown, problems
from schemas.marks import Marks
from schemas.notices import Colour, Gate, NoticeAction, NoticeSource
from schemas.vocabulary.clocks import DelayGround, PauseGround
from schemas.vocabulary.facts import Category
from schemas.vocabulary.queues import (
    AnswerKind,
    CloseCode,
    ClosedBecause,
    ItemState,
    QueueRole,
    RefusalGround,
    TransferGround,
)
from schemas.vocabulary.recalls import KeepGround, RecallGround, RecallOutcome
from schemas.vocabulary.requests import Urgency


class PartShown(Shown):
    """What of a referral is this office's, by places in the referral, from 0."""

    offence_numbers: tuple[int, ...]
    nexus_numbers: tuple[int, ...]


class PauseShown(Shown):
    """For what the clock stands still."""

    ground: PauseGround
    expected_until: datetime


class DelayShown(Shown):
    """The delay that the requester was told of last."""

    ground: DelayGround
    expected_until: datetime


class DeclinedShown(Shown):
    """What the office declined last, and why; no numbers: all of it."""

    ground: RefusalGround
    offence_numbers: tuple[int, ...]


class AnswerShown(Shown):
    """The answer that was let out last."""

    answer_id: UUID
    kind: AnswerKind


class AcknowledgedShown(Shown):
    """What became of the office's copy."""

    outcome: RecallOutcome
    ground: KeepGround | None
    by: str


class NoticeShown(Shown):
    """The INTERPOL notice that a referral rests on; it is no warrant."""

    notice_id: UUID
    colour: Colour
    source: NoticeSource
    action: NoticeAction
    open: tuple[Gate, ...] = Field(description="Gates that nobody has passed.")
    valid_until: datetime | None = Field(description="Until when the owner's word holds that it is in force.")
    life_until: datetime | None = Field(description="Until when a release for life by one person lets the lead act.")
    may_act_until: datetime | None = Field(description="Until when the office may act; null or past: it may not.")
    says: str
    gates: str = Field(description="Where its gates are passed: at the referrals service.")


class ItemShown(Shown):
    """An item of a queue; what has not happened to it is not there."""

    item_id: str
    version: int
    referral_id: UUID
    office: str
    role: QueueRole
    state: ItemState
    requester_country: str
    queued_at: datetime
    decision: int
    category: Category
    urgency: Urgency
    marks: Marks
    because: str
    part: PartShown | None = None
    joins: tuple[UUID, ...] = ()
    referral_version: int = 1
    notice: NoticeShown | None = None

    claimed_by: str | None = None
    claimed_at: datetime | None = None
    accepted_at: datetime | None = None
    given_back_by: str | None = None
    given_back_at: datetime | None = None
    snoozed_until: datetime | None = None
    question_id: UUID | None = Field(default=None, description="The question that it waits for the answer to.")
    returned_at: datetime | None = None
    paused: PauseShown | None = None
    paused_at: datetime | None = None
    resumed_at: datetime | None = None
    delay: DelayShown | None = None
    told_at: datetime | None = Field(default=None, description="When the requester was told of the delay.")
    moving_to: str | None = Field(default=None, description="The queue that it is on its way to.")
    transfer_ground: TransferGround | None = None
    asked_at: datetime | None = Field(default=None, description="When the transfer was asked for.")
    declined: DeclinedShown | None = None
    declined_at: datetime | None = None
    answer: AnswerShown | None = None
    answered_at: datetime | None = None
    code: CloseCode | None = Field(default=None, description="With what result the office closed it.")
    closed_because: ClosedBecause | None = None
    closed_at: datetime | None = None
    moved_to: str | None = Field(default=None, description="The queue that holds the referral now.")
    recall_ground: RecallGround | None = None
    recalled_at: datetime | None = None
    acknowledged: AcknowledgedShown | None = None
    acknowledged_at: datetime | None = None


class OfficeShown(Shown):
    """How much an office has, by state."""

    office: str
    items: dict[ItemState, int]


class QueueShown(Shown):
    """One page of a queue."""

    office: str
    items: list[ItemShown]
    next: str | None = Field(description="The cursor of the next page.")


class LeaseShown(Shown):
    """What is held by one lease; no token when nothing is."""

    office: str
    lease_token: str | None
    lease_until: datetime | None
    items: list[ItemShown]


class OutcomeShown(Shown):
    """What became of a step with one of several items: the item, or the code of why not."""

    item_id: str
    status: int
    item: ItemShown | None = None
    code: str | None = None
    title: str | None = None
    detail: str | None = None


class OutcomesShown(Shown):
    """What became of a step with several items, each for itself."""

    office: str
    items: list[OutcomeShown]


REFUSALS = problems(
    {
        400: "The cursor is of another list.",
        404: "There is no such office, or no such item in its queue.",
        422: "It is not of the right form, or does not fit together.",
        503: "A part of the system is away: send the same again.",
    }
)
STEP_REFUSALS = {
    **REFUSALS,
    **problems({409: "The item cannot be had, or not under this token; the code says why."}),
}
"""What may be answered instead."""
