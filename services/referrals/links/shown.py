"""What is answered about links and matters, as the interface describes it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from schemas.marks import Marks
from schemas.notices import Colour, NoticeStanding
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.requests import State
from services.referrals.links.life import LinkAct, LinkGround, LinkState


class LinkGroundShown(Shown):
    """What a link rests on, without any value."""

    reason: str
    kind: str | None = None


class LinkStepShown(Shown):
    """What was done with a link."""

    act: LinkAct
    at: datetime
    came_from: LinkState | None = Field(alias="from")
    to: LinkState
    staff: str | None = Field(description="None where the system did it.")
    ground: LinkGround | None


class JoinedShown(Shown):
    """A link: that two referrals, or one and a notice, may be or are of the same matter."""

    link_id: UUID
    referrals: list[UUID]
    notice_id: UUID | None
    state: LinkState
    score: int = Field(description="Percent; how sure what is known makes it.")
    grounds: list[LinkGroundShown]
    since: datetime
    history: list[LinkStepShown]


class ReferralSeen(Shown):
    """A referral without its content."""

    referral_id: UUID
    state: State
    received_at: datetime
    country: str
    channel: str
    request_type: str
    urgency: str
    categories: list[str]


class NoticeSeen(Shown):
    """A notice without what it says."""

    kind: Literal["notice"]
    notice_id: UUID
    colour: Colour
    standing: NoticeStanding
    listed: bool | None = Field(description="Whether the public list has it; None where it is not public.")
    minor: bool
    first_seen: datetime


class OtherReferral(ReferralSeen):
    """The referral at the other end of a link."""

    kind: Literal["referral"]


class OnlyReferral(Shown):
    """A referral at the other end of a link of which nothing more is kept."""

    kind: Literal["referral"]
    referral_id: UUID


class OnlyNotice(Shown):
    """A notice at the other end of a link of which nothing more is kept."""

    kind: Literal["notice"]
    notice_id: UUID


class LinkSeen(JoinedShown):
    """A link, and what is at its other end."""

    other: OtherReferral | NoticeSeen | OnlyReferral | OnlyNotice


class LinksShown(Shown):
    """All links of a referral, surest first."""

    referral_id: UUID
    links: list[LinkSeen]


class NoticeLinksShown(Shown):
    """All links of a notice, surest first."""

    notice_id: UUID
    links: list[LinkSeen]


class MemberShown(ReferralSeen):
    """A referral of a matter."""

    flags: list[Flag]
    marks: Marks


class MemberNotice(NoticeSeen):
    """A notice of a matter."""

    marks: Marks


class OriginatorShown(Shown):
    """Who stands behind a part of a matter."""

    country: str
    channel: str


class MatterShown(Shown):
    """All referrals and notices of a matter, under marks that keep to the restrictions of every originator."""

    referral_id: UUID
    referrals: list[MemberShown]
    notices: list[MemberNotice]
    links: list[JoinedShown]
    marks: Marks
    originators: list[OriginatorShown]
    denied_originators: list[str] = Field(description="Countries that the marks of another shut out.")
    consent_needed_from: list[UUID]
