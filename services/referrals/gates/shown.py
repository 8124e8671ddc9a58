"""What is answered about gates, as the interface describes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from runtime.http import shown
from runtime.mongo import Document
from schemas.notices import Colour, Gate, NoticeAction, NoticeSource
from services.referrals.gates.gates import Concern, ConfirmedWith, Gates, Outcome


class ValidityShown(Shown):
    """Whose word it is that the notice is in force, and until when it holds."""

    confirmed_with: ConfirmedWith
    confirmed_at: datetime
    valid_until: datetime
    staff: str
    office: str


class ReviewShown(Shown):
    """What the last review for abuse came to."""

    outcome: Outcome
    ground: Concern | None
    staff: str
    at: datetime


class ApprovalShown(Shown):
    """Who lets the office act."""

    staff: str
    at: datetime


class WarrantNoted(Shown):
    """That there is a United States warrant; which one is read at `gates/us-warrant`."""

    staff: str
    at: datetime


class GatesShown(Shown):
    """Where the gates of a referral stand at this moment."""

    referral_id: UUID
    notice_id: UUID
    colour: Colour
    source: NoticeSource
    action: NoticeAction = Field(description="What may be done at most, once no gate is open.")
    may_act: bool
    open: list[Gate] = Field(description="Gates that are not passed, in the order in which to pass them.")
    validity: ValidityShown | None = Field(description="None when nobody has confirmed it, or that has lapsed.")
    abuse_review: ReviewShown | None
    supervisor_approval: ApprovalShown | None
    us_warrant: WarrantNoted | None
    reopened_at: datetime | None = Field(description="When the notice last changed; no word from before it counts.")


class ReviewSaid(Shown):
    """What a reviewer said."""

    at: datetime
    office: str
    staff: str
    outcome: Outcome
    ground: Concern | None
    remarks: str | None


class ReviewsShown(Shown):
    """What all reviewers said, the first one first."""

    referral_id: UUID
    reviews: list[ReviewSaid]


class WarrantShown(Shown):
    """The United States warrant."""

    referral_id: UUID
    warrant_id: str
    court: str
    attached_at: datetime


def shown_gates(record: Document, gates: Gates, now: datetime) -> dict[str, Any]:
    """Write the gates as they stand by the clock."""
    notice, open_ = record["notice"], gates.open_at(now)
    review, approval, warrant = gates.review, gates.approval, gates.us_warrant
    return {
        "referral_id": record["_id"],
        **{name: notice[name] for name in ("notice_id", "colour", "source")},
        "action": gates.action.value,
        "may_act": not open_,
        "open": [gate.value for gate in open_],
        "validity": _validity(gates, now),
        "abuse_review": None
        if review is None
        else {"outcome": review.outcome.value, "ground": review.concern, "staff": review.staff, "at": shown(review.at)},
        "supervisor_approval": None
        if approval is None or Gate.SUPERVISOR_APPROVAL in open_
        else {"staff": approval.staff, "at": shown(approval.at)},
        "us_warrant": None if warrant is None else {"staff": warrant.staff, "at": shown(warrant.at)},
        "reopened_at": shown(gates.reopened_at),
    }


def _validity(gates: Gates, now: datetime) -> dict[str, Any] | None:
    validity = gates.validity
    if validity is None or not gates.is_valid(now):
        return None
    return {
        "confirmed_with": validity.confirmed_with.value,
        "confirmed_at": shown(validity.confirmed_at),
        "valid_until": shown(validity.valid_until),
        "staff": validity.staff,
        "office": validity.office,
    }
