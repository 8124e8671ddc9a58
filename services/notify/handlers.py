"""What routing has decided becomes items in queues."""

from uuid import UUID

from runtime.store import Work
from schemas.events import (
    ItemChanged,
    ItemClosed,
    ItemQueued,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from services.notify.documents import as_it_was, closing, item_document, never_opened_document, what_is_asked
from services.notify.domain import Item, item_of_triage, items_of_routed
from services.notify.moves import Move, Stored, move, send_back
from services.notify.store import ITEMS, OF_ITS_HOLDER, QueueStore


def queue_routed(event: ReferralRouted, work: Work) -> None:
    """Put a routed referral into the queues of everyone the decision names."""
    for item in items_of_routed(event, work.now):
        _open(item, work)


def queue_triage(event: ReferralSentToTriage, work: Work) -> None:
    """Put a referral that needs a person into the queue of its desk."""
    _open(item_of_triage(event, work.now), work)


async def move_items(event: ReferralRerouted, work: Work, *, queues: QueueStore) -> None:
    """Take a referral placed anew out of the queues it leaves and put it into the new ones, at one moment."""
    stored = await queues.of_referral(event.referral_id)
    decision = _decision(work)
    _write(move(event, decision, stored, work.now), event.referral_id, decision, work)


async def close_items(event: ReferralSentBack, work: Work, *, queues: QueueStore) -> None:
    """Take a referral that goes back to its requester out of every queue."""
    stored = await queues.of_referral(event.referral_id)
    decision = _decision(work)
    _write(send_back(event, decision, stored), event.referral_id, decision, work)


def _decision(work: Work) -> int:
    assert work.message is not None
    return work.message.sequence  # each decision on a referral is one event of its own


def _write(moving: Move, referral_id: UUID, decision: int, work: Work) -> None:
    work.at_one_moment = True  # also with nothing to close: half of it would look as if it had all been done
    for stored in moving.closes:  # first, since a referral is held once at most also in between
        _close(stored, moving, referral_id, decision, work)
    for stored, item in moving.keeps:
        _keep(stored, item, work)
    for item in moving.opens:
        _open(item, work)
    for office in moving.never_opened:
        work.create(ITEMS, never_opened_document(referral_id, office, moving, decision, work.now))


def _open(item: Item, work: Work) -> None:
    queued = ItemQueued(
        referral_id=item.referral_id,
        item_id=item.id,
        office=item.office,
        role=item.role,
        decision=item.decision,
        requester_country=item.requester_country,
        category=item.category,
        urgency=item.urgency,
        queued_at=item.queued_at,
    )
    work.create(ITEMS, item_document(item), emits=[queued])


def _close(item: Stored, moving: Move, referral_id: UUID, decision: int, work: Work) -> None:
    closed = ItemClosed(
        referral_id=referral_id,
        item_id=item.id,
        office=item.office,
        role=item.role,
        decision=decision,
        closed_because=moving.because,
        moved_to=moving.holder,
        closed_at=work.now,
    )
    changes = closing(moving, decision, work.now)
    work.advance(ITEMS, as_it_was(item), changes, removes=OF_ITS_HOLDER, emits=[closed])


def _keep(stored: Stored, item: Item, work: Work) -> None:
    """Let an office go on with what it has; whoever works on it is told if something else is asked now."""
    changed = ItemChanged(
        referral_id=item.referral_id,
        item_id=stored.id,
        office=item.office,
        role=item.role,
        decision=item.decision,
        category=item.category,
        urgency=item.urgency,
        changed_at=work.now,
    )
    told = [] if stored.asks_the_same_as(item) else [changed]
    work.advance(ITEMS, as_it_was(stored), what_is_asked(item), emits=told)
