"""What routing has decided becomes items in queues."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from runtime.store import Work
from schemas.events import (
    ItemChanged,
    ItemClosed,
    ItemQueued,
    QueueEvent,
    ReferralReceived,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from schemas.vocabulary.queues import ClosedBecause
from services.notify.documents import (
    OF_ITS_HOLDER,
    as_it_was,
    closing,
    item_document,
    never_opened_document,
    recalling,
    what_is_asked,
)
from services.notify.domain import Item, item_of_triage, items_of_routed
from services.notify.moves import Move, Stored, late, move, send_back
from services.notify.notices import Gates, with_latest
from services.notify.standings import Recall, Standing, Standings
from services.notify.states import Happening, after
from services.notify.store import ITEMS, QueueStore

Placing = TypeVar("Placing", ReferralRouted, ReferralSentToTriage, ReferralRerouted)


def expect(event: ReferralReceived, work: Work, *, standings: Standings) -> None:
    """Begin to look for what the first decision on a referral must know."""
    standings.look_ahead(event.referral_id)


async def queue_routed(event: ReferralRouted, work: Work, *, standings: Standings) -> None:
    """Put a routed referral into the queues of everyone the decision names."""
    standing = await standings.of_new(event.referral_id)
    open_items(items_of_routed(as_supplemented(event, standing), work.now), standing, work)


async def queue_triage(event: ReferralSentToTriage, work: Work, *, standings: Standings) -> None:
    """Put a referral that needs a person into the queue of its desk."""
    standing = await standings.of_new(event.referral_id)
    open_items([item_of_triage(as_supplemented(event, standing), work.now)], standing, work)


async def move_items(event: ReferralRerouted, work: Work, *, queues: QueueStore, standings: Standings) -> None:
    """Take a referral placed anew out of the queues it leaves and put it into the new ones, at one moment."""
    standing = await standings.of(event.referral_id)
    stored = await queues.of_referral(event.referral_id)
    decision, event = _decision(work), as_supplemented(event, standing)
    if standing.recall is not None:
        work.at_one_moment = True
        open_items(late(event, decision, stored, work.now), standing, work, gates_on(stored))
    else:
        moving = move(event, decision, stored, work.now)
        _write(moving, event.referral_id, decision, standing, work, gates_on(stored))


async def close_items(event: ReferralSentBack, work: Work, *, queues: QueueStore) -> None:
    """Take a referral that goes back to its requester out of every queue; what is recalled stays so."""
    stored = await queues.of_referral(event.referral_id)
    decision = _decision(work)
    _write(send_back(event, decision, stored), event.referral_id, decision, Standing(), work)


def as_supplemented(event: Placing, standing: Standing) -> Placing:
    """Read a decision with what the requester has added meanwhile: urgency only rises, marks only get stricter."""
    added = standing.supplement
    if added is None:
        return event
    return event.model_copy(update={"urgency": min(event.urgency, added.urgency), "marks": added.marks})


def open_items(items: Iterable[Item], standing: Standing, work: Work, gates: Sequence[Gates] = ()) -> None:
    """Put items into their queues; those of a recalled referral only for their offices to acknowledge."""
    version = standing.supplement.number if standing.supplement is not None else 1
    for item in items:
        _open(_with_gates(replace(item, referral_version=version), standing, gates), standing.recall, work)


def gates_on(stored: Iterable[Stored]) -> tuple[Gates, ...]:
    """List what items know of gates: one may know more than was noted when this was looked up."""
    return tuple(item.notice.gates for item in stored if item.notice is not None)


def _with_gates(item: Item, standing: Standing, gates: Sequence[Gates]) -> Item:
    noted = standing.gates.gates if standing.gates is not None else None
    return replace(item, notice=with_latest(item.notice, (noted, *gates)))


def _decision(work: Work) -> int:
    assert work.message is not None
    return work.message.sequence  # each decision on a referral is one event of its own


def _write(
    moving: Move, referral_id: UUID, decision: int, standing: Standing, work: Work, gates: Sequence[Gates] = ()
) -> None:
    work.at_one_moment = True  # also with nothing to close: half of it would look as if it had all been done
    for stored in moving.closes:  # first, since a referral is held once at most also in between
        _close(stored, moving, referral_id, decision, work)
    for stored, item in moving.keeps:
        _keep(stored, _with_gates(item, standing, gates), work)
    open_items(moving.opens, standing, work, gates)
    for stored in moving.stamps:
        work.advance(ITEMS, as_it_was(stored), {"decision": decision})
    for office in moving.never_opened:
        work.create(ITEMS, never_opened_document(referral_id, office, moving, decision, work.now))


def _open(item: Item, recall: Recall | None, work: Work) -> None:
    document = item_document(item)
    event: QueueEvent
    if recall is not None:
        document |= recalling(recall.ground, recall.recalled_at)
        event = recalled_event(item.referral_id, item, item.decision, work)
    else:
        event = ItemQueued(
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
    work.create(ITEMS, document, emits=[event])


def recalled_event(referral_id: UUID, item: Item | Stored, decision: int, work: Work) -> ItemClosed:
    """Tell an office that nobody may act on an item any more, and that word of its copy is owed."""
    return ItemClosed(
        referral_id=referral_id,
        item_id=item.id,
        office=item.office,
        role=item.role,
        decision=decision,
        closed_because=ClosedBecause.RECALLED,
        closed_at=work.now,
    )


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
    """Let an office go on with what it has; whoever works on it is told if something else is asked now.

    An item that was moving moves no longer: its officer goes on under the same token.
    """
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
    state = after(Happening.KEPT, stored.state, stored.before)
    assert state is not None
    stays = state is stored.state
    told = [] if stays and stored.asks_the_same_as(item) else [changed]
    changes = what_is_asked(item) | ({} if stays else {"state": state.value})
    removes = [] if stays else ["before", "moving_to", "done", "made"]
    if stored.urgency is not None and item.urgency < stored.urgency:
        removes.append("snoozed_until")  # what has become more urgent is offered at once
    work.advance(ITEMS, as_it_was(stored), changes, removes=removes, emits=told)
