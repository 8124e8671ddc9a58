"""The NCB feed over HTTP, on a real MongoDB: who may post, and what is said of every line."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest
from uuid6 import uuid7

from schemas.vocabulary.offices import QUEUES
from services.referrals.ncb.door import LINES_AT_MOST
from tests.support.ncb import NAME, NEXUS, NUMBER, line, lines, notice, said, signed
from tests.support.ncb_feed import running_bureau

PATH = "/v1/ncb/messages"
OFFICE = min(QUEUES)
ASKER = {"office": OFFICE, "staff": "B-2207"}


@pytest.fixture
async def bureau(kafka, kafka_settings, mongo_settings):
    async with running_bureau(kafka, kafka_settings, mongo_settings) as opened:
        yield opened


async def refused(bureau, status, code, *, body=b"{}", headers=None):
    """Post something that is not let in at all, and see that nothing of it was done."""
    answer = await bureau.http.post(PATH, content=body, headers=headers or signed(body))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert NAME not in answer.text
    assert await bureau.database["ncb_messages"].count_documents({}) == 0
    assert await bureau.set_aside() == []
    return answer.json()


async def test_of_every_line_is_said_what_became_of_it(bureau):
    first = notice(nexus=NEXUS)

    said_of = await bureau.post(first, b'{"kind": "notice"', first, said("withdrawal", 1), notice(2, kind="update"))

    assert [(each["line"], each["result"], each.get("effect")) for each in said_of] == [
        (1, "accepted", "new"),
        (2, "refused", None),
        (3, "already", "new"),
        (4, "accepted", "ended"),
        (5, "accepted", "ended"),
    ]
    assert said_of[0]["message_id"] == first["message_id"]
    assert {each["notice_id"] for each in said_of if "notice_id" in each} == {str(bureau.notice_id())}
    [fault] = said_of[1]["faults"]
    assert set(fault) == {"code", "pointer", "problem", "mend"}
    assert NAME not in str(said_of)


async def test_one_message_may_be_sent_as_json_over_several_lines(bureau):
    body = line(notice()).replace(b", ", b",\n  ")
    headers = signed(body) | {"content-type": "application/json; charset=utf-8"}

    answer = await bureau.http.post(PATH, content=body, headers=headers)

    assert [each["result"] for each in answer.json()["lines"]] == ["accepted"]


async def test_both_doors_count_a_message_once(bureau):
    message = notice()

    await bureau.feed.desk.take(line(message), datetime.now(UTC))

    assert [each["result"] for each in await bureau.post(message)] == ["already"]


async def test_a_line_break_behind_a_message_makes_it_no_other(bureau):
    body = line(notice())
    await bureau.feed.desk.take(body, datetime.now(UTC))
    headers = signed(body + b"\n") | {"content-type": "application/json"}

    answer = await bureau.http.post(PATH, content=body + b"\n", headers=headers)

    assert [each["result"] for each in answer.json()["lines"]] == ["already"]
    assert await bureau.told() == ["observed"]


async def test_another_message_under_an_id_that_was_used_is_refused(bureau):
    [first] = await bureau.post(notice(message_id="A-1"))
    [other] = await bureau.post(said("withdrawal", 1, message_id="A-1"))

    assert (first["result"], other["result"], other["faults"][0]["code"]) == (
        "accepted",
        "refused",
        "message_id_reused",
    )
    assert (await bureau.record())["standing"] == "in_force"


async def test_a_delivery_that_comes_again_gets_the_same_answer_and_has_no_second_effect(bureau):
    messages = [notice(), b"bad"]

    first = await bureau.post(*messages, webhook_id="msg_1")
    again = await bureau.post(*messages, webhook_id="msg_1", at=datetime.now(UTC) - timedelta(minutes=2))

    assert again == first
    assert await bureau.told() == ["observed"]
    entry = await bureau.database["quarantine"].find_one()
    assert entry["times"] == 1


async def test_two_of_one_delivery_at_once_get_one_answer(bureau):
    message = notice()

    answers = await asyncio.gather(*(bureau.post(message, webhook_id="msg_1") for _ in range(8)))

    assert all(answer == answers[0] for answer in answers)
    assert await bureau.told() == ["observed"]


async def test_another_body_under_an_id_that_was_used_is_refused(bureau):
    await bureau.post(notice(), webhook_id="msg_1")
    body = lines(said("withdrawal", 1))

    answer = await bureau.http.post(PATH, content=body, headers=signed(body, webhook_id="msg_1"))

    assert (answer.status_code, answer.json()["code"]) == (409, "webhook_id_reused")
    assert (await bureau.record())["standing"] == "in_force"


async def test_a_wrong_secret_an_old_time_and_a_changed_body_are_not_let_in(bureau):
    body = line(notice())
    wrong = "whsec_" + base64.b64encode(b"another secret of somebody").decode()
    now = datetime.now(UTC)

    await refused(bureau, 401, "signature_refused", body=body, headers=signed(body, secret=wrong))
    await refused(bureau, 401, "signature_refused", body=body, headers=signed(body, at=now - timedelta(minutes=6)))
    await refused(bureau, 401, "signature_refused", body=body, headers=signed(body, at=now + timedelta(minutes=6)))
    await refused(bureau, 401, "signature_refused", body=body + b" ", headers=signed(body))
    await refused(bureau, 401, "signature_refused", body=body, headers={"content-type": "application/x-ndjson"})


async def test_what_is_no_json_lines_is_not_let_in(bureau):
    body = line(notice())

    await refused(bureau, 415, "not_json_lines", body=body, headers=signed(body) | {"content-type": "text/plain"})
    await refused(bureau, 400, "body_not_utf8", body=b"\xff", headers=signed(b""))
    await refused(bureau, 413, "too_many_lines", body=b"{}\n" * (LINES_AT_MOST + 1))
    await refused(bureau, 413, "body_too_large", body=b"{}" + b" " * 200_000)


async def test_without_a_secret_the_door_says_how_to_open_it(kafka, kafka_settings, mongo_settings):
    async with running_bureau(kafka, kafka_settings, mongo_settings, secret=None) as closed:
        problem = await refused(closed, 503, "ncb_door_closed", body=line(notice()))

    assert "REFERRALS_NCB_SECRET" in problem["detail"]


async def test_an_empty_body_is_an_empty_answer(bureau):
    assert await bureau.post(b"\n\n") == []


async def test_a_question_is_fetched_by_the_bureau_alone_and_its_reply_shuts_it(bureau):
    await bureau.post(notice(nexus=NEXUS))
    await bureau.follow_ups.follow_due()
    asking = f"/v1/notices/{bureau.notice_id()}/validity-questions"

    asked = await bureau.http.post(asking, json=ASKER)
    again = await bureau.http.post(asking, json=ASKER)
    unsigned = await bureau.http.get("/v1/ncb/questions")
    fetched = (await bureau.http.get("/v1/ncb/questions", headers=signed(b""))).json()["questions"]
    reply = {"valid": True, "as_of": datetime.now(UTC).isoformat(), "query_id": asked.json()["query_id"]}
    [wrong] = await bureau.post(said("reply", 1, **{**reply, "query_id": str(uuid7())}))
    [answered] = await bureau.post(said("reply", 1, **reply))

    assert (asked.status_code, again.json()) == (201, asked.json())
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "signature_refused")
    assert [(each["query_id"], each["entity_id"], each["colour"]) for each in fetched] == [
        (asked.json()["query_id"], NUMBER, "red")
    ]
    assert wrong["faults"][0]["code"] == "query_unknown"
    assert answered["effect"] == "answered"
    assert (await bureau.http.get("/v1/ncb/questions", headers=signed(b""))).json() == {"questions": []}
    [referral] = await bureau.referrals()
    assert [entry["type"] for entry in referral["timeline"]].count("notice-validity-confirmed") == 1


async def test_of_what_is_unknown_or_not_in_force_nobody_asks(bureau):
    await bureau.post(notice())
    asking = f"/v1/notices/{bureau.notice_id()}/validity-questions"
    open_one = await bureau.http.post(asking, json=ASKER)
    await bureau.post(said("suspension", 1))

    unknown = await bureau.http.post(f"/v1/notices/{uuid7()}/validity-questions", json=ASKER)
    suspended = await bureau.http.post(asking, json=ASKER)
    fetched = await bureau.http.get("/v1/ncb/questions", headers=signed(b""))
    [reply] = await bureau.post(
        said("reply", 1, entity_id="2099/10009", valid=True, as_of=datetime.now(UTC).isoformat())
    )

    assert open_one.status_code == 201
    assert (unknown.status_code, unknown.json()["code"]) == (404, "notice_unknown")
    assert (suspended.status_code, suspended.json()["code"]) == (409, "notice_not_in_force")
    assert fetched.json() == {"questions": []}
    assert reply["faults"][0]["code"] == "notice_unknown"


async def test_who_asks_must_be_of_an_office_that_there_is(bureau):
    await bureau.post(notice())
    asking = f"/v1/notices/{bureau.notice_id()}/validity-questions"

    answer = await bureau.http.post(asking, json={**ASKER, "office": "NOWHERE"})

    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, "unknown_office")


async def test_nothing_that_is_kept_in_the_open_names_anybody(bureau):
    await bureau.post(notice(nexus=NEXUS), notice(SECRET=NAME), said("suspension", 1))

    for collection in ("ncb_messages", "ncb_deliveries", "ncb_questions", "quarantine", "notices"):
        rows = str([row async for row in bureau.database[collection].find()])
        assert not any(secret in rows for secret in (NAME, NUMBER, "Blanchiment")), collection
