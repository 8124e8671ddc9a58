"""What waits in whose queue: one item for each office that a decision names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from schemas.events import Part, ReferralRerouted, ReferralRouted, ReferralSentToTriage
from schemas.marks import Marks
from schemas.vocabulary.facts import Category
from schemas.vocabulary.queues import QueueRole
from schemas.vocabulary.requests import Urgency
from services.notify.notices import Notice, notice_of

LEASE_AT_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Item:
    """A referral in one queue, and why it is there."""

    referral_id: UUID
    office: str
    role: QueueRole
    requester_country: str
    category: Category
    urgency: Urgency
    marks: Marks
    because: str
    queued_at: datetime
    part: Part | None = None
    joins: tuple[UUID, ...] = ()
    """Referrals of the same matter, with which this one was put."""
    decision: int = 1
    stay: int = 1
    """The first, second, ... time that this referral is in this queue."""
    desk: str | None = None
    """Who places the referral anew when its lead office declines it."""
    referral_version: int = 1
    """How often the requester has said something: 1, and one more for each supplement or correction."""
    notice: Notice | None = None
    """The INTERPOL notice that the referral rests on."""

    @property
    def id(self) -> str:
        """The same for every replay: a referral is in a queue once, until it has left it and comes back."""
        return item_id(self.referral_id, self.office, self.stay)


def item_id(referral_id: UUID, office: str, stay: int = 1) -> str:
    """Name an item."""
    return f"{referral_id}.{office}" + (f".{stay}" if stay > 1 else "")


def items_of_routed(event: ReferralRouted, queued_at: datetime) -> Iterator[Item]:
    """Give the lead office's item, those of the supporting offices, and the copies."""
    for office, role in named(event.office, event.supporting, event.copies).items():
        yield item_of(event, office, role, queued_at)


def item_of_triage(event: ReferralSentToTriage, queued_at: datetime) -> Item:
    """Give the desk's item; the proposed office has none until a person agrees."""
    return item_of(event, event.desk, QueueRole.TRIAGE, queued_at)


def named(lead: str, supporting: Sequence[str], copies: Sequence[str]) -> dict[str, QueueRole]:
    """Give each office the first role in which it is named, the lead before the others."""
    roles = dict.fromkeys(copies, QueueRole.COPY) | dict.fromkeys(supporting, QueueRole.SUPPORTING)
    roles[lead] = QueueRole.LEAD
    return {office: roles[office] for office in (lead, *supporting, *copies)}


def item_of(
    event: ReferralRouted | ReferralSentToTriage | ReferralRerouted,
    office: str,
    role: QueueRole,
    queued_at: datetime,
    *,
    part: Part | None = None,
    joins: tuple[UUID, ...] = (),
    decision: int = 1,
    stay: int = 1,
) -> Item:
    """Make the item that a decision puts into one queue."""
    return Item(
        event.referral_id,
        office,
        role,
        event.requester_country,
        event.category,
        event.urgency,
        event.marks,
        event.because,
        queued_at,
        part,
        joins,
        decision,
        stay,
        event.desk,
        notice=notice_of(event.notice, event.confirm_by if isinstance(event, ReferralRerouted) else None),
    )
