"""What two topics tell of one referral, folded on a real MongoDB: the same end in whatever order they come."""

from collections import Counter
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
from services.referrals.pieces import PieceStore
from services.referrals.store import COLLECTION, FOR_GOOD, new_record
from services.referrals.timeline import View, seen_by
from services.referrals.vault import Sealed
from tests.support.noted import PUBLISHER
from tests.support.office import NobodyListens

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
        handler = all_handlers(PieceStore(store))[type(self.event)]
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
        pytest.param([routed()], [queued(1), claimed(1), returned(1, 3)], "returned", id="a question back"),
        pytest.param(
            [routed()],
            [queued(1), claimed(1), returned(1, 3), missed("supervisor", 1), resumed(1, 4)],
            "claimed",
            id="answered before it was accepted",
        ),
        pytest.param(
            [routed()],
            [queued(1), claimed(1), accepted(1), returned(1, 4), resumed(1, 5), returned(1, 6), resumed(1, 7)],
            "accepted",
            id="asked twice and answered twice after it was accepted",
        ),
        pytest.param(
            [routed(), placed("SAC-SAT", "SAC-SAT")],
            [queued(1), claimed(1), accepted(1), returned(1, 4), changed(2, 5), resumed(2, 6)],
            "accepted",
            id="placed anew with who waits for an answer",
        ),
        pytest.param(
            [routed()],
            [queued(1), queued(1, "SAC-NYC", "supporting"), claimed(1), returned(1, 2, "supporting", "SAC-NYC")],
            "claimed",
            id="a question of who only supports",
        ),
        pytest.param(
            [routed()],
            [queued(1), claimed(1), accepted(1), paused(1, 4), delayed(1, 5), resumed(1, 6, "judicial_leave")],
            "accepted",
            id="a pause for judicial leave and a delay",
        ),
        pytest.param([routed()], [queued(1), claimed(1), given_back(1, 3)], "queued", id="given back"),
        pytest.param(
            [routed(), placed("SAC-SAT")],
            [queued(1), claimed(1), declined(1, 3), queued(2, "EUR", "triage")],
            "triage",
            id="declined by who leads",
        ),
        pytest.param(
            [routed()],
            [queued(1), claimed(1), accepted(1), declined(1, 4, offences=(1,))],
            "accepted",
            id="declined in part",
        ),
        pytest.param(
            [routed(), placed("SAC-SAT", "SAC-NYC")],
            [queued(1), claimed(1), transfer_asked(1, 3), closed(2, 4), queued(2, "SAC-NYC")],
            "queued",
            id="transferred",
        ),
        pytest.param(
            [routed(), placed("SAC-SAT", "SAC-SAT")],
            [queued(1), claimed(1), accepted(1), transfer_asked(1, 4), changed(2, 5)],
            "accepted",
            id="a transfer that was refused",
        ),
        pytest.param(
            [routed()],
            [queued(1), claimed(1), accepted(1), answered(1, 4, "partial")],
            "accepted",
            id="answered in part",
        ),
        pytest.param(
            [routed()],
            [queued(1), claimed(1), accepted(1), answered(1, 4), missed("desk", 1)],
            "answered",
            id="answered",
        ),
        pytest.param(
            [routed()],
            [queued(1), claimed(1), accepted(1), answered(1, 4), closed(1, 5, because="done")],
            "closed",
            id="closed by its office",
        ),
    ],
)
async def test_any_order_of_what_two_topics_tell_ends_in_the_same_state(database, decided, told, state):
    store = Store(database, PUBLISHER, NobodyListens())
    orders = {str(uuid7()): order for order in interleavings(decisions(*decided), told)}
    await database[COLLECTION].insert_many([record(referral_id) for referral_id in orders])

    for step in range(len(decided) + len(told)):
        works = [await order[step].noted(referral_id, store) for referral_id, order in orders.items()]
        await store.write([prepared for work in works for prepared in store.prepared(work)])

    stored = [found async for found in database[COLLECTION].find()]
    assert {found["state"] for found in stored} == {state}
    assert {len(found["timeline"]) for found in stored} == {1 + len(decided) + len(told)}
    assert len(stored) == len(orders)


async def test_what_is_told_after_a_recall_brings_nothing_back_to_life(database):
    store = Store(database, PUBLISHER, NobodyListens())
    referral_id = str(uuid7())
    recalled = {"state": "withdrawn", "reached": FOR_GOOD}
    await database[COLLECTION].insert_one(record(referral_id) | recalled)

    for said in (*decisions(routed(), placed("SAC-SAT")), queued(1), claimed(1), queued(2, "EUR", "triage")):
        await store.write(store.prepared(await said.noted(referral_id, store)))

    [stored] = [found async for found in database[COLLECTION].find()]
    assert (stored["state"], len(stored["timeline"])) == ("withdrawn", 6)


async def test_what_is_told_again_after_everything_changes_nothing(database):
    store = Store(database, PUBLISHER, NobodyListens())
    referral_id = str(uuid7())
    order = [*decisions(triage(), placed("EUR", "SAC-SAT"), sent_back()), queued(1, "EUR", "triage"), queued(2)]
    await database[COLLECTION].insert_one(record(referral_id))

    for said in (*order, *order):
        await store.write(store.prepared(await said.noted(referral_id, store)))

    [stored] = [found async for found in database[COLLECTION].find()]
    assert (stored["state"], stored["version"]) == ("sent_back", 6)


async def test_the_requester_is_told_which_ground_and_not_which_person(database):
    store = Store(database, PUBLISHER, NobodyListens())
    referral_id = str(uuid7())
    await database[COLLECTION].insert_one(record(referral_id))
    told = [*decisions(placed("EUR", "SAC-SAT")), missed("supervisor", 1), missed("desk", 2), snoozed(1, 2)]

    for said in told:
        await store.write(store.prepared(await said.noted(referral_id, store)))

    [stored] = [found async for found in database[COLLECTION].find()]
    liaison, ours = seen_by(View.LIAISON, stored["timeline"]), seen_by(View.ALL, stored["timeline"])
    assert "nexus_confirmed" in str(liaison)
    assert "desk-1" not in str(liaison)
    assert "desk-1" in str(ours)
    assert Counter(seen["type"] for seen in liaison) == {"received": 1, "rerouted": 1, "deadline-missed": 1}
    assert "supervisor" not in str(liaison)
    assert len(ours) == 5
