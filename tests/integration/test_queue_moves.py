"""Queue items that move, on a real Kafka and MongoDB: no moment without a holder, none with two, and nothing twice."""

import asyncio

import pytest
from pymongo.read_concern import ReadConcern
from uuid6 import uuid7

from runtime.mongo import open_database
from schemas.events import Part
from tests.support.kafka import header
from tests.support.queues import OPEN, placed, routed, sent_back, triage
from tests.support.waiting import until

HOLDING = {"state": {"$ne": "closed"}, "role": {"$in": ["lead", "triage"]}}


async def test_an_assigned_referral_leaves_its_desk_and_each_office_sees_its_part(notify):
    referral, other = uuid7(), uuid7()
    parts = (Part(office="SAC-SAT", offence_numbers=(0,)), Part(office="SAC-NYC", offence_numbers=(1,)))
    await notify.routing.says(triage(referral))

    await notify.routing.says(
        placed(
            referral, "SAC-SAT", supporting=("SAC-NYC",), copies=("BCSC",), parts=parts, joins=(other,), leaves=("EUR",)
        )
    )
    await notify.until_open(referral, SAC_SAT="lead", SAC_NYC="supporting", BCSC="copy")

    [lead] = await notify.officer("SAC-SAT").queue()
    assert (lead["decision"], lead["part"]) == (2, {"offence_numbers": [0], "nexus_numbers": []})
    assert (lead["marks"]["tlp"], lead["joins"]) == ("AMBER", [str(other)])
    assert await notify.officer("EUR").queue() == []
    [left] = await notify.officer("EUR").queue(state="closed")
    assert (left["closed_because"], left["moved_to"]) == ("placed_elsewhere", "SAC-SAT")
    desk = (await notify.http.get("/v1/offices/EUR")).json()
    assert not any(desk["items"].values())


@pytest.mark.parametrize("step", ["leased", "claimed", "accepted"])
async def test_an_officer_whose_item_has_moved_is_told_so_and_cannot_act_on_it(notify, step):
    referral = uuid7()
    officer = notify.officer("SAC-SAT")
    await notify.routing.says(routed(referral, "SAC-SAT"))
    await notify.until_open(referral, SAC_SAT="lead")
    item_id = f"{referral}.SAC-SAT"
    token = await officer.lease_of(item_id)
    if step != "leased":
        assert (await officer.claim(item_id, token)).status_code == 200
    if step == "accepted":
        assert (await officer.accept(item_id, token)).status_code == 200

    await notify.routing.says(placed(referral, "SAC-NYC", leaves=("SAC-SAT",)))
    await notify.until_open(referral, SAC_NYC="lead")

    for late in (await officer.claim(item_id, token), await officer.accept(item_id, token)):
        assert (late.status_code, late.json()["code"]) == (409, "item_moved")
        assert "SAC-NYC" in late.json()["detail"]
    assert (await officer.lease())["items"] == []


async def test_an_office_that_keeps_its_item_keeps_its_claim_and_sees_what_is_asked_now(notify):
    referral, other = uuid7(), uuid7()
    officer = notify.officer("SAC-SAT")
    await notify.routing.says(routed(other, "SAC-SAT"))
    await notify.routing.says(routed(referral, "SAC-SAT", copies=("BCSC",)))
    await notify.until_open(referral, SAC_SAT="lead", BCSC="copy")
    await notify.until_open(other, SAC_SAT="lead")
    item_id = f"{referral}.SAC-SAT"
    token = await officer.lease_of(item_id)
    await officer.claim(item_id, token)

    await notify.routing.says(placed(referral, "SAC-SAT", urgency="U0", leaves=("BCSC",)))
    await notify.until_open(referral, SAC_SAT="lead")

    first = (await officer.queue())[0]
    assert (first["item_id"], first["urgency"], first["state"], first["decision"]) == (item_id, "U0", "claimed", 2)
    assert (await officer.accept(item_id, token)).status_code == 200


async def test_a_referral_sent_back_leaves_every_queue_and_can_be_placed_again(notify):
    referral = uuid7()
    await notify.routing.says(triage(referral))
    await notify.routing.says(placed(referral, "SAC-SAT", copies=("BCSC",), leaves=("EUR",)))
    await notify.until_open(referral, SAC_SAT="lead", BCSC="copy")

    await notify.routing.says(sent_back(referral, leaves=("SAC-SAT", "BCSC")))
    await notify.until_open(referral)
    assert await notify.items.count_documents({"referral_id": str(referral), "closed_because": "sent_back"}) == 2
    await notify.routing.says(placed(referral, "SAC-SAT"))
    await notify.until_open(referral, SAC_SAT="lead")

    [item] = await notify.officer("SAC-SAT").queue()
    assert (item["item_id"], item["decision"]) == (f"{referral}.SAC-SAT.2", 4)


async def test_an_outside_reader_sees_one_holder_at_every_moment_of_many_moves(notify, mongo_settings):
    referrals = [uuid7() for _ in range(8)]
    for referral in referrals:
        await notify.routing.says(triage(referral))
        await notify.until_open(referral, EUR="triage")
    moving, seen = True, set()

    async def watch():
        async with open_database(mongo_settings, "notify") as database:
            items = database["items"].with_options(read_concern=ReadConcern("snapshot"))
            while moving:
                held = [(item["referral_id"], item["office"]) async for item in items.find(HOLDING)]
                assert sorted(referral for referral, _ in held) == sorted(map(str, referrals))
                seen.add(frozenset(held))

    watching = asyncio.create_task(watch())
    for _ in range(6):
        for referral in referrals:
            await notify.routing.says(placed(referral, "SAC-SAT", supporting=("SAC-NYC",), leaves=("EUR",)))
            await notify.routing.says(placed(referral, "SAC-NYC", supporting=("SAC-SAT",)))
            last = await notify.routing.says(placed(referral, leaves=("SAC-SAT", "SAC-NYC")))
    for referral in referrals:
        await until(lambda referral=referral: _at_decision(notify, referral, 19))
        await notify.until_open(referral, EUR="triage")
    moving = False
    await watching

    assert last["sequence"] == 19
    assert len(seen) > 1, "it looked while they moved"


async def _at_decision(notify, referral, decision):
    return await notify.items.count_documents({"referral_id": str(referral), "decision": decision, **OPEN})


async def test_decisions_that_come_again_change_and_tell_nothing(notify):
    referral = uuid7()
    said = [
        await notify.routing.says(triage(referral)),
        await notify.routing.says(placed(referral, "SAC-SAT", copies=("BCSC",), leaves=("EUR",))),
        await notify.routing.says(placed(referral, "SAC-NYC", leaves=("SAC-SAT", "BCSC"))),
    ]
    await notify.until_open(referral, SAC_NYC="lead")

    for entry in said:
        await notify.routing.repeats(entry)
    await notify.routing.says(placed(referral, leaves=("SAC-NYC",)))
    await notify.until_open(referral, EUR="triage")

    stored = {item["_id"]: item async for item in notify.items.find({"referral_id": str(referral)})}
    assert {item_id.removeprefix(f"{referral}."): item["version"] for item_id, item in stored.items()} == {
        "EUR": 2,
        "SAC-SAT": 2,
        "BCSC": 2,
        "SAC-NYC": 2,
        "EUR.2": 1,
    }


async def test_a_decision_that_comes_after_the_one_that_overtook_it_opens_nothing(notify):
    referral = uuid7()
    writes = notify.routing.writes
    late = writes(routed(referral, "SAC-SAT", copies=("BCSC",)), 1)
    second = writes(placed(referral, "SAC-NYC", leaves=("SAC-SAT", "BCSC")), 2)
    third = writes(placed(referral, leaves=("SAC-NYC",)), 3)

    for entry in (second, late, third):
        await notify.routing.repeats(entry)
    await notify.until_open(referral, EUR="triage")

    assert await notify.items.count_documents({"referral_id": str(referral), "office": "SAC-SAT", **OPEN}) == 0
    assert await notify.officer("SAC-SAT").queue() == []
    assert await notify.officer("SAC-SAT").queue(state="closed") == [], "it never was in this queue"


async def test_an_office_that_follows_its_queue_is_told_what_enters_changes_and_leaves(notify):
    referral = uuid7()
    await notify.routing.says(routed(referral, "SAC-SAT"))
    await notify.routing.says(placed(referral, "SAC-SAT", urgency="U1"))
    await notify.routing.says(placed(referral, "SAC-NYC", leaves=("SAC-SAT",)))
    await notify.until_open(referral, SAC_NYC="lead")

    told = await notify.told("SAC-SAT", 3)

    assert [(fact["type"], fact["decision"], fact["sequence"]) for fact in told] == [
        ("dragoman.queue.item-queued.v1", 1, 1),
        ("dragoman.queue.item-changed.v1", 2, 2),
        ("dragoman.queue.item-closed.v1", 3, 3),
    ]
    assert (told[1]["urgency"], told[2]["moved_to"]) == ("U1", "SAC-NYC")


async def test_claims_that_meet_moves_end_on_one_side_or_the_other(notify):
    referrals = [uuid7() for _ in range(10)]
    officer = notify.officer("SAC-SAT")
    for referral in referrals:
        await notify.routing.says(routed(referral, "SAC-SAT"))
        await notify.until_open(referral, SAC_SAT="lead")
    token = (await officer.lease(most=100))["lease_token"]

    async def claim(referral):
        return await officer.claim(f"{referral}.SAC-SAT", token)

    async def move(referral):
        await notify.routing.says(placed(referral, "SAC-NYC", leaves=("SAC-SAT",)))

    answers = await asyncio.gather(*(claim(each) for each in referrals), *(move(each) for each in referrals))
    for referral in referrals:
        await notify.until_open(referral, SAC_NYC="lead")

    for answer in answers[: len(referrals)]:
        assert answer.status_code == 200 or answer.json()["code"] == "item_moved"
    tokens = await notify.items.count_documents({"office": "SAC-SAT", "token": {"$exists": True}})
    assert tokens == 0


async def test_the_database_itself_refuses_a_second_holder(notify):
    referral = uuid7()
    await notify.routing.says(routed(referral, "SAC-SAT"))
    await notify.until_open(referral, SAC_SAT="lead")
    event = notify.routing.writes(routed(referral, "SAC-NYC"), 1)

    await notify.routing.repeats(event)
    letters = [header(record, "dlq_code") for record in await notify.kafka.read_until("notify.dlq", lambda _: True)]

    assert len(letters) == 1
    assert await notify.open_items(referral) == {"SAC-SAT": "lead"}
