"""Everything that can be told from one service to another.

An event carries ids, places, categories, urgency, marks and offices: never a name, a number or a narrative.
A new optional field keeps the version; anything else makes a `v2` beside the `v1`.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from schemas.marks import Frozen, Marks
from schemas.vocabulary import (
    Category,
    Channel,
    Evidence,
    Flag,
    NexusKind,
    QueueRole,
    RequesterKind,
    RequestType,
    Urgency,
    UrgencyGround,
)


class Event(Frozen):
    """A fact about one referral."""

    type: str
    referral_id: UUID


class Place(Frozen):
    """A place as far as it is known; nothing in it is finer than a ZIP code."""

    country: str = "US"
    state: str | None = Field(default=None, description="USPS code of a state or territory.")
    county: str | None = None
    city: str | None = None
    zip: str | None = Field(default=None, description="Five digits, or the first three.")
    gateway: str | None = Field(default=None, description="IATA code, UN/LOCODE or common name of a gateway.")


class NexusFact(Frozen):
    """One tie to the United States, without the address or number behind it."""

    kind: NexusKind
    place: Place = Place()
    evidence: tuple[Evidence, ...] = ()
    as_of: date | None = Field(default=None, description="The day on which the tie was known to hold.")
    eta: datetime | None = None
    owner_office: str | None = Field(default=None, description="For an existing US case: who owns it.")
    deconflicted: bool = Field(default=False, description="The owner was confirmed by a deconfliction lookup.")


class OffenceFact(Frozen):
    """One offence as far as routing may know it."""

    category: Category | None = None
    section: str | None = Field(default=None, description="US Code section, as in `18 USC 1956(a)(1)`.")
    charge_given: bool = Field(default=False, description="There is charge text in the referral.")


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


class ReferralRouted(Event):
    """A field office or programme has been chosen to lead."""

    type: Literal["dragoman.referral.routed.v1"] = "dragoman.referral.routed.v1"
    requester_country: str
    office: str
    supporting: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    desk: str
    category: Category
    urgency: Urgency
    marks: Marks
    ruleset: str
    rule: str
    because: str


class ReferralSentToTriage(Event):
    """A person at a desk must decide where a referral goes."""

    type: Literal["dragoman.referral.sent-to-triage.v1"] = "dragoman.referral.sent-to-triage.v1"
    requester_country: str
    desk: str
    proposed: str | None = Field(default=None, description="The office that would lead if a person agrees.")
    grounds: tuple[str, ...]
    category: Category
    urgency: Urgency
    marks: Marks
    ruleset: str
    rule: str
    because: str


class QueueEvent(Event):
    """A fact about one item of one queue."""

    item_id: str
    office: str
    role: QueueRole


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


EVENTS: tuple[type[Event], ...] = (
    ReferralReceived,
    ReferralRouted,
    ReferralSentToTriage,
    ItemQueued,
    ItemClaimed,
    ItemAccepted,
)
"""Every event there is; the committed JSON Schemas and examples are made from this list."""


def name_of(event: type[Event]) -> str:
    """Give the type name under which an event travels."""
    return str(event.model_fields["type"].default)
