"""What routing tells is added to the referral's one timeline; what queues and clocks tell, in `queue_handlers`."""

from typing import Any
from uuid import UUID

from runtime.store import Work
from schemas.events import ReferralRerouted, ReferralRouted, ReferralSentBack, ReferralSentToTriage
from schemas.vocabulary.requests import State
from services.referrals.noting import ROUTING, note, number


def note_routed(event: ReferralRouted, work: Work) -> None:
    """Add who was chosen to lead, and why."""
    entry = {
        "office": event.office,
        "supporting": list(event.supporting),
        "copies": list(event.copies),
        **_asked(event),
        "because": event.because,
    }
    _note_decision(work, event.referral_id, "routed", entry, State.ROUTED)


def note_triage(event: ReferralSentToTriage, work: Work) -> None:
    """Add which desk must decide, and on what grounds."""
    entry = {"desk": event.desk, "grounds": list(event.grounds), **_asked(event), "because": event.because}
    _note_decision(work, event.referral_id, "sent-to-triage", entry, State.TRIAGE)


def note_rerouted(event: ReferralRerouted, work: Work) -> None:
    """Add where the referral is now, by which act and why; who in the desk did it stays inside."""
    entry = {
        "office": event.office,
        "desk": event.desk,
        "supporting": list(event.supporting),
        "copies": list(event.copies),
        "cause": event.cause.value,
        "ground": event.ground.value,
        **_asked(event),
        "because": event.because,
    }
    inside = {"placed_by": event.placed_by, "released_by": event.released_by}
    state: State | None = State.TRIAGE if event.office is None else State.ROUTED
    if event.previous == (event.office or event.desk):  # whoever holds it goes on with it, and may have accepted it
        state = None
    _note_decision(work, event.referral_id, "rerouted", entry, state, inside)


def note_sent_back(event: ReferralSentBack, work: Work) -> None:
    """Add which desk has sent it back to the requester, and on what ground."""
    entry = {"desk": event.desk, "ground": event.ground.value}
    inside = {"sent_back_by": event.sent_back_by}
    _note_decision(work, event.referral_id, "sent-back", entry, State.SENT_BACK, inside)


def _asked(event: ReferralRouted | ReferralSentToTriage | ReferralRerouted) -> dict[str, str]:
    return {"category": event.category.value, "urgency": event.urgency.value}


def _note_decision(
    work: Work,
    referral_id: UUID,
    type_: str,
    entry: dict[str, Any],
    state: State | None,
    inside: dict[str, Any] | None = None,
) -> None:
    position = [number(work), ROUTING, number(work)]  # each decision on a referral is one event of its own
    note(work, referral_id, type_, entry, position=position, state=state, inside=inside)
