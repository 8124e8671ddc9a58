"""What the other services tell is added to the referral's one timeline."""

from typing import Any

from runtime.store import Work
from schemas.events import ItemAccepted, ItemClaimed, ItemQueued, QueueEvent, ReferralRouted, ReferralSentToTriage
from schemas.vocabulary import QueueRole, State
from services.referrals.store import fold

ROUTING, QUEUE = 1, 2
"""Stages of a referral's way; within a stage the sender's own numbering counts."""

HOLDS_THE_REFERRAL = (QueueRole.LEAD, QueueRole.TRIAGE)


def note_routed(event: ReferralRouted, work: Work) -> None:
    """Add who was chosen to lead, and why."""
    entry = {
        "office": event.office,
        "supporting": list(event.supporting),
        "copies": list(event.copies),
        "because": event.because,
    }
    _note(work, event.referral_id, "routed", entry, ROUTING, State.ROUTED)


def note_triage(event: ReferralSentToTriage, work: Work) -> None:
    """Add which desk must decide, and on what grounds."""
    entry = {"desk": event.desk, "grounds": list(event.grounds), "because": event.because}
    _note(work, event.referral_id, "sent-to-triage", entry, ROUTING, State.TRIAGE)


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


def _note_item(work: Work, event: QueueEvent, type_: str, state: State) -> None:
    entry = {"office": event.office, "role": event.role.value}
    _note(work, event.referral_id, type_, entry, QUEUE, state if event.role in HOLDS_THE_REFERRAL else None)


def _note(work: Work, referral_id: Any, type_: str, entry: dict[str, Any], stage: int, state: State | None) -> None:
    message = work.message
    assert message is not None
    noted = {"type": type_, "at": message.time, "sequence": message.sequence, **entry}
    work.change(fold(str(referral_id), message.event_id, noted, [stage, message.sequence], state))
