"""What the other services tell is added to the referral's one timeline."""

from typing import Any
from uuid import UUID

from runtime.store import Work
from schemas.events import (
    ItemAccepted,
    ItemChanged,
    ItemClaimed,
    ItemClosed,
    ItemQueued,
    QueueEvent,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from schemas.vocabulary import QueueRole, State
from services.referrals.store import fold

ROUTING, QUEUE = 1, 2
"""Stages of a referral's way after each decision on it; within a stage the sender's own numbering counts."""

HOLDS_THE_REFERRAL = (QueueRole.LEAD, QueueRole.TRIAGE)


def note_routed(event: ReferralRouted, work: Work) -> None:
    """Add who was chosen to lead, and why."""
    entry = {
        "office": event.office,
        "supporting": list(event.supporting),
        "copies": list(event.copies),
        "because": event.because,
    }
    _note_decision(work, event.referral_id, "routed", entry, State.ROUTED)


def note_triage(event: ReferralSentToTriage, work: Work) -> None:
    """Add which desk must decide, and on what grounds."""
    entry = {"desk": event.desk, "grounds": list(event.grounds), "because": event.because}
    _note_decision(work, event.referral_id, "sent-to-triage", entry, State.TRIAGE)


def note_rerouted(event: ReferralRerouted, work: Work) -> None:
    """Add where the referral is now, by which act and why; not who in the desk did it, for the requester reads this."""
    entry = {
        "office": event.office,
        "desk": event.desk,
        "supporting": list(event.supporting),
        "copies": list(event.copies),
        "cause": event.cause.value,
        "ground": event.ground.value,
        "because": event.because,
    }
    state: State | None = State.TRIAGE if event.office is None else State.ROUTED
    if event.previous == (event.office or event.desk):  # whoever holds it goes on with it, and may have accepted it
        state = None
    _note_decision(work, event.referral_id, "rerouted", entry, state)


def note_sent_back(event: ReferralSentBack, work: Work) -> None:
    """Add which desk has sent it back to the requester, and on what ground."""
    entry = {"desk": event.desk, "ground": event.ground.value}
    _note_decision(work, event.referral_id, "sent-back", entry, State.SENT_BACK)


def note_queued(event: ItemQueued, work: Work) -> None:
    """Add in whose queue the referral waits."""
    waiting = State.TRIAGE if event.role is QueueRole.TRIAGE else State.QUEUED
    _note_item(work, event, "queued", waiting)


def note_claimed(event: ItemClaimed, work: Work) -> None:
    """Add that an officer has taken it."""
    _note_item(work, event, "claimed", State.CLAIMED)


def note_accepted(event: ItemAccepted, work: Work) -> None:
    """Add that the office has accepted it."""
    _note_item(work, event, "accepted", State.ACCEPTED)


def note_changed(event: ItemChanged, work: Work) -> None:
    """Add that something else is asked of an office that goes on with it."""
    _note_item(work, event, "changed", None, category=event.category.value, urgency=event.urgency.value)


def note_closed(event: ItemClosed, work: Work) -> None:
    """Add which queue it has left; where it is now is said by the decision, and by the queue that it is in."""
    _note_item(work, event, "closed", None, closed_because=event.closed_because.value, moved_to=event.moved_to)


def _note_item(work: Work, event: QueueEvent, type_: str, state: State | None, **more: str | None) -> None:
    entry = {"office": event.office, "role": event.role.value, **more}
    holds = event.role in HOLDS_THE_REFERRAL
    _note(work, event.referral_id, type_, entry, [event.decision, QUEUE, _number(work)], state if holds else None)


def _note_decision(work: Work, referral_id: UUID, type_: str, entry: dict[str, Any], state: State | None) -> None:
    number = _number(work)  # each decision on a referral is one event of its own
    _note(work, referral_id, type_, entry, [number, ROUTING, number], state)


def _note(
    work: Work, referral_id: UUID, type_: str, entry: dict[str, Any], position: list[int], state: State | None
) -> None:
    message = work.message
    assert message is not None
    noted = {"type": type_, "at": message.time, "sequence": message.sequence, **entry}
    work.change(fold(str(referral_id), message.event_id, noted, position, state))


def _number(work: Work) -> int:
    assert work.message is not None
    return work.message.sequence
