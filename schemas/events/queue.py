"""What `notify` tells of items in queues: waiting, taken, worked on, given on, left."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from schemas.events.base import Event
from schemas.vocabulary.clocks import DelayGround, PauseGround
from schemas.vocabulary.facts import Category
from schemas.vocabulary.queues import AnswerKind, CloseCode, ClosedBecause, QueueRole, RefusalGround, TransferGround
from schemas.vocabulary.recalls import KeepGround, RecallOutcome
from schemas.vocabulary.requests import Urgency


class QueueEvent(Event):
    """A fact about one item of one queue."""

    item_id: str
    office: str
    role: QueueRole
    decision: int = Field(
        default=1, description="Which decision on the referral, by number, put or kept the item here."
    )


class ItemQueued(QueueEvent):
    """A referral waits in a queue."""

    type: Literal["dragoman.queue.item-queued.v1"] = "dragoman.queue.item-queued.v1"
    requester_country: str
    category: Category
    urgency: Urgency
    queued_at: datetime


class ItemClaimed(QueueEvent):
    """An officer has taken an item to work on."""

    type: Literal["dragoman.queue.item-claimed.v1"] = "dragoman.queue.item-claimed.v1"
    claimed_at: datetime


class ItemAccepted(QueueEvent):
    """An office has accepted a referral as its own."""

    type: Literal["dragoman.queue.item-accepted.v1"] = "dragoman.queue.item-accepted.v1"
    accepted_at: datetime


class ItemChanged(QueueEvent):
    """What an office has to do with an item of its own has changed, or whether the gates of a notice let it act."""

    type: Literal["dragoman.queue.item-changed.v1"] = "dragoman.queue.item-changed.v1"
    category: Category
    urgency: Urgency
    changed_at: datetime


class ItemClosed(QueueEvent):
    """An item has left its queue; nobody can act on it there any more."""

    type: Literal["dragoman.queue.item-closed.v1"] = "dragoman.queue.item-closed.v1"
    closed_because: ClosedBecause
    code: CloseCode | None = Field(default=None, description="With what result an office closed it.")
    moved_to: str | None = Field(default=None, description="The queue that holds the referral now.")
    closed_at: datetime


class ItemGivenBack(QueueEvent):
    """An officer has put a claimed item back: anybody of the office may take it."""

    type: Literal["dragoman.queue.item-given-back.v1"] = "dragoman.queue.item-given-back.v1"
    given_back_at: datetime


class ItemSnoozed(QueueEvent):
    """An item is not offered again until a moment."""

    type: Literal["dragoman.queue.item-snoozed.v1"] = "dragoman.queue.item-snoozed.v1"
    until: datetime


class ItemReturned(QueueEvent):
    """An office has put a question back to the requester; its clock stands still until the answer."""

    type: Literal["dragoman.queue.item-returned.v1"] = "dragoman.queue.item-returned.v1"
    question_id: UUID
    returned_at: datetime


class ItemPaused(QueueEvent):
    """The clock of an item stands still for a ground other than a question."""

    type: Literal["dragoman.queue.item-paused.v1"] = "dragoman.queue.item-paused.v1"
    ground: PauseGround
    paused_at: datetime
    expected_until: datetime | None = None


class ItemResumed(QueueEvent):
    """What an item waited for has come: its clock runs again."""

    type: Literal["dragoman.queue.item-resumed.v1"] = "dragoman.queue.item-resumed.v1"
    ground: PauseGround
    question_id: UUID | None = None
    resumed_at: datetime


class ItemDeclined(QueueEvent):
    """An office does not act on a referral, or on a part of it, and says by code why."""

    type: Literal["dragoman.queue.item-declined.v1"] = "dragoman.queue.item-declined.v1"
    ground: RefusalGround
    offence_numbers: tuple[int, ...] = Field(default=(), description="Offences declined, from 0; none named: all.")
    duplicate_of: UUID | None = None
    declined_at: datetime


class ItemTransferAsked(QueueEvent):
    """An office hands a referral on to another; until that is recorded nobody acts on it."""

    type: Literal["dragoman.queue.item-transfer-asked.v1"] = "dragoman.queue.item-transfer-asked.v1"
    to: str
    ground: TransferGround
    asked_by: str = Field(description="Staff id, never a name.")
    asked_at: datetime


class ItemAnswered(QueueEvent):
    """An office has answered; the answer itself is read from `referrals`, under its own marks."""

    type: Literal["dragoman.queue.item-answered.v1"] = "dragoman.queue.item-answered.v1"
    answer_id: UUID
    kind: AnswerKind
    answered_at: datetime


class DelayTold(QueueEvent):
    """An office says that its answer will be late, why, and when it is expected."""

    type: Literal["dragoman.queue.delay-told.v1"] = "dragoman.queue.delay-told.v1"
    ground: DelayGround
    expected_until: datetime
    told_at: datetime


class RecallAcknowledged(QueueEvent):
    """A holder of a recalled referral says what became of its copy."""

    type: Literal["dragoman.queue.recall-acknowledged.v1"] = "dragoman.queue.recall-acknowledged.v1"
    outcome: RecallOutcome
    ground: KeepGround | None = Field(default=None, description="Why a copy is kept.")
    acknowledged_by: str = Field(description="Staff id, never a name.")
    acknowledged_at: datetime
