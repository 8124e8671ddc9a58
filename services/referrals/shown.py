"""What is answered about a referral, as the interface describes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from runtime.described import Shown
from schemas.events import NoticeFact
from schemas.marks import Marks
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.queues import AnswerKind, QueueRole
from schemas.vocabulary.recalls import KeepGround, RecallGround, RecallOutcome
from schemas.vocabulary.requests import State
from services.referrals.timeline import QuestionState

Content = dict[str, Any]
"""A referral, or parts of one, in the form of the body of a POST."""


class RecordShown(Shown):
    """A referral's record, with its content as it stands now."""

    referral_id: UUID
    state: State
    version: int = Field(description="Of the record; the ETag.")
    received_at: datetime
    country: str
    channel: str
    request_type: str
    urgency: str
    categories: list[str]
    flags: list[Flag]
    digest: str = Field(description="Of the bytes that were posted.")
    trace_id: str
    intake: dict[str, Any]
    content_version: int = Field(description="Which version of the content this is.")
    notice: NoticeFact | None = Field(description="The INTERPOL notice that it rests on: no warrant, see its gates.")
    masked: bool = Field(description="Whether what names a missing child, or leads to it, is left out.")
    request: Content


class EntryShown(BaseModel):
    """Something that happened; what else there is to an entry depends on its type."""

    model_config = ConfigDict(extra="allow")

    type: str
    at: datetime


class TimelineShown(Shown):
    """What has happened with a referral, in the order in which it happened."""

    referral_id: UUID
    state: State
    trace_id: str
    timeline: list[EntryShown]


class HeldShown(Shown):
    """What was deposited, until its office takes the step that releases it."""

    question_id: UUID | None = None
    answer_id: UUID | None = None
    state: str = Field(pattern="^held$")
    deposited_at: datetime
    digest: str


class ReplyShown(Shown):
    """What the requester answered."""

    text: str
    language: str
    answered_at: datetime


class QuestionShown(Shown):
    """A question back, and its answer once there is one."""

    question_id: UUID
    office: str
    state: QuestionState
    asked_at: datetime
    text: str
    language: str
    answer: ReplyShown | None


class QuestionsShown(Shown):
    """All questions back about a referral."""

    referral_id: UUID
    questions: list[QuestionShown]


class RepliedShown(Shown):
    """That a question is answered."""

    question_id: UUID
    state: QuestionState
    answered_at: datetime


class AnswerShown(Shown):
    """An office's answer, under the stricter of its marks and the referral's."""

    answer_id: UUID
    office: str
    kind: AnswerKind
    answered_at: datetime
    digest: str
    text: str
    language: str
    marks: Marks
    restriction_text: str | None


class AnswersShown(Shown):
    """All answers to a referral."""

    referral_id: UUID
    answers: list[AnswerShown]


class SupplementShown(Shown):
    """Which version a supplement made."""

    referral_id: UUID
    number: int
    kind: str
    at: datetime
    digest: str


class VersionListed(Shown):
    """A version, without its content."""

    number: int
    kind: str = Field(description="`original`, `supplement` or `correction`.")
    at: datetime
    digest: str


class VersionsShown(Shown):
    """All versions of a referral."""

    referral_id: UUID
    versions: list[VersionListed]


class VersionShown(SupplementShown):
    """A referral as it stood in one version, and what that changed."""

    changes: Content
    request: Content


class HolderShown(Shown):
    """An office that had the referral, and its word on its copy."""

    office: str
    roles: list[QueueRole]
    asked_at: datetime
    outcome: RecallOutcome | None
    ground: KeepGround | None
    said_at: datetime | None


class RecallShown(Shown):
    """How far a recall has come."""

    referral_id: UUID
    ground: RecallGround
    recalled_at: datetime
    erased_at: datetime | None
    outstanding: list[str]
    holders: list[HolderShown]


class ReadingShown(Shown):
    """Who was given what, and when."""

    reading_id: UUID
    at: datetime
    reader: str
    what: str
    version: int
    parts: list[str]


class ReadingsShown(Shown):
    """One page of the readings of a referral."""

    referral_id: UUID
    readings: list[ReadingShown]
    next: str | None = Field(description="The cursor of the next page.")
