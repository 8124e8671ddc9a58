"""What routing has decided becomes items in queues."""

from runtime.store import Work
from schemas.events import ItemQueued, ReferralRouted, ReferralSentToTriage
from services.notify.domain import Item, item_of_triage, items_of_routed
from services.notify.store import ITEMS, item_document


def queue_routed(event: ReferralRouted, work: Work) -> None:
    """Put a routed referral into the queues of everyone the decision names."""
    for item in items_of_routed(event, work.now):
        _put(item, work)


def queue_triage(event: ReferralSentToTriage, work: Work) -> None:
    """Put a referral that needs a person into the queue of its desk."""
    _put(item_of_triage(event, work.now), work)


def _put(item: Item, work: Work) -> None:
    queued = ItemQueued(
        referral_id=item.referral_id,
        item_id=item.id,
        office=item.office,
        role=item.role,
        requester_country=item.requester_country,
        category=item.category,
        urgency=item.urgency,
        queued_at=item.queued_at,
    )
    work.create(ITEMS, item_document(item), emits=[queued])
