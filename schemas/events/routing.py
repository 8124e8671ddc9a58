"""What `routing` tells: who leads, who must decide, and every act that places a referral anew."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from schemas.events.base import Event
from schemas.events.facts import NoticeFact
from schemas.marks import Frozen, Marks
from schemas.vocabulary.facts import Category
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.queues import RefusalGround
from schemas.vocabulary.requests import Urgency


class ReferralRouted(Event):
    """A field office or programme has been chosen to lead."""

    type: Literal["dragoman.referral.routed.v1"] = "dragoman.referral.routed.v1"
    requester_country: str
    received_at: datetime | None = Field(
        default=None, description="When the request came in: its clock runs from then."
    )
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
    notice: NoticeFact | None = Field(default=None, description="The INTERPOL notice that it was made of.")


class ReferralSentToTriage(Event):
    """A person at a desk must decide where a referral goes."""

    type: Literal["dragoman.referral.sent-to-triage.v1"] = "dragoman.referral.sent-to-triage.v1"
    requester_country: str
    received_at: datetime | None = Field(
        default=None, description="When the request came in: its clock runs from then."
    )
    desk: str
    proposed: str | None = Field(default=None, description="The office that would lead if a person agrees.")
    grounds: tuple[str, ...]
    category: Category
    urgency: Urgency
    marks: Marks
    ruleset: str
    rule: str
    because: str
    notice: NoticeFact | None = Field(default=None, description="The INTERPOL notice that it was made of.")


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
    notice: NoticeFact | None = Field(default=None, description="The INTERPOL notice that it was made of.")
    confirm_by: datetime | None = Field(
        default=None, description="Released for life by one person: until when a second one must confirm it."
    )


class ReferralSentBack(Event):
    """A desk has sent a referral back to its requester; it waits in no queue any more."""

    type: Literal["dragoman.referral.sent-back.v1"] = "dragoman.referral.sent-back.v1"
    previous: str | None = Field(default=None, description="The queue that held it.")
    leaves: tuple[str, ...] = ()
    desk: str
    ground: RefusalGround
    sent_back_by: str = Field(description="Staff id, never a name.")
