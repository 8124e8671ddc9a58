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
    AskGround,
    Category,
    Channel,
    ClosedBecause,
    Evidence,
    Flag,
    NexusKind,
    PlacementCause,
    PlacementGround,
    QueueRole,
    RefusalGround,
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


class LabelFact(Frozen):
    """A category that a charge was read as, with the words of our own tables that led to it."""

    category: Category
    confidence: float = Field(ge=0, le=1)
    words: tuple[str, ...] = Field(default=(), description="Who, act, object and qualifier, in our words, not theirs.")


class OffenceFact(Frozen):
    """One offence as far as routing may know it."""

    category: Category | None = None
    section: str | None = Field(default=None, description="US Code section, as in `18 USC 1956(a)(1)`.")
    charge_given: bool = Field(default=False, description="There is charge text in the referral.")
    sections: tuple[str, ...] = Field(default=(), description="US Code sections that the charge text names.")
    labels: tuple[LabelFact, ...] = Field(default=(), description="What the charge text was read as, best first.")
    ask: AskGround | None = Field(default=None, description="Why a person must read the charge text.")


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


class Part(Frozen):
    """What of a referral one office is to act on, by the places of offences and nexus in it, from 0."""

    office: str
    offence_numbers: tuple[int, ...] = ()
    nexus_numbers: tuple[int, ...] = ()


class ReferralRerouted(Event):
    """A person has placed a referral anew: with an office, or with a desk where a person goes on deciding."""

    type: Literal["dragoman.referral.rerouted.v1"] = "dragoman.referral.rerouted.v1"
    requester_country: str
    previous: str | None = Field(default=None, description="The queue that held it; null after it was sent back.")
    leaves: tuple[str, ...] = Field(default=(), description="Queues that had a part in it before, and have none now.")
    office: str | None = Field(default=None, description="Who leads now; null: a person at the desk decides.")
    supporting: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    desk: str
    proposed: str | None = None
    grounds: tuple[str, ...] = ()
    category: Category
    urgency: Urgency
    marks: Marks
    ruleset: str
    rule: str
    because: str
    cause: PlacementCause
    ground: PlacementGround
    placed_by: str = Field(description="Staff id, never a name.")
    released_by: str | None = Field(default=None, description="The second person, where two must release it.")
    parts: tuple[Part, ...] = ()
    joins: tuple[UUID, ...] = Field(default=(), description="Referrals of the same matter.")


class ReferralSentBack(Event):
    """A desk has sent a referral back to its requester; it waits in no queue any more."""

    type: Literal["dragoman.referral.sent-back.v1"] = "dragoman.referral.sent-back.v1"
    previous: str | None = Field(default=None, description="The queue that held it.")
    leaves: tuple[str, ...] = ()
    desk: str
    ground: RefusalGround
    sent_back_by: str = Field(description="Staff id, never a name.")


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
    """What an office has to do with an item of its own has changed: its part, category, urgency or marks."""

    type: Literal["dragoman.queue.item-changed.v1"] = "dragoman.queue.item-changed.v1"
    category: Category
    urgency: Urgency
    changed_at: datetime


class ItemClosed(QueueEvent):
    """An item has left its queue; nobody can act on it there any more."""

    type: Literal["dragoman.queue.item-closed.v1"] = "dragoman.queue.item-closed.v1"
    closed_because: ClosedBecause
    moved_to: str | None = Field(default=None, description="The queue that holds the referral now.")
    closed_at: datetime


EVENTS: tuple[type[Event], ...] = (
    ReferralReceived,
    ReferralRouted,
    ReferralSentToTriage,
    ReferralRerouted,
    ReferralSentBack,
    ItemQueued,
    ItemClaimed,
    ItemAccepted,
    ItemChanged,
    ItemClosed,
)
"""Every event there is; the committed JSON Schemas and examples are made from this list."""


def name_of(event: type[Event]) -> str:
    """Give the type name under which an event travels."""
    return str(event.model_fields["type"].default)
