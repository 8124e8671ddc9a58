"""What happens in queues, and what clocks tell, is added to the referral's one timeline."""

from collections.abc import Mapping
from typing import Any

from runtime.store import Work
from schemas.events import (
    DeadlineMissed,
    DelayTold,
    ItemAccepted,
    ItemAnswered,
    ItemChanged,
    ItemClaimed,
    ItemClosed,
    ItemDeclined,
    ItemGivenBack,
    ItemPaused,
    ItemQueued,
    ItemResumed,
    ItemReturned,
    ItemSnoozed,
    ItemTransferAsked,
    QueueEvent,
    RecallAcknowledged,
)
from schemas.vocabulary.clocks import EscalationLevel, PauseGround
from schemas.vocabulary.queues import AnswerKind, ClosedBecause, QueueRole
from schemas.vocabulary.requests import State
from services.referrals.noting import QUEUE, note, number
from services.referrals.pieces import PieceKind, PieceStore
from services.referrals.store import Resumed

HOLDS_THE_REFERRAL = (QueueRole.LEAD, QueueRole.TRIAGE)


def note_queued(event: ItemQueued, work: Work) -> None:
    """Add in whose queue the referral waits."""
    _note_item(work, event, "queued", _waiting(event))


def note_claimed(event: ItemClaimed, work: Work) -> None:
    """Add that an officer has taken it."""
    _note_item(work, event, "claimed", State.CLAIMED)


def note_accepted(event: ItemAccepted, work: Work) -> None:
    """Add that the office has accepted it."""
    _note_item(work, event, "accepted", State.ACCEPTED)


def note_given_back(event: ItemGivenBack, work: Work) -> None:
    """Add that it waits for an officer again."""
    _note_item(work, event, "given-back", _waiting(event))


def note_snoozed(event: ItemSnoozed, work: Work) -> None:
    """Add until when it is not offered; how an office orders its work is no word to the requester."""
    _note_item(work, event, "snoozed", None, {"until": event.until}, hidden=True)


def note_changed(event: ItemChanged, work: Work) -> None:
    """Add that something else is asked of an office that goes on with it."""
    _note_item(work, event, "changed", None, {"category": event.category.value, "urgency": event.urgency.value})


async def note_returned(event: ItemReturned, work: Work, *, pieces: PieceStore) -> None:
    """Add that a question goes back to the requester, and release it if its office is who deposited it.

    What is not released is no word to the requester, and does not move where its referral stands.
    """
    question_id = str(event.question_id)
    question = await pieces.find(str(event.referral_id), question_id, PieceKind.QUESTION)
    released = question is not None and question["office"] == event.office
    entry = {"question_id": question_id, "released": released}
    _note_item(work, event, "returned", State.RETURNED if released else None, entry, hidden=not released)


def note_paused(event: ItemPaused, work: Work) -> None:
    """Add that the clock stands still, on which ground, and until when that is expected."""
    _note_item(work, event, "paused", None, {"ground": event.ground.value, "expected_until": event.expected_until})


def note_resumed(event: ItemResumed, work: Work) -> None:
    """Add that the clock runs again; after a question the office goes on where it was."""
    question_id = str(event.question_id) if event.question_id is not None else None
    state = Resumed(event.item_id, number(work)) if event.ground is PauseGround.QUESTION_BACK else None
    _note_item(work, event, "resumed", state, {"ground": event.ground.value, "question_id": question_id})


def note_declined(event: ItemDeclined, work: Work) -> None:
    """Add that an office does not act on it, or on a part of it, and why."""
    entry = {
        "ground": event.ground.value,
        "offence_numbers": list(event.offence_numbers),
        "duplicate_of": str(event.duplicate_of) if event.duplicate_of is not None else None,
    }
    _note_item(work, event, "declined", None if event.offence_numbers else State.DECLINED, entry)


def note_transfer_asked(event: ItemTransferAsked, work: Work) -> None:
    """Add that an office hands it on; that it has moved is said by the decision that follows."""
    entry = {"to": event.to, "ground": event.ground.value}
    _note_item(work, event, "transfer-asked", None, entry, inside={"asked_by": event.asked_by})


async def note_answered(event: ItemAnswered, work: Work, *, pieces: PieceStore) -> None:
    """Add that an office has answered, and release the answer if that is the one it deposited.

    Nothing has been answered by what is not released: the referral stands where it stood.
    """
    answer_id = str(event.answer_id)
    answer = await pieces.find(str(event.referral_id), answer_id, PieceKind.ANSWER)
    released = answer is not None and (answer["office"], answer["answer_kind"]) == (event.office, event.kind.value)
    entry = {"answer_id": answer_id, "answer_kind": event.kind.value, "released": released}
    state = State.ANSWERED if released and event.kind is not AnswerKind.PARTIAL else None
    _note_item(work, event, "answered", state, entry, hidden=not released)


def note_delay(event: DelayTold, work: Work) -> None:
    """Add that the answer will be late, why, and when it is expected."""
    _note_item(work, event, "delay-told", None, {"ground": event.ground.value, "expected_until": event.expected_until})


def note_closed(event: ItemClosed, work: Work) -> None:
    """Add which queue it has left; where it is now is said by the decision, and by the queue that it is in."""
    entry = {
        "closed_because": event.closed_because.value,
        "moved_to": event.moved_to,
        "code": event.code.value if event.code is not None else None,
    }
    done = event.closed_because is ClosedBecause.DONE
    _note_item(work, event, "closed", State.CLOSED if done else None, entry)


def note_recall_acknowledged(event: RecallAcknowledged, work: Work) -> None:
    """Add what became of a holder's copy of a recalled referral."""
    entry = {"outcome": event.outcome.value, "ground": event.ground.value if event.ground is not None else None}
    _note_item(work, event, "recall-acknowledged", None, entry, inside={"acknowledged_by": event.acknowledged_by})


def note_deadline_missed(event: DeadlineMissed, work: Work) -> None:
    """Add that a step is overdue; the requester sees that once, and not who of us was told of it."""
    entry = {
        "office": event.office,
        "step": event.step.value,
        "urgency": event.urgency.value,
        "due_at": event.due_at,
    }
    note(
        work,
        event.referral_id,
        "deadline-missed",
        entry,
        position=[0, 0, 0],
        inside={"level": event.level.value},
        hidden=event.level is not EscalationLevel.SUPERVISOR,  # the first to be told, so this is the first word of it
    )


def _waiting(event: QueueEvent) -> State:
    return State.TRIAGE if event.role is QueueRole.TRIAGE else State.QUEUED


def _note_item(
    work: Work,
    event: QueueEvent,
    type_: str,
    state: State | Resumed | None,
    more: Mapping[str, Any] | None = None,
    *,
    inside: Mapping[str, Any] | None = None,
    hidden: bool = False,
) -> None:
    note(
        work,
        event.referral_id,
        type_,
        {"office": event.office, "role": event.role.value, **(more or {})},
        position=[event.decision, QUEUE, number(work)],
        state=state if event.role in HOLDS_THE_REFERRAL else None,
        inside={"item_id": event.item_id, **(inside or {})},
        hidden=hidden,
    )
