"""The gates of one referral that rests on a notice: what passes them, what reopens them, and what may not be.

Pure: the time comes in, what is expected to be refused comes out as a `Refusal`. The order follows ICE Directive
15006.1 (2023): the notice is known to be in force now, somebody has looked for abuse, and a supervisor has approved.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from schemas.notices import Gate, NoticeAction
from schemas.vocabulary.facts import Flag


class ConfirmedWith(StrEnum):
    """Whose word it is that a notice is in force; what stands in the public list is nobody's."""

    USNCB = "usncb"
    SOURCE_NCB = "source_ncb"
    GENERAL_SECRETARIAT = "general_secretariat"


class Outcome(StrEnum):
    """What a review for abuse came to."""

    NO_CONCERN = "no_concern"
    CONCERN = "concern"


class Concern(StrEnum):
    """What a reviewer is concerned about: INTERPOL's constitution, articles 2 and 3, and its rules, article 83."""

    ARTICLE_3 = "article_3"
    REPRESSION = "repression"
    PROTECTION_CLAIMED = "protection_claimed"
    PRIVATE_DISPUTE = "private_dispute"
    CHARGE_UNCLEAR = "charge_unclear"
    IDENTITY_DOUBTFUL = "identity_doubtful"


FLAG_OF = {
    Concern.ARTICLE_3: Flag.ARTICLE_3,
    Concern.REPRESSION: Flag.REPRESSION,
    Concern.PROTECTION_CLAIMED: Flag.REPRESSION,
    Concern.PRIVATE_DISPUTE: Flag.PRIVATE_DISPUTE,
}
"""The flag that a concern puts on a referral; what else a concern is about, no flag says."""


class StaffRole(StrEnum):
    """As what somebody approves; only one of these may."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"


class Refusal(StrEnum):
    """Why a gate is not passed."""

    IN_FUTURE = "validity_in_future"
    TOO_OLD = "validity_too_old"
    BEFORE_CHANGE = "validity_before_change"
    NEWER_KNOWN = "validity_newer_known"
    SAME_PERSON_LIFTS = "concern_needs_another_person"
    NOT_A_SUPERVISOR = "not_a_supervisor"
    NOT_VALID = "approval_needs_validity"
    NOT_REVIEWED = "approval_needs_review"
    SAME_PERSON_APPROVES = "approval_needs_another_person"


@dataclass(frozen=True, slots=True)
class Validity:
    """The owner's word that a notice was in force at a moment, and until when that word holds."""

    confirmed_with: ConfirmedWith
    confirmed_at: datetime
    valid_until: datetime
    staff: str
    office: str


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody found who looked for abuse of the notice."""

    outcome: Outcome
    concern: Concern | None
    staff: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """That a supervisor lets an office act."""

    staff: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UsWarrant:
    """That there is a warrant of a United States court; its number is sealed in a piece of the referral."""

    number: int
    digest: str
    staff: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Gates:
    """Where the gates of one referral stand."""

    own_action: NoticeAction
    """What may be done on the notice alone."""
    validity: Validity | None = None
    review: Review | None = None
    approval: Approval | None = None
    us_warrant: UsWarrant | None = None
    warrants_so_far: int = 0
    reopened_at: datetime | None = None
    """When the notice last changed; no word from before it counts."""

    @property
    def action(self) -> NoticeAction:
        """What may be done at all, once every gate is passed."""
        return self.own_action if self.us_warrant is None else NoticeAction.ON_US_WARRANT

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the owner's word still holds."""
        return self.validity is not None and now < self.validity.valid_until

    @property
    def is_reviewed(self) -> bool:
        """Somebody has looked for abuse, and has no concern."""
        return self.review is not None and self.review.outcome is Outcome.NO_CONCERN

    def open_at(self, now: datetime) -> tuple[Gate, ...]:
        """Name the gates that are not passed; approval rests on the other two and falls with them."""
        passed = {
            Gate.VALIDITY: self.is_valid(now),
            Gate.ABUSE_REVIEW: self.is_reviewed,
            Gate.SUPERVISOR_APPROVAL: self.approval is not None and self.is_valid(now) and self.is_reviewed,
        }
        return tuple(gate for gate in Gate if not passed[gate])


def confirmed(gates: Gates, word: Validity, now: datetime) -> Gates | Refusal:
    """Take the owner's word that the notice is in force; renewed in time, it leaves the approval standing."""
    if word.confirmed_at > now:
        return Refusal.IN_FUTURE
    if word.valid_until <= now:
        return Refusal.TOO_OLD
    if gates.reopened_at is not None and word.confirmed_at < gates.reopened_at:
        return Refusal.BEFORE_CHANGE
    if gates.validity is not None and word.confirmed_at < gates.validity.confirmed_at:
        return Refusal.NEWER_KNOWN
    return replace(gates, validity=word, approval=gates.approval if gates.is_valid(now) else None)


def reviewed(gates: Gates, outcome: Outcome, concern: Concern | None, staff: str, now: datetime) -> Gates | Refusal:
    """Take what a reviewer found; who raised a concern does not lift it, and a new review asks for a new approval."""
    last = gates.review
    if last is not None and is_same_person(last.staff, staff):
        if (last.outcome, last.concern) == (outcome, concern):
            return gates
        if last.outcome is Outcome.CONCERN and outcome is Outcome.NO_CONCERN:
            return Refusal.SAME_PERSON_LIFTS
    return replace(gates, review=Review(outcome, concern, staff, now), approval=None)


def approved(gates: Gates, role: StaffRole, staff: str, now: datetime) -> Gates | Refusal:
    """Take a supervisor's approval: of a notice in force, without a concern, and not by who reviewed it."""
    if role is not StaffRole.SUPERVISOR:
        return Refusal.NOT_A_SUPERVISOR
    if not gates.is_valid(now):
        return Refusal.NOT_VALID
    if gates.review is None or not gates.is_reviewed:
        return Refusal.NOT_REVIEWED
    if is_same_person(gates.review.staff, staff):
        return Refusal.SAME_PERSON_APPROVES
    if gates.approval is not None and is_same_person(gates.approval.staff, staff):
        return gates
    return replace(gates, approval=Approval(staff, now))


def on_us_warrant(gates: Gates, digest: str, staff: str, now: datetime) -> Gates:
    """Note that there is a United States warrant, another one in the place of the last; it passes no gate."""
    if gates.us_warrant is not None and gates.us_warrant.digest == digest:
        return gates
    number = gates.warrants_so_far + 1
    return replace(gates, us_warrant=UsWarrant(number, digest, staff, now), warrants_so_far=number)


def off_us_warrant(gates: Gates) -> Gates:
    """Note that there is no United States warrant any more: what is left is what the notice alone allows."""
    return replace(gates, us_warrant=None)


def lapsed(gates: Gates) -> Gates:
    """Let the owner's word run out, and the approval with it; what the review found stays found."""
    return replace(gates, validity=None, approval=None)


def denied(gates: Gates, as_of: datetime) -> Gates:
    """Take the owner's word that the notice is not to be used, unless there is a later one that it is."""
    if gates.validity is not None and gates.validity.confirmed_at > as_of:
        return gates
    return replace(lapsed(gates), reopened_at=_later(gates.reopened_at, as_of))


def reopened(gates: Gates, at: datetime) -> Gates:
    """Open every gate anew, for what they were passed on is not what the notice says now."""
    return replace(gates, validity=None, review=None, approval=None, reopened_at=_later(gates.reopened_at, at))


def is_same_person(one: str, other: str) -> bool:
    """Tell whether two staff ids are one person's, however they are written."""
    return one.strip().casefold() == other.strip().casefold()


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
