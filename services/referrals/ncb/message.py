"""What INTERPOL Washington says to us: one JSON object a message, in one of three forms."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue

from schemas.notices import Colour, NoticeAuthority
from services.referrals.model.nexus import Nexus
from services.referrals.model.text import Given
from services.referrals.ncb.context import Member, Restrictions


class MessageKind(StrEnum):
    """What a message does: gives a notice as it stands now, says where it stands, or answers a question of ours."""

    NOTICE = "notice"
    DIFFUSION = "diffusion"
    UPDATE = "update"
    SUSPENSION = "suspension"
    REINSTATEMENT = "reinstatement"
    WITHDRAWAL = "withdrawal"
    CANCELLATION = "cancellation"
    DELETION = "deletion"
    REPLY = "reply"


def _to_the_millisecond(moment: Any) -> Any:
    # As exact as the database keeps it, so that two messages have one order wherever it is looked at.
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


ENTITY_ID = r"^[0-9]{4}/[0-9]{1,10}$"
Moment = Annotated[AwareDatetime, AfterValidator(_to_the_millisecond)]
Body = dict[str, JsonValue]
"""A notice in the field names of the public service; what it may say is for the reader of notices."""


class FromNcb(Given):
    """What every message says."""

    message_id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$",
        description="The sender's own id: once for each message, without person data in it.",
    )
    kind: MessageKind
    sent_at: Moment = Field(description="Messages of one notice have their effect in this order.")
    source_ncb: str = Field(
        pattern=r"^[A-Z][A-Z0-9-]{1,9}$",
        description="Who owns it: alpha-2 of a country, or code of a tribunal.",
    )
    entity_id: str = Field(pattern=ENTITY_ID, description="INTERPOL's number of the notice.")
    colour: Colour
    reason: str | None = Field(default=None, pattern=r"^[a-z][a-z_]{0,39}$", description="Why, as a code.")


class WithNotice(FromNcb):
    """A notice, diffusion or update: the whole notice as it stands now, and its restrictions."""

    notice: Body = Field(min_length=1)
    restrictions: Restrictions = Restrictions()
    nexus: tuple[Nexus, ...] = Field(default=(), max_length=50)
    recipients: tuple[Member, ...] | None = Field(default=None, min_length=1, max_length=250)


class Standing(FromNcb):
    """A suspension, reinstatement, withdrawal, cancellation or deletion.

    Any authority may say any of them: a doubt about who it was must not keep a copy alive.
    """

    authority: NoticeAuthority | None = None


class Reply(FromNcb):
    """What the owner answers to the question whether a notice is valid."""

    valid: bool
    as_of: Moment
    query_id: UUID | None = None


FORMS: dict[MessageKind, type[FromNcb]] = {
    MessageKind.NOTICE: WithNotice,
    MessageKind.DIFFUSION: WithNotice,
    MessageKind.UPDATE: WithNotice,
    MessageKind.SUSPENSION: Standing,
    MessageKind.REINSTATEMENT: Standing,
    MessageKind.WITHDRAWAL: Standing,
    MessageKind.CANCELLATION: Standing,
    MessageKind.DELETION: Standing,
    MessageKind.REPLY: Reply,
}
