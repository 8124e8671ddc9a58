"""What two topics tell of one referral, folded on a real MongoDB: the same end in whatever order they come."""

from collections import Counter
from collections.abc import Iterator

import pytest
from uuid6 import uuid7

from runtime.store import Store
from services.referrals.store import COLLECTION, FOR_GOOD
from services.referrals.timeline import View, seen_by
from tests.support.noted import PUBLISHER
from tests.support.office import NobodyListens
from tests.support.told import (
    Said,
    accepted,
    answered,
    changed,
    claimed,
    closed,
    decisions,
    declined,
    delayed,
    given_back,
    missed,
    paused,
    placed,
    queued,
    record,
    resumed,
    returned,
    routed,
    sent_back,
    snoozed,
    transfer_asked,
    triage,
)


def interleavings(one: list[Said], other: list[Said]) -> Iterator[list[Said]]:
    if not one or not other:
        yield [*one, *other]
        return
    for rest in interleavings(one[1:], other):
        yield [one[0], *rest]
    for rest in interleavings(one, other[1:]):
        yield [other[0], *rest]


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
    told = [
        *decisions(placed("EUR", "SAC-SAT")),
        missed("supervisor", 1),
        missed("desk", 2),
        snoozed(1, 2),
        delayed(1, 3),
    ]

    for said in told:
        await store.write(store.prepared(await said.noted(referral_id, store)))

    [stored] = [found async for found in database[COLLECTION].find()]
    liaison, ours = seen_by(View.LIAISON, stored["timeline"]), seen_by(View.ALL, stored["timeline"])
    assert "nexus_confirmed" in str(liaison)
    assert "desk-1" not in str(liaison)
    assert "desk-1" in str(ours)
    shown = Counter(seen["type"] for seen in liaison)
    assert shown == {"received": 1, "rerouted": 1, "deadline-missed": 1, "delay-told": 1}
    assert "supervisor" not in str(liaison)
    [delay] = [seen for seen in liaison if seen["type"] == "delay-told"]
    assert (delay["ground"], delay["expected_until"]) == ("translation", "2026-11-24T12:00:00Z")
    assert len(ours) == 6
