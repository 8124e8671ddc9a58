"""What routing and the queues tell of one referral, as the referrals service hears it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from runtime.events import Message
from runtime.mongo import Document
from runtime.store import Store, Work
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
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from schemas.marks import Marks
from services.referrals.following import all_handlers
from services.referrals.pieces import PieceKind, PieceStore
from services.referrals.store import new_record
from services.referrals.vault import Sealed

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REFERRAL, QUESTION, ANSWER = uuid7(), uuid7(), uuid7()
DECIDED = {
    "referral_id": REFERRAL,
    "requester_country": "IT",
    "desk": "EUR",
    "category": "bulk-cash",
    "urgency": "U2",
    "marks": Marks(tlp="AMBER", handling=("H0",)),
    "ruleset": "2026-11-01",
    "rule": "R-NEXUS-03",
    "because": "SAC-SAT leads",
}
PLACED = {**DECIDED, "cause": "assigned", "ground": "nexus_confirmed", "placed_by": "desk-1"}


class Deposited(PieceStore):
    """Has every question and answer as its office deposited it before it took the step."""

    def __init__(self, store: Store, step: Any) -> None:
        super().__init__(store)
        self._step = step

    async def find(self, referral_id: str, piece_id: str, kind: PieceKind) -> Document | None:
        """Give what the step releases."""
        return {"office": self._step.office, "answer_kind": getattr(self._step, "kind", None)}


@dataclass(frozen=True)
class Said:
    """An event, the number under which its sender tells it, and its id."""

    event: Any
    sequence: int
    id: UUID

    async def noted(self, referral_id: str, store: Store) -> Work:
        """Let the referrals service note it on a copy of the referral."""
        message = Message("", 0, 0, None, None, (), str(self.id), self.event.type, "", self.sequence, NOW, None)
        work = Work(message)
        handler = all_handlers(Deposited(store, self.event))[type(self.event)]
        reading = handler(self.event.model_copy(update={"referral_id": referral_id}), work)
        if reading is not None:
            await reading
        return work


def decisions(*events: Any) -> list[Said]:
    return [Said(event, number, uuid7()) for number, event in enumerate(events, 1)]


def item(
    event: type,
    /,
    decision: int,
    sequence: int,
    office: str = "SAC-SAT",
    role: str = "lead",
    stay: int = 1,
    **more: Any,
) -> Said:
    about = {"referral_id": REFERRAL, "item_id": f"{REFERRAL}.{office}.{stay}", "office": office, "role": role}
    return Said(event(**about, decision=decision, **more), sequence, uuid7())


def queued(decision: int, office: str = "SAC-SAT", role: str = "lead", stay: int = 1) -> Said:
    asked = {"requester_country": "IT", "category": "bulk-cash", "urgency": "U2", "queued_at": NOW}
    return item(ItemQueued, decision, 1, office, role, stay, **asked)


def claimed(decision: int, sequence: int = 2) -> Said:
    return item(ItemClaimed, decision, sequence, claimed_at=NOW)


def accepted(decision: int, sequence: int = 3) -> Said:
    return item(ItemAccepted, decision, sequence, accepted_at=NOW)


def changed(decision: int, sequence: int) -> Said:
    return item(ItemChanged, decision, sequence, category="bulk-cash", urgency="U1", changed_at=NOW)


def closed(decision: int, sequence: int, office: str = "SAC-SAT", role: str = "lead", because: str = "") -> Said:
    told = {"closed_because": because or "placed_elsewhere", "closed_at": NOW}
    return item(ItemClosed, decision, sequence, office, role, **told)


def returned(decision: int, sequence: int, role: str = "lead", office: str = "SAC-SAT") -> Said:
    return item(ItemReturned, decision, sequence, office, role, question_id=QUESTION, returned_at=NOW)


def resumed(decision: int, sequence: int, ground: str = "question_back") -> Said:
    return item(ItemResumed, decision, sequence, ground=ground, question_id=QUESTION, resumed_at=NOW)


def paused(decision: int, sequence: int) -> Said:
    return item(ItemPaused, decision, sequence, ground="judicial_leave", paused_at=NOW)


def given_back(decision: int, sequence: int) -> Said:
    return item(ItemGivenBack, decision, sequence, given_back_at=NOW)


def snoozed(decision: int, sequence: int) -> Said:
    return item(ItemSnoozed, decision, sequence, until=NOW)


def declined(decision: int, sequence: int, role: str = "lead", offences: tuple[int, ...] = ()) -> Said:
    return item(
        ItemDeclined, decision, sequence, role=role, ground="wrong_office", offence_numbers=offences, declined_at=NOW
    )


def transfer_asked(decision: int, sequence: int) -> Said:
    asked = {"to": "SAC-NYC", "ground": "subject_moved", "asked_by": "B-1", "asked_at": NOW}
    return item(ItemTransferAsked, decision, sequence, **asked)


def answered(decision: int, sequence: int, kind: str = "final", office: str = "SAC-SAT", role: str = "lead") -> Said:
    return item(ItemAnswered, decision, sequence, office, role, answer_id=ANSWER, kind=kind, answered_at=NOW)


def delayed(decision: int, sequence: int) -> Said:
    return item(DelayTold, decision, sequence, ground="translation", expected_until=NOW, told_at=NOW)


def missed(level: str, sequence: int) -> Said:
    due = {"step": "answer", "level": level, "urgency": "U2", "due_at": NOW, "missed_at": NOW}
    return Said(DeadlineMissed(referral_id=REFERRAL, office="SAC-SAT", **due), sequence, uuid7())


def routed() -> ReferralRouted:
    return ReferralRouted(**DECIDED, office="SAC-SAT")


def triage() -> ReferralSentToTriage:
    return ReferralSentToTriage(**DECIDED, grounds=("article_3",))


def placed(previous: str | None, office: str | None = None) -> ReferralRerouted:
    return ReferralRerouted(**PLACED, previous=previous, office=office)


def sent_back() -> ReferralSentBack:
    return ReferralSentBack(referral_id=REFERRAL, desk="EUR", ground="no_us_nexus", sent_back_by="desk-1")


def record(referral_id: str) -> dict[str, Any]:
    kept = {"received_at": NOW, "idempotency_key": "k", "digest": "d", "trace_id": "t"}
    return new_record(referral_id, Sealed("key", b""), **kept, summary={}, intake={}, flags=[])
