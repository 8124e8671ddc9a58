"""What waits in whose queue: one item for each office that a decision names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from schemas.events import ReferralRouted, ReferralSentToTriage
from schemas.vocabulary import Category, QueueRole, Urgency

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
    because: str
    queued_at: datetime

    @property
    def id(self) -> str:
        """The same for every replay: an office has a referral once."""
        return f"{self.referral_id}.{self.office}"


def items_of_routed(event: ReferralRouted, queued_at: datetime) -> Iterator[Item]:
    """Give the lead office's item, those of the supporting offices, and the copies."""
    named: set[str] = set()
    roles = (
        (QueueRole.LEAD, (event.office,)),
        (QueueRole.SUPPORTING, event.supporting),
        (QueueRole.COPY, event.copies),
    )
    for role, offices in roles:
        for office in offices:
            if office not in named:
                named.add(office)
                yield _item(event, office, role, queued_at)


def item_of_triage(event: ReferralSentToTriage, queued_at: datetime) -> Item:
    """Give the desk's item; the proposed office has none until a person agrees."""
    return _item(event, event.desk, QueueRole.TRIAGE, queued_at)


def _item(event: ReferralRouted | ReferralSentToTriage, office: str, role: QueueRole, queued_at: datetime) -> Item:
    return Item(
        event.referral_id,
        office,
        role,
        event.requester_country,
        event.category,
        event.urgency,
        event.because,
        queued_at,
    )
