"""What `referrals` tells: a request came in, was added to, answered, withdrawn, erased; and what liaisons see."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from schemas.events.base import Event
from schemas.events.facts import NexusFact, NoticeFact, OffenceFact
from schemas.marks import Marks
from schemas.notices import Gate, NoticeAction
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.queues import AnswerKind, DepositKind
from schemas.vocabulary.recalls import RecallGround
from schemas.vocabulary.requests import Channel, RequesterKind, RequestType, SupplementKind, Urgency, UrgencyGround


class ReferralReceived(Event):
    """A foreign request has been stored and acknowledged."""

    type: Literal["dragoman.referral.received.v1"] = "dragoman.referral.received.v1"
    received_at: datetime
    requester_country: str
    requester_kind: RequesterKind = RequesterKind.AGENCY
    channel: Channel
    request_type: RequestType
    urgency: Urgency
    urgency_ground: UrgencyGround | None = None
    offences: tuple[OffenceFact, ...]
    nexus: tuple[NexusFact, ...] = ()
    marks: Marks
    flags: tuple[Flag, ...] = ()
    earlier: tuple[UUID, ...] = Field(default=(), description="Referrals that this one follows.")
    notice: NoticeFact | None = Field(default=None, description="The INTERPOL notice that it was made of.")


class ReferralSupplemented(Event):
    """The requester has added to a referral or corrected it; what was there before stays."""

    type: Literal["dragoman.referral.supplemented.v1"] = "dragoman.referral.supplemented.v1"
    number: int = Field(ge=2, description="Which version of the referral this makes, the first being 1.")
    kind: SupplementKind
    supplemented_at: datetime
    urgency: Urgency
    marks: Marks = Field(description="The strictest of what was said so far and what is said now.")
    flags: tuple[Flag, ...] = Field(default=(), description="All that a person must look at, new ones among them.")


class ContentDeposited(Event):
    """An office has deposited a question or an answer; nobody gets it until the office takes the step that names it."""

    type: Literal["dragoman.referral.content-deposited.v1"] = "dragoman.referral.content-deposited.v1"
    piece_id: UUID = Field(description="The question's or the answer's id, by which a step names it.")
    kind: DepositKind
    office: str
    answer_kind: AnswerKind | None = Field(default=None, description="How far an answer answers; of a question, none.")
    deposited_at: datetime


class QuestionAnswered(Event):
    """The requester has answered a question that an office had put back to it."""

    type: Literal["dragoman.referral.question-answered.v1"] = "dragoman.referral.question-answered.v1"
    question_id: UUID
    answered_at: datetime


class NoticeGatesChanged(Event):
    """What must be done before an office may act on a referral that rests on a notice has been done, or has lapsed."""

    type: Literal["dragoman.referral.notice-gates-changed.v1"] = "dragoman.referral.notice-gates-changed.v1"
    notice_id: UUID
    open: tuple[Gate, ...] = Field(description="Gates that nobody has passed; empty when the office may act.")
    valid_until: datetime | None = Field(
        default=None, description="Until when the owner's word holds that the notice is in force; then it is stale."
    )
    action: NoticeAction
    changed_at: datetime


class ReferralRecalled(Event):
    """The originator has withdrawn a referral: every holder stops, and says what became of its copy."""

    type: Literal["dragoman.referral.recalled.v1"] = "dragoman.referral.recalled.v1"
    ground: RecallGround
    recalled_at: datetime


class ReferralErased(Event):
    """Every holder of a recalled referral has erased it, and its key is gone."""

    type: Literal["dragoman.referral.erased.v1"] = "dragoman.referral.erased.v1"
    erased_at: datetime


class TimelineNoted(Event):
    """Something that its requester may see has been added to a referral's timeline."""

    type: Literal["dragoman.referral.timeline-noted.v1"] = "dragoman.referral.timeline-noted.v1"
    requester_country: str
    entry_id: UUID = Field(description="Which entry of the timeline; what it says is read there.")
    noted: str = Field(pattern="^[a-z-]{1,40}$", description="What kind of entry it is.")
    happened_at: datetime
