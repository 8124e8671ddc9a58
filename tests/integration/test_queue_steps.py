"""What officers do with items, on a real Kafka and MongoDB: each step once, under the right token, and told once."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from uuid6 import uuid7

from services.notify.shown import ItemShown, LeaseShown, OutcomesShown, QueueShown
from tests.support.queues import deposited, placed, question_answered, recalled, routed, supplemented, triage
from tests.support.waiting import until

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def held(notify, office="SAC-SAT", *, accepted=True, **more):
    """A referral of a lead office that an officer holds: its id, its item, the officer and his token."""
    referral = uuid7()
    await notify.routing.says(routed(referral, office, **more))
    item_id = f"{referral}.{office}"
    await notify.until_state(item_id, "ready")
    officer = notify.officer(office)
    return referral, item_id, officer, await officer.holds(item_id, accepted=accepted)


def types(told):
    return [fact["type"].removeprefix("dragoman.queue.").removesuffix(".v1") for fact in told]


async def test_an_answered_item_is_closed_with_its_result_and_everything_is_told_once(notify):
    referral, item_id, officer, token = await held(notify)
    part, final = [await notify.deposits(referral, "SAC-SAT", kind) for kind in ("partial", "final")]

    answers = [
        await officer.step(item_id, "delay", lease_token=token, ground="field_work", expected_until=TOMORROW),
        await officer.step(item_id, "answer", lease_token=token, answer_id=part, kind="partial"),
        await officer.step(item_id, "answer", lease_token=token, answer_id=final, kind="final"),
        await officer.step(item_id, "close", lease_token=token, code="information_given"),
    ]

    for answer in answers:
        ItemShown.model_validate(answer.json())
    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [
        (200, "accepted"),
        (200, "accepted"),
        (200, "answered"),
        (200, "closed"),
    ]
    assert types(await notify.told("SAC-SAT", 7)) == [
        "item-queued",
        "item-claimed",
        "item-accepted",
        "delay-told",
        "item-answered",
        "item-answered",
        "item-closed",
    ]
    assert (await officer.step(item_id, "accept", lease_token=token)).json()["code"] == "item_closed"


async def test_a_step_sent_again_is_answered_the_same_and_told_once(notify):
    referral, item_id, officer, token = await held(notify)
    deposit = await notify.deposits(referral, "SAC-SAT", "partial")
    answer = {"lease_token": token, "answer_id": deposit, "kind": "partial"}

    answers = await asyncio.gather(*(officer.step(item_id, "answer", **answer) for _ in range(6)))
    closing = await officer.step(item_id, "give-back", lease_token=token)
    again = await officer.step(item_id, "give-back", lease_token=token)

    assert {answer.status_code for answer in answers} == {200}
    assert (closing.status_code, again.status_code, again.json()["state"]) == (200, 200, "ready")
    assert types(await notify.told("SAC-SAT", 5)) == [
        "item-queued",
        "item-claimed",
        "item-accepted",
        "item-answered",
        "item-given-back",
    ]


@pytest.mark.parametrize(
    ("verb", "what"),
    [
        ("return", lambda piece: {"question_id": piece}),
        ("answer", lambda piece: {"answer_id": piece, "kind": "final"}),
    ],
)
async def test_a_step_that_lets_out_what_was_never_deposited_so_is_refused_and_the_item_stays(notify, verb, what):
    referral, item_id, officer, token = await held(notify)
    elsewhere = uuid7()
    pieces = {
        "never": str(uuid7()),
        "on another referral": await notify.deposits(elsewhere, "SAC-SAT", "final"),
        "by another office": await notify.deposits(referral, "SAC-NYC", None if verb == "return" else "final"),
        "as something else": await notify.deposits(referral, "SAC-SAT", "final" if verb == "return" else None),
        "of another kind": await notify.deposits(referral, "SAC-SAT", "partial"),
    }

    answers = {
        how: await officer.step(item_id, verb, lease_token=token, **what(piece)) for how, piece in pieces.items()
    }

    assert {how: (answer.status_code, answer.json()["code"]) for how, answer in answers.items()} == dict.fromkeys(
        pieces, (409, "not_deposited")
    )
    assert all("send the same step again" in answer.json()["detail"] for answer in answers.values())
    item = await notify.items.find_one({"_id": item_id})
    assert (item["state"], item["token"]) == ("accepted", token)
    assert types(await notify.told("SAC-SAT", 3)) == ["item-queued", "item-claimed", "item-accepted"]


async def test_a_step_waits_for_word_of_what_was_deposited_a_moment_ago(notify):
    referral, item_id, officer, token = await held(notify)
    question = uuid7()

    step = asyncio.create_task(officer.step(item_id, "return", lease_token=token, question_id=str(question)))
    entry = await notify.requester.says(deposited(referral, question, "SAC-SAT"))
    await notify.requester.repeats(entry)
    returned = await step
    again = await officer.step(item_id, "return", lease_token=token, question_id=str(question))

    assert (returned.status_code, returned.json()["state"]) == (200, "returned")
    assert again.json() == returned.json()
    assert await notify.database["deposits"].count_documents({}) == 1


async def test_who_was_relieved_of_an_item_cannot_act_on_it_any_more(notify):
    _, item_id, officer, token = await held(notify)
    colleague = notify.officer("SAC-SAT", "officer-2")

    relieved = await officer.step(item_id, "give-back", staff="supervisor")
    new_token = await colleague.holds(item_id)
    late = await officer.step(item_id, "answer", lease_token=token, answer_id=str(uuid4()), kind="final")

    assert relieved.status_code == 200
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state_or_token")
    assert late.json()["detail"]
    assert (await colleague.step(item_id, "accept", lease_token=new_token)).status_code == 200


async def test_a_question_back_stops_the_item_until_its_answer_and_no_other_comes(notify):
    referral, item_id, officer, token = await held(notify)
    question, final = await notify.deposits(referral, "SAC-SAT"), await notify.deposits(referral, "SAC-SAT", "final")

    returned = await officer.step(item_id, "return", lease_token=token, question_id=question)
    meanwhile = await officer.step(item_id, "answer", lease_token=token, answer_id=str(uuid4()), kind="final")
    await notify.requester.says(question_answered(referral, uuid4()))
    await notify.requester.says(question_answered(referral, question))
    await notify.requester.says(question_answered(referral, question))
    resumed = await notify.until_state(item_id, "accepted")
    answered = await officer.step(item_id, "answer", lease_token=token, answer_id=final, kind="final")

    assert (returned.json()["state"], returned.json()["question_id"]) == ("returned", question)
    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "wrong_state")
    assert "resume" in meanwhile.json()["detail"]
    assert "question_id" not in resumed
    assert answered.status_code == 200
    told = await notify.told("SAC-SAT", 6)
    assert types(told)[3:] == ["item-returned", "item-resumed", "item-answered"]
    assert told[4]["question_id"] == question


async def test_an_answer_to_a_question_that_was_taken_back_changes_nothing(notify):
    referral, item_id, officer, token = await held(notify, accepted=False)
    question = await notify.deposits(referral, "SAC-SAT")
    await officer.step(item_id, "return", lease_token=token, question_id=question)

    taken_back = await officer.step(item_id, "resume", lease_token=token)
    await notify.requester.says(question_answered(referral, question))
    await notify.requester.says(supplemented(referral))
    await until(lambda: notify.items.find_one({"_id": item_id, "referral_version": 2}))

    assert (taken_back.status_code, taken_back.json()["state"]) == (200, "claimed")
    assert types(await notify.told("SAC-SAT", 5)) == [
        "item-queued",
        "item-claimed",
        "item-returned",
        "item-resumed",
        "item-changed",
    ]


async def test_a_transfer_lets_nobody_act_until_it_is_recorded_and_a_refused_one_gives_the_item_back(notify):
    referral, item_id, officer, token = await held(notify)
    transfer = {"lease_token": token, "to": "SAC-NYC", "ground": "subject_moved"}

    asked = await officer.step(item_id, "transfer", **transfer)
    meanwhile = await officer.step(item_id, "answer", lease_token=token, answer_id=str(uuid4()), kind="final")
    await notify.routing.says(placed(referral, "SAC-SAT"))
    await notify.until_state(item_id, "accepted")
    asked_again = await officer.step(item_id, "transfer", **transfer)
    await notify.routing.says(placed(referral, "SAC-NYC", leaves=("SAC-SAT",)))
    await notify.until_open(referral, SAC_NYC="lead")
    too_late = await officer.step(item_id, "transfer", **transfer)

    assert (asked.json()["state"], asked.json()["moving_to"]) == ("moving", "SAC-NYC")
    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "wrong_state")
    assert (asked_again.status_code, asked_again.json()["state"]) == (200, "moving")
    assert (too_late.status_code, too_late.json()["code"]) == (409, "item_moved")
    assert types(await notify.told("SAC-SAT", 7))[3:] == [
        "item-transfer-asked",
        "item-changed",
        "item-transfer-asked",
        "item-closed",
    ]


async def test_a_supporting_office_works_on_its_own_item_and_the_lead_on_his(notify):
    referral, item_id, lead, token = await held(notify, supporting=("SAC-HOU", "SAC-ELP"))
    houston, el_paso = notify.officer("SAC-HOU"), notify.officer("SAC-ELP")
    theirs = f"{referral}.SAC-HOU"
    their_token = await houston.holds(theirs)

    refused = await houston.step(theirs, "transfer", lease_token=their_token, to="SAC-NYC", ground="capacity")
    final = await notify.deposits(referral, "SAC-HOU", "final")
    answered = await houston.step(theirs, "answer", lease_token=their_token, answer_id=final, kind="final")
    closed = await houston.step(theirs, "close", lease_token=their_token, code="support_given")
    other = f"{referral}.SAC-ELP"
    declined = await el_paso.step(other, "decline", lease_token=await el_paso.holds(other), ground="not_held")

    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_role")
    assert [answer.json()["state"] for answer in (answered, closed, declined)] == ["answered", "closed", "closed"]
    assert (
        await lead.step(item_id, "delay", lease_token=token, ground="field_work", expected_until=TOMORROW)
    ).is_success


async def test_every_fault_between_fields_is_named_and_nothing_is_stored(notify):
    _, item_id, officer, token = await held(notify)
    before = await notify.items.find_one({"_id": item_id})

    refused = await officer.step(
        item_id,
        "decline",
        lease_token=token,
        ground="wrong_office",
        offence_numbers=[0],
        duplicate_of=str(uuid4()),
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "step_refused")
    assert [(fault["code"], fault["pointer"]) for fault in refused.json()["faults"]] == [
        ("duplicate_not_asked", "/body/duplicate_of"),
        ("whole_only", "/body/offence_numbers"),
    ]
    assert all(fault["problem"] and fault["mend"] for fault in refused.json()["faults"])
    assert await notify.items.find_one({"_id": item_id}) == before


async def test_items_of_one_lease_are_claimed_together_and_each_is_answered_for_itself(notify):
    referrals = [uuid7() for _ in range(3)]
    officer = notify.officer("SAC-SAT")
    for referral in referrals:
        await notify.routing.says(routed(referral, "SAC-SAT"))
        await notify.until_state(f"{referral}.SAC-SAT", "ready")
    lease = await officer.lease(most=2)
    ids = [item["item_id"] for item in lease["items"]]
    [other] = {f"{referral}.SAC-SAT" for referral in referrals} - set(ids)

    nowhere = f"{uuid7()}.SAC-SAT"
    said = {"officer": officer.officer, "lease_token": lease["lease_token"], "items": [*ids, other, nowhere]}
    claimed = await notify.http.post("/v1/offices/SAC-SAT/queue/claim", json=said)
    accepted = await notify.http.post(
        "/v1/offices/SAC-SAT/queue/accept", json={"lease_token": lease["lease_token"], "items": ids}
    )

    for answer in (claimed, accepted):
        OutcomesShown.model_validate(answer.json())
    outcomes = {one["item_id"]: (one["status"], one.get("code")) for one in claimed.json()["items"]}
    assert outcomes == {
        ids[0]: (200, None),
        ids[1]: (200, None),
        other: (409, "not_leased"),
        nowhere: (404, "item_unknown"),
    }
    assert {one["item"]["state"] for one in accepted.json()["items"]} == {"accepted"}


async def test_a_lease_can_last_longer_and_be_let_go(notify):
    referral = uuid7()
    await notify.routing.says(routed(referral, "SAC-SAT"))
    await notify.until_state(f"{referral}.SAC-SAT", "ready")
    officer = notify.officer("SAC-SAT")
    lease = await officer.lease(seconds=60)
    said = {"officer": officer.officer, "lease_token": lease["lease_token"]}

    longer = (await notify.http.post("/v1/offices/SAC-SAT/queue/extend", json={**said, "seconds": 600})).json()
    let_go = await notify.http.post("/v1/offices/SAC-SAT/queue/extend", json={**said, "seconds": 0})
    gone = await notify.http.post("/v1/offices/SAC-SAT/queue/extend", json={**said, "seconds": 60})

    assert longer["lease_until"] > lease["lease_until"]
    assert let_go.json()["items"] == []
    assert (gone.status_code, gone.json()["code"]) == (409, "lease_ended")
    assert len((await notify.officer("SAC-SAT", "officer-2").lease())["items"]) == 1


async def test_a_snoozed_item_is_not_offered_and_comes_back_when_it_gets_more_urgent(notify):
    referral = uuid7()
    item_id = f"{referral}.SAC-SAT"
    await notify.routing.says(routed(referral, "SAC-SAT"))
    await notify.until_state(item_id, "ready")
    officer = notify.officer("SAC-SAT")
    token = await officer.lease_of(item_id)
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    snoozed = await officer.step(item_id, "snooze", officer=officer.officer, lease_token=token, until=soon)
    meanwhile = await officer.lease()
    await notify.requester.says(supplemented(referral, urgency="U0"))
    await until(lambda: notify.items.find_one({"_id": item_id, "urgency": "U0"}))

    assert snoozed.status_code == 200
    assert meanwhile["items"] == []
    assert [item["item_id"] for item in (await officer.lease())["items"]] == [item_id]


async def test_who_waits_for_items_gets_them_when_they_come(notify):
    referral = uuid7()
    said = {"officer": "officer-1", "most": 1, "wait": 30}

    waiting = asyncio.create_task(notify.http.post("/v1/offices/SAC-SAT/queue/lease", json=said, timeout=40))
    await notify.routing.says(routed(referral, "SAC-SAT"))
    leased = (await waiting).json()
    LeaseShown.model_validate(leased)
    QueueShown.model_validate((await notify.http.get("/v1/offices/SAC-SAT/queue")).json())

    assert [item["referral_id"] for item in leased["items"]] == [str(referral)]


async def test_a_supplement_is_shown_to_everyone_at_work_once_and_its_urgency_only_rises(notify):
    referral, item_id, _, _ = await held(notify, copies=("BCSC",))
    strict = {"tlp": "RED", "handling": ["H2"]}

    await notify.requester.says(supplemented(referral, 2, urgency="U1", marks=strict))
    entry = await notify.requester.says(supplemented(referral, 3, urgency="U3", marks=strict))
    await notify.requester.repeats(entry)
    await notify.requester.says(supplemented(referral, 4, urgency="U3", marks=strict))
    item = await until(lambda: notify.items.find_one({"_id": item_id, "referral_version": 4}))

    assert (item["urgency"], item["marks"]["tlp"], item["state"]) == ("U1", "RED", "accepted")
    assert types(await notify.told("BCSC", 4)) == ["item-queued", *["item-changed"] * 3]


async def test_a_recall_takes_the_referral_out_of_every_hand_and_each_holder_owes_word_of_its_copy(notify):
    referral, _, _, _ = await held(notify, supporting=("SAC-HOU",), copies=("BCSC",))
    await notify.routing.says(placed(referral, "SAC-NYC", copies=("BCSC",), leaves=("SAC-SAT", "SAC-HOU")))
    await notify.until_open(referral, SAC_NYC="lead", BCSC="copy")
    york = notify.officer("SAC-NYC")
    their_token = await york.holds(f"{referral}.SAC-NYC")

    entry = await notify.requester.says(recalled(referral))
    await until(lambda: _owing(notify, referral, 4))
    await notify.requester.repeats(entry)
    late = await york.step(
        f"{referral}.SAC-NYC", "answer", lease_token=their_token, answer_id=str(uuid4()), kind="final"
    )
    kept = await york.step(
        f"{referral}.SAC-NYC", "acknowledge-recall", staff="officer-1", outcome="kept", ground="us_case"
    )
    erased = [
        await notify.officer(office).step(
            f"{referral}.{office}", "acknowledge-recall", staff="officer-1", outcome="erased"
        )
        for office in ("SAC-SAT", "SAC-HOU", "BCSC", "SAC-NYC", "BCSC")
    ]

    assert (late.status_code, late.json()["code"]) == (409, "item_recalled")
    assert (kept.json()["state"], kept.json()["acknowledged"]["ground"]) == ("recalled", "us_case")
    assert [answer.json()["state"] for answer in erased] == ["closed"] * 5
    assert await notify.open_items(referral) == {}
    told = await notify.told("BCSC", 3)
    assert types(told) == ["item-queued", "item-closed", "recall-acknowledged"]
    assert told[1]["closed_because"] == "recalled"
    assert types(await notify.told("SAC-SAT", 6))[-2:] == ["item-closed", "recall-acknowledged"]


async def _owing(notify, referral, count):
    owing = {"referral_id": str(referral), "state": "recalled", "acknowledged": None}
    return await notify.items.count_documents(owing) == count


@pytest.mark.parametrize("decision", [routed, placed])
async def test_a_referral_recalled_before_word_of_its_routing_never_comes_to_life(notify, decision):
    referral, marker = uuid7(), uuid7()
    await notify.requester.says(recalled(referral))
    await until(lambda: notify.database["standings"].find_one({"_id": str(referral)}))

    await notify.routing.says(decision(referral, "SAC-SAT", copies=("BCSC",)))
    await until(lambda: _owing(notify, referral, 2))
    await notify.routing.says(routed(marker, "SAC-SAT"))
    await notify.until_state(f"{marker}.SAC-SAT", "ready")
    leased = await notify.officer("SAC-SAT").lease(most=10)

    assert [item["referral_id"] for item in leased["items"]] == [str(marker)]
    assert types(await notify.told("BCSC", 1)) == ["item-closed"]


async def test_an_item_that_slipped_past_a_recall_is_never_given_out(notify):
    referral = uuid7()
    item_id = f"{referral}.SAC-SAT"
    await notify.routing.says(routed(referral, "SAC-SAT"))
    await notify.until_state(item_id, "ready")
    noted = datetime.now(UTC)
    await notify.database["standings"].insert_one(
        {"_id": str(referral), "recall": {"ground": "data_wrong", "recalled_at": noted, "noted_at": noted}}
    )

    leased = await notify.officer("SAC-SAT").lease()

    assert leased["items"] == []
    assert await notify.items.count_documents({"_id": item_id, "state": "recalled", "lease": {"$exists": False}}) == 1


async def test_a_desk_gives_back_and_asks_but_does_not_answer(notify):
    referral = uuid7()
    await notify.routing.says(triage(referral))
    item_id = f"{referral}.EUR"
    await notify.until_state(item_id, "ready")
    desk = notify.officer("EUR", "desk-1")
    token = await desk.holds(item_id)

    refused = await desk.step(item_id, "answer", lease_token=token, answer_id=str(uuid4()), kind="final")
    paused = await desk.step(item_id, "pause", lease_token=token, expected_until=TOMORROW)
    resumed = await desk.step(item_id, "resume", lease_token=token)

    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_role")
    assert paused.json()["paused"]["ground"] == "judicial_leave"
    assert "paused" not in resumed.json()


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("claim", {"officer": "Test Person"}),
        ("return", {"question_id": "who is Test Person?"}),
        ("decline", {"ground": "Test Person is unknown here"}),
        ("transfer", {"to": "Test Person", "ground": "capacity"}),
        ("answer", {"answer_id": str(uuid4()), "kind": "final", "text": "Test Person"}),
        ("acknowledge-recall", {"staff": "Test Person", "outcome": "erased"}),
    ],
)
async def test_what_somebody_types_is_neither_taken_nor_repeated(notify, verb, said):
    refused = await notify.officer("SAC-SAT").step("nowhere.SAC-SAT", verb, lease_token="t", **said)

    assert refused.status_code == 422
    assert refused.json()["faults"]
    assert "Test Person" not in refused.text
