"""What is said of a referral beside its decisions changes its items: an answer, a supplement, gates, a recall."""

from collections.abc import Sequence
from uuid import UUID

from runtime.errors import Overtaken
from runtime.store import Work
from schemas.events import (
    ItemChanged,
    ItemResumed,
    NoticeGatesChanged,
    QuestionAnswered,
    ReferralRecalled,
    ReferralSupplemented,
)
from schemas.vocabulary.clocks import PauseGround
from schemas.vocabulary.requests import Urgency
from services.notify.documents import OF_ITS_HOLDER, as_it_was, recalling
from services.notify.handlers import recalled_event
from services.notify.moves import Stored, recalled
from services.notify.notices import Gates, with_latest, written_notice
from services.notify.standings import NotedGates, Recall, Standings, Supplement, is_fresh
from services.notify.states import Happening, after
from services.notify.store import ITEMS, QueueStore


async def resume_items(event: QuestionAnswered, work: Work, *, queues: QueueStore) -> None:
    """Let an office go on whose question has its answer, if it still waits for that one."""
    for item in await queues.of_referral(event.referral_id):
        state = after(Happening.QUESTION_ANSWERED, item.state, item.before)
        if state is None or item.question_id != event.question_id:
            continue
        resumed = ItemResumed(
            referral_id=event.referral_id,
            item_id=item.id,
            office=item.office,
            role=item.role,
            decision=item.decision,
            ground=PauseGround.QUESTION_BACK,
            question_id=event.question_id,
            resumed_at=work.now,
        )
        removes = ("before", "question_id")
        work.advance(ITEMS, as_it_was(item), {"state": state.value}, removes=removes, emits=[resumed])


async def supplement_items(
    event: ReferralSupplemented, work: Work, *, queues: QueueStore, standings: Standings
) -> None:
    """Tell every office at work on a referral that there is a new version of it."""
    standing = await standings.note_supplement(event)
    added = standing.supplement
    assert added is not None
    stored = await queues.of_referral(event.referral_id)
    _look_again(stored, added, work)
    for item in stored:
        if after(Happening.SUPPLEMENTED, item.state, item.before) and item.referral_version < event.number:
            _supplement(item, event, added, work)


async def hold_items(event: NoticeGatesChanged, work: Work, *, queues: QueueStore, standings: Standings) -> None:
    """Let every office that has a referral act on it, or hold it back, as the gates of its notice now are."""
    assert work.message is not None
    standing = await standings.note_gates(event, work.message.sequence)
    assert standing.gates is not None
    stored = await queues.of_referral(event.referral_id)
    _look_again(stored, standing.gates, work)
    for item in stored:
        if after(Happening.GATES, item.state, item.before):
            _hold(item, event.referral_id, standing.gates.gates, work)


async def recall_items(event: ReferralRecalled, work: Work, *, queues: QueueStore, standings: Standings) -> None:
    """Take a withdrawn referral out of everybody's hands at one moment; each holder owes word of its copy."""
    standing = await standings.note_recall(event)
    assert standing.recall is not None
    stored = await queues.of_referral(event.referral_id)
    _look_again(stored, standing.recall, work)
    recall_stored(event.referral_id, stored, standing.recall, work)


def recall_stored(referral_id: UUID, stored: Sequence[Stored], recall: Recall, work: Work) -> None:
    """Make the items of a withdrawn referral recalled ones; leases and tokens are void with it."""
    work.at_one_moment = True
    for item in recalled(stored):
        told = recalled_event(referral_id, item, item.decision, work)
        changes = recalling(recall.ground, recall.recalled_at)
        work.advance(ITEMS, as_it_was(item), changes, removes=OF_ITS_HOLDER, emits=[told])


async def recall_what_slipped_through(referral_id: UUID, queues: QueueStore, standings: Standings) -> None:
    """Make those items recalled that were stored, by a process that hung, long after it had looked for a recall."""
    standing = await standings.of(referral_id)
    assert standing.recall is not None
    work = Work()
    recall_stored(referral_id, await queues.of_referral(referral_id), standing.recall, work)
    if work.writes:
        await queues.write(work)


def _look_again(stored: Sequence[Stored], noted: Recall | Supplement | NotedGates, work: Work) -> None:
    """Come back soon if somebody may be storing items at this moment who looked before we had noted anything."""
    if not stored and is_fresh(noted, work.now):
        raise Overtaken("its items may be on their way")


def _hold(item: Stored, referral_id: UUID, gates: Gates, work: Work) -> None:
    """Write gates on an item and tell its office; one that knows them, or later ones, is left alone."""
    notice = with_latest(item.notice, [gates])
    if notice is None or notice == item.notice:
        return
    work.advance(
        ITEMS,
        as_it_was(item),
        {"notice": written_notice(notice)},
        emits=[_changed(item, referral_id, item.urgency, work)],
    )


def _changed(item: Stored, referral_id: UUID, urgency: Urgency | None, work: Work) -> ItemChanged:
    assert item.category is not None
    assert urgency is not None
    return ItemChanged(
        referral_id=referral_id,
        item_id=item.id,
        office=item.office,
        role=item.role,
        decision=item.decision,
        category=item.category,
        urgency=urgency,
        changed_at=work.now,
    )


def _supplement(item: Stored, event: ReferralSupplemented, added: Supplement, work: Work) -> None:
    assert item.urgency is not None
    urgency = min(item.urgency, added.urgency)
    changed = _changed(item, event.referral_id, urgency, work)
    changes = {
        "urgency": urgency.value,
        "marks": added.marks.model_dump(mode="json", exclude_none=True),
        "referral_version": added.number,
    }
    removes = ("snoozed_until",) if urgency is not item.urgency else ()
    work.advance(ITEMS, as_it_was(item), changes, removes=removes, emits=[changed])
