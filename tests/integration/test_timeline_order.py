"""What two topics tell of one referral, folded on a real MongoDB: the same end in whatever order they come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from runtime.events import Message
from runtime.store import Store, Work
from schemas.events import (
    ItemAccepted,
    ItemChanged,
    ItemClaimed,
    ItemClosed,
    ItemQueued,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from schemas.marks import Marks
from services.referrals import handlers
from services.referrals.store import COLLECTION, new_record
from services.referrals.vault import Sealed
from tests.support.noted import PUBLISHER
from tests.support.office import NobodyListens

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REFERRAL = uuid7()
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
NOTES = {
    ReferralRouted: handlers.note_routed,
    ReferralSentToTriage: handlers.note_triage,
    ReferralRerouted: handlers.note_rerouted,
    ReferralSentBack: handlers.note_sent_back,
    ItemQueued: handlers.note_queued,
    ItemClaimed: handlers.note_claimed,
    ItemAccepted: handlers.note_accepted,
    ItemChanged: handlers.note_changed,
    ItemClosed: handlers.note_closed,
}


@dataclass(frozen=True)
class Said:
    """An event, the number under which its sender tells it, and its id."""

    event: Any
    sequence: int
    id: UUID

    def noted(self, referral_id: str) -> Work:
        """Let the referrals service note it on a copy of the referral."""
        message = Message("", 0, 0, None, None, (), str(self.id), self.event.type, "", self.sequence, NOW, None)
        work = Work(message)
        NOTES[type(self.event)](self.event.model_copy(update={"referral_id": referral_id}), work)
        return work


def decisions(*events: Any) -> list[Said]:
    return [Said(event, number, uuid7()) for number, event in enumerate(events, 1)]


def item(
    kind: type, decision: int, sequence: int, office: str = "SAC-SAT", role: str = "lead", stay: int = 1, **more: Any
) -> Said:
    about = {"referral_id": REFERRAL, "item_id": f"{REFERRAL}.{office}.{stay}", "office": office, "role": role}
    return Said(kind(**about, decision=decision, **more), sequence, uuid7())


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


def routed() -> ReferralRouted:
    return ReferralRouted(**DECIDED, office="SAC-SAT")


def triage() -> ReferralSentToTriage:
    return ReferralSentToTriage(**DECIDED, grounds=("article_3",))


def placed(previous: str | None, office: str | None = None) -> ReferralRerouted:
    return ReferralRerouted(**PLACED, previous=previous, office=office)


def sent_back() -> ReferralSentBack:
    return ReferralSentBack(referral_id=REFERRAL, desk="EUR", ground="no_us_nexus", sent_back_by="desk-1")


def interleavings(one: list[Said], other: list[Said]) -> Iterator[list[Said]]:
    if not one or not other:
        yield [*one, *other]
        return
    for rest in interleavings(one[1:], other):
        yield [one[0], *rest]
    for rest in interleavings(one, other[1:]):
        yield [other[0], *rest]


def record(referral_id: str) -> dict[str, Any]:
    kept = {"received_at": NOW, "idempotency_key": "k", "digest": "d", "trace_id": "t"}
    return new_record(referral_id, Sealed("key", b""), **kept, summary={}, intake={}, flags=[])


@pytest.mark.parametrize(
    ("decided", "told", "state"),
    [
        pytest.param([routed()], [queued(1), claimed(1), accepted(1)], "accepted", id="worked on where it was routed"),
        pytest.param(
            [triage(), placed("EUR", "SAC-SAT")],
            [queued(1, "EUR", "triage"), closed(2, 2, "EUR", "triage"), queued(2)],
            "queued",
            id="assigned",
        ),
        pytest.param(
            [routed(), placed("SAC-SAT")],
            [queued(1), claimed(1), accepted(1), closed(2, 4), queued(2, "EUR", "triage")],
            "triage",
            id="called back after it was accepted",
        ),
        pytest.param(
            [routed(), placed("SAC-SAT", "SAC-SAT")],
            [queued(1), claimed(1), accepted(1), changed(2, 4)],
            "accepted",
            id="placed anew with who has accepted it",
        ),
        pytest.param(
            [routed(), placed("SAC-SAT", "SAC-SAT")],
            [queued(1), changed(2, 2), claimed(2, 3)],
            "claimed",
            id="placed anew with who claims it then",
        ),
        pytest.param(
            [triage(), sent_back()],
            [queued(1, "EUR", "triage"), closed(2, 2, "EUR", "triage", "sent_back")],
            "sent_back",
            id="sent back",
        ),
        pytest.param(
            [routed(), sent_back(), placed(None, "SAC-SAT")],
            [queued(1), claimed(1), closed(2, 3, because="sent_back"), queued(3, stay=2), closed(3, 2, "LEP", "copy")],
            "queued",
            id="sent back and placed again where it was claimed before",
        ),
        pytest.param([routed(), placed("SAC-SAT", "SAC-NYC"), placed("SAC-NYC")], [], "triage", id="no queue told yet"),
    ],
)
async def test_any_order_of_what_two_topics_tell_ends_in_the_same_state(database, decided, told, state):
    store = Store(database, PUBLISHER, NobodyListens())
    orders = {str(uuid7()): order for order in interleavings(decisions(*decided), told)}
    await database[COLLECTION].insert_many([record(referral_id) for referral_id in orders])

    for step in range(len(decided) + len(told)):
        works = [order[step].noted(referral_id) for referral_id, order in orders.items()]
        await store.write([prepared for work in works for prepared in store.prepared(work)])

    stored = [found async for found in database[COLLECTION].find()]
    assert {found["state"] for found in stored} == {state}
    assert {len(found["timeline"]) for found in stored} == {1 + len(decided) + len(told)}
    assert len(stored) == len(orders)


async def test_what_is_told_again_after_everything_changes_nothing(database):
    store = Store(database, PUBLISHER, NobodyListens())
    referral_id = str(uuid7())
    order = [*decisions(triage(), placed("EUR", "SAC-SAT"), sent_back()), queued(1, "EUR", "triage"), queued(2)]
    await database[COLLECTION].insert_one(record(referral_id))

    for said in (*order, *order):
        await store.write(store.prepared(said.noted(referral_id)))

    [stored] = [found async for found in database[COLLECTION].find()]
    assert (stored["state"], stored["version"]) == ("sent_back", 6)


def test_the_requester_is_told_which_ground_and_not_which_person():
    work = Said(placed("EUR", "SAC-SAT"), 2, uuid7()).noted("r")

    [change] = work.writes
    assert "nexus_confirmed" in str(change)
    assert "desk-1" not in str(change)
