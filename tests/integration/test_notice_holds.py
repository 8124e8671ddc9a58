"""What rests on a notice, on a real Kafka and MongoDB: held until its gates are passed, and again once they lapse."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from schemas.events import NoticeGatesChanged, ReferralRecalled
from services.notify.shown import ItemShown, QueueShown
from services.routing.gates import note_gates
from services.routing.office_handlers import end_recalled, hand_referral_on
from tests.integration.test_desk import LAREDO, NOW, Desk, codes, desk
from tests.integration.test_office_handovers import asked, heard, of_rules
from tests.support.queues import Notify, placed, recalled, triage
from tests.support.waiting import until

__all__ = ["desk"]

NOTICE = {"notice_id": str(UUID(int=5)), "colour": "red", "source": "interpol-ncb", "action": "locate"}
GATES = ["validity", "abuse_review", "supervisor_approval"]
FAULTS = [f"gate_{gate}" for gate in GATES]
ASSIGN = {"staff": "ana-1", "office": "SAC-SAT", "ground": "flag_reviewed"}


def gates(referral: UUID | str, *open_gates: str, hours: float | None = 72, now: datetime | None = None, **more: Any):
    """Say which gates are open, and how many hours from now validity holds."""
    now = now or datetime.now(UTC)
    valid_until = None if hours is None else now + timedelta(hours=hours)
    said = {"open": open_gates, "valid_until": valid_until, "action": "locate", "changed_at": now, **more}
    return NoticeGatesChanged(referral_id=referral, notice_id=NOTICE["notice_id"], **said)


async def hears(desk: Desk, number: int, event: NoticeGatesChanged) -> None:
    """Let routing hear of gates, as the event on the referral with a number."""

    def numbered(event: NoticeGatesChanged, work: Any) -> None:
        work.message = type(work.message)(**{**_fields(work.message), "sequence": number})
        note_gates(event, work)

    await heard(desk, event, numbered)


def _fields(message: Any) -> dict[str, Any]:
    return {name: getattr(message, name) for name in message.__slots__}


async def test_it_is_held_at_the_desk_and_assigned_once_its_gates_are_passed(desk):
    referral = await desk.routed(nexus=[LAREDO], notice=NOTICE, flags=["cites_notice"])

    case = (await desk.case(referral)).json()
    early = await desk.act(referral, "assign", **ASSIGN, supporting=["SAC-BOS"])
    await hears(desk, 2, gates(referral, "supervisor_approval", now=NOW))
    still = await desk.act(referral, "assign", **ASSIGN)
    await hears(desk, 3, gates(referral, now=NOW))
    assigned = await desk.act(referral, "assign", **ASSIGN, supporting=["SAC-BOS"])

    assert (case["standing"], case["grounds"], case["proposed"]) == ("triage", ["cites_notice"], "SAC-SAT")
    assert (case["notice"]["open"], case["notice"]["gates"]) == (GATES, f"/v1/referrals/{referral}/gates")
    assert [gate["code"] for gate in case["gates_to_pass"]] == FAULTS
    assert (early.status_code, early.json()["code"], codes(early)) == (409, "notice_gates_open", FAULTS)
    assert codes(still) == ["gate_supervisor_approval"]
    assert assigned.status_code == 200
    [_, (_, name, told)] = await desk.told(referral)
    assert (name, told["office"], told["notice"]["colour"]) == ("rerouted", "SAC-SAT", "red")


async def test_it_is_held_although_nobody_flagged_it(desk):
    referral = await desk.routed(nexus=[LAREDO], notice=NOTICE)

    await desk.act(referral, "reroute", staff="ana-1")

    document = await desk.document(referral)
    assert (document["standing"], document["now"]["grounds"]) == ("triage", ["cites_notice"])


async def test_word_that_comes_twice_late_or_before_the_decision_leaves_the_latest(desk):
    referral = uuid7()
    await hears(desk, 3, gates(referral, now=NOW))
    await hears(desk, 2, gates(referral, *GATES, hours=None, now=NOW))
    await desk.routed(referral_id=referral, nexus=[LAREDO], notice=NOTICE)
    before = (await desk.case(referral)).headers["ETag"]

    for _ in range(2):
        await hears(desk, 2, gates(referral, *GATES, hours=None, now=NOW))
        await hears(desk, 3, gates(referral, now=NOW))
    unchanged = (await desk.case(referral)).headers["ETag"]
    await hears(desk, 4, gates(referral, "validity", now=NOW))

    case = await desk.case(referral)
    assert (before, case.headers["ETag"] != before) == (unchanged, True)
    assert case.json()["notice"]["open"] == ["validity"]


async def test_an_act_that_was_judged_before_a_gate_lapsed_is_refused_as_stale(desk):
    referral = await desk.routed(nexus=[LAREDO], notice=NOTICE)
    await hears(desk, 2, gates(referral, now=NOW))
    read = (await desk.case(referral)).headers["ETag"]
    await hears(desk, 3, gates(referral, "validity", now=NOW))

    answer = await desk.act(referral, "assign", match=read, **ASSIGN)

    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


async def test_a_stale_confirmation_holds_it_and_an_office_cannot_hand_it_on(desk):
    referral, other = [await desk.routed(nexus=[LAREDO], notice=NOTICE) for _ in range(2)]
    for each in (referral, other):
        await hears(desk, 2, gates(each, hours=1, now=NOW))
    await desk.act(other, "assign", **ASSIGN)
    desk.clock.now = NOW + timedelta(hours=1)

    late = await desk.act(referral, "assign", **ASSIGN)
    await hears(desk, 3, gates(other, "validity", hours=None, now=NOW))
    await heard(desk, asked(other, "SAC-BOS", office="SAC-SAT", decision=2), hand_referral_on, **of_rules(desk))

    assert codes(late) == ["gate_validity"]
    assert (await desk.document(other))["holder"] == "SAC-SAT"
    assert "gates of its notice are open" in (await desk.told(other))[-1][2]["because"]


async def test_a_missing_person_goes_out_for_life_and_is_confirmed_only_with_gates_passed(desk):
    yellow = {**NOTICE, "colour": "yellow"}
    referral = await desk.routed(nexus=[LAREDO], notice=yellow, flags=["minor_subject"], urgency="U0")
    for_life = {**ASSIGN, "ground": "protection_of_life"}

    listed = (await desk.client.get("/v1/triage", params={"desk": "EUR"})).json()["referrals"]
    out = await desk.act(referral, "assign", **for_life, supporting=["SAC-BOS"])
    early = await desk.act(referral, "confirm", staff="ben-2")
    await hears(desk, 2, gates(referral, now=NOW))
    confirmed = await desk.act(referral, "confirm", staff="ben-2")

    assert [row["page"] for row in listed] == [True]
    assert (out.status_code, early.json()["code"], confirmed.status_code) == (200, "notice_gates_open", 200)
    [_, (_, _, first), (_, _, second)] = await desk.told(referral)
    assert (first["office"], first["supporting"]) == ("SAC-SAT", [])
    assert datetime.fromisoformat(first["confirm_by"]) == NOW + timedelta(hours=24)
    assert (second["supporting"], second["confirm_by"]) == (["SAC-BOS"], None)


async def test_once_recalled_its_gates_let_nobody_place_it(desk):
    referral = await desk.routed(nexus=[LAREDO], notice=NOTICE)
    recall = ReferralRecalled(referral_id=referral, ground="notice_withdrawn", recalled_at=NOW)
    await heard(desk, recall, end_recalled)
    await hears(desk, 3, gates(referral, now=NOW))

    answer = await desk.act(referral, "assign", **ASSIGN)

    assert answer.json()["code"] == "recalled"


async def with_office(notify: Notify, *said: NoticeGatesChanged, **more: Any) -> tuple[UUID, str]:
    """Put a referral that rests on a notice before an office, after what was said of its gates."""
    referral = said[0].referral_id if said else uuid7()
    await notify.routing.says(triage(referral, notice=NOTICE))
    await notify.until_open(referral, EUR="triage")
    for event in said:
        await notify.requester.says(event)
    await notify.routing.says(placed(referral, "SAC-SAT", leaves=("EUR",), notice=NOTICE, **more))
    await notify.until_open(referral, SAC_SAT="lead")
    return referral, f"{referral}.SAC-SAT"


async def until_open_gates(notify: Notify, item_id: str, *open_gates: str, said: int | None = None) -> None:
    """Wait until an item has heard of its gates."""
    where = {"_id": item_id, "notice.open": [*open_gates], **({"notice.said": said} if said else {})}
    await until(lambda: notify.items.find_one(where))


async def test_an_office_is_not_offered_what_is_held_and_acts_once_the_gates_are_passed(notify):
    referral, item_id = await with_office(notify)
    officer = notify.officer("SAC-SAT")

    nothing = await officer.lease(most=100)
    [held] = await officer.queue()
    await notify.requester.says(gates(referral))
    token = await officer.holds(item_id)

    assert nothing["items"] == []
    ItemShown.model_validate(held)
    assert (held["notice"]["open"], held["notice"]["may_act_until"]) == (GATES, None)
    assert "rests on an INTERPOL red notice" in held["notice"]["says"]
    [shown] = await officer.queue()
    QueueShown.model_validate({"office": "SAC-SAT", "items": [shown], "next": None})
    assert (shown["state"], shown["notice"]["open"]) == ("accepted", [])
    assert (await officer.step(item_id, "give-back", lease_token=token)).status_code == 200
    told = [fact["type"].split(".")[2] for fact in await notify.told("SAC-SAT", 5)]
    assert told == ["item-queued", "item-changed", "item-claimed", "item-accepted", "item-given-back"]


async def test_a_lapse_stops_what_acts_and_a_new_confirmation_lets_the_same_officer_go_on(notify):
    referral, item_id = await with_office(notify, gates(uuid7()))
    officer = notify.officer("SAC-SAT")
    token = await officer.holds(item_id)
    answer_id = await notify.deposits(referral, "SAC-SAT", "final")
    question_id = await notify.deposits(referral, "SAC-SAT")
    answer = {"lease_token": token, "answer_id": answer_id, "kind": "final"}

    await notify.requester.says(gates(referral, "validity", hours=-1))
    await until_open_gates(notify, item_id, "validity")
    stopped = [
        await officer.step(item_id, "answer", **answer),
        await officer.step(item_id, "transfer", lease_token=token, to="SAC-NYC", ground="subject_moved"),
    ]
    asking = [
        await officer.step(item_id, "return", lease_token=token, question_id=question_id),
        await officer.step(item_id, "resume", lease_token=token),
    ]
    await notify.requester.says(gates(referral))
    await until_open_gates(notify, item_id)
    goes_on = await officer.step(item_id, "answer", **answer)

    assert [(one.status_code, one.json()["code"]) for one in stopped] == [(409, "notice_validity_stale")] * 2
    assert all(one.json()["detail"] for one in stopped)
    assert [one.status_code for one in asking] == [200, 200]
    assert (goes_on.status_code, goes_on.json()["state"]) == (200, "answered")


@pytest.mark.parametrize(("open_gates", "hours", "code"), [([], -1, "stale"), (["abuse_review"], 72, "open")])
async def test_what_was_leased_before_a_lapse_is_neither_claimed_nor_accepted(notify, open_gates, hours, code):
    referral, item_id = await with_office(notify, gates(uuid7()))
    other, other_id = await with_office(notify, gates(uuid7()))
    officer = notify.officer("SAC-SAT")
    leased = await officer.lease_of(other_id)  # one lease of both, for both stood in the queue
    assert (await officer.claim(item_id, leased)).status_code == 200

    for each, its_item in ((referral, item_id), (other, other_id)):
        entry = await notify.requester.says(gates(each, *open_gates, hours=hours))
        await notify.requester.repeats(entry)
        await until_open_gates(notify, its_item, *open_gates)
        await until(lambda item=its_item: notify.items.find_one({"_id": item, "notice.said": {"$gte": 2}}))
    answers = [await officer.accept(item_id, leased), await officer.claim(other_id, leased)]

    codes = {"stale": "notice_validity_stale", "open": "notice_gates_open"}
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, codes[code])] * 2


async def test_word_of_gates_out_of_order_and_twice_leaves_the_latest(notify):
    referral, marker = uuid7(), uuid7()
    first = notify.requester.writes(gates(referral, *GATES, hours=None), 1)
    second = notify.requester.writes(gates(referral), 2)
    for entry in (second, first, second, first):
        await notify.requester.repeats(entry)
    await with_office(notify, gates(marker))  # on the same partitions: what came before it has been handled
    await notify.routing.says(placed(referral, "SAC-SAT", notice=NOTICE))
    await notify.until_open(referral, SAC_SAT="lead")

    await until_open_gates(notify, f"{referral}.SAC-SAT", said=2)

    told = [fact for fact in await notify.told("SAC-SAT", 2) if fact["referral_id"] == str(referral)]
    assert [fact["type"] for fact in told] == ["dragoman.queue.item-queued.v1"]


async def test_a_desk_claims_what_its_office_may_not(notify):
    referral = uuid7()
    await notify.routing.says(triage(referral, notice=NOTICE))
    await notify.until_open(referral, EUR="triage")

    assert await notify.officer("EUR").holds(f"{referral}.EUR")


async def test_a_release_for_life_lets_the_lead_act_with_gates_open(notify):
    soon = datetime.now(UTC) + timedelta(hours=24)
    referral, item_id = await with_office(notify, confirm_by=soon, ground="protection_of_life")
    officer = notify.officer("SAC-SAT")

    token = await officer.holds(item_id)
    await notify.routing.says(placed(referral, "SAC-SAT", notice=NOTICE))
    await until(lambda: notify.items.find_one({"_id": item_id, "notice.life_until": None}))
    answer_id = await notify.deposits(referral, "SAC-SAT", "final")
    stopped = await officer.step(item_id, "answer", lease_token=token, answer_id=answer_id, kind="final")

    assert stopped.json()["code"] == "notice_gates_open"


async def test_a_recalled_one_owes_word_of_its_copy_whatever_its_gates(notify):
    referral, item_id = await with_office(notify)
    officer = notify.officer("SAC-SAT")

    await notify.requester.says(recalled(referral))
    await notify.until_state(item_id, "recalled")
    await notify.requester.says(gates(referral))
    acknowledged = await officer.step(item_id, "acknowledge-recall", staff="badge-1", outcome="erased")

    assert (acknowledged.status_code, acknowledged.json()["state"]) == (200, "closed")
    assert (await officer.lease(most=10))["items"] == []


async def test_a_referral_without_a_notice_has_nothing_of_all_this(notify):
    referral = uuid7()
    await notify.routing.says(placed(referral, "SAC-SAT"))

    token = await notify.officer("SAC-SAT").holds(f"{referral}.SAC-SAT")

    [item] = await notify.officer("SAC-SAT").queue()
    assert token
    assert "notice" not in item
    assert await notify.database["standings"].count_documents({}) == 0
