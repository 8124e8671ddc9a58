"""What is answered at the front door and in the list of referrals, as the interface describes it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.requests import State


class AddressesShown(Shown):
    """Where to go on, as paths of this service."""

    here: str = Field(alias="self")
    timeline: str
    receipts: str
    custody: str


class PostedShown(Shown):
    """The answer to a request that is stored; the same however often it is sent."""

    referral_id: UUID
    state: State
    received_at: datetime
    digest: str = Field(description="Of the bytes that were posted: `sha-256:` and the hexadecimal value.")
    trace_id: str = Field(description="Opens the technical trace.")
    receipt: str | None = Field(description="Signed receipt, a compact JWS; None for what came in before receipts.")
    links: AddressesShown


class ReferralListed(Shown):
    """A referral without its content."""

    referral_id: UUID
    state: State
    version: int
    received_at: datetime
    country: str
    channel: str
    request_type: str
    urgency: str
    categories: list[str]
    flags: list[Flag]


class ReferralsShown(Shown):
    """One page of referrals, newest first."""

    referrals: list[ReferralListed]
    next: str | None = Field(description="The cursor of the next page.")
