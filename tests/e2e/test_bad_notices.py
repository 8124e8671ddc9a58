"""The doors of notices, gates and the bureau refuse as all doors do; and nothing that was thrown at them is let out."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pymongo import MongoClient

from tests.e2e import test_bad_input as doors
from tests.e2e.test_bad_input import MARK, counts, is_problem, produce
from tests.support.history import DEAD_LETTER_TOPICS, read_topics
from tests.support.ncb import NEXUS, line, lines, notice, said, signed
from tests.support.raw_http import send_raw
from tests.support.waiting import until

ONE = str(UUID(int=7))
NUMBER = "2099/7654321"
GATES = f"/v1/referrals/{ONE}/gates"
DOORS = [
    *(f"{GATES}/{name}" for name in ("validity", "abuse-review", "approval", "us-warrant", "us-warrant/end")),
    f"/v1/notices/{ONE}/validity-questions",
    "/v1/notices/search",
]
WHO = {"office": "SAC-BOS", "staff": "B-1"}
READER = "office=SAC-BOS&staff=B-1&purpose=locate"

BAD_BODIES = {
    "nothing": b"",
    "half a body": b'{"office": "SAC-BOS"',
    "a list": b"[]",
    "null": b"null",
    "no UTF-8": b"\xff\xfe",
    "NaN": b'{"office": NaN}',
    "a lone surrogate": rb'{"office": "\ud800", "staff": "B-1"}',
    "an operator for a value": json.dumps(WHO | {"staff": {"$ne": MARK}}).encode(),
    "an operator for a field": json.dumps(WHO | {"$where": MARK}).encode(),
    "an unknown field": json.dumps(WHO | {MARK: 1}).encode(),
    "a name for a staff id": json.dumps(WHO | {"staff": f"{MARK} {MARK}"}).encode(),
    "a letter of another script": json.dumps(WHO | {"staff": "В-1"}).encode(),
    "lists 100,000 deep": b"[" * 100_000,
    "objects 15,000 deep": b'{"a":' * 15_000 + b"1" + b"}" * 15_000,
    "an integer of 100,000 digits": b'{"office":' + b"9" * 100_000 + b"}",
    "a megabyte": json.dumps(WHO | {"remarks": MARK * 100_000}).encode(),
}


@pytest.fixture
def bureau(stack):
    """The secret that the bureau shares with this stack."""
    return (stack.var / "secrets" / "referrals_ncb_secret").read_text("utf-8").strip()


def signed_by(secret: str, body: bytes, **more):
    return signed(body, secret=secret if secret.startswith("whsec_") else f"whsec_{secret}", **more)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_bad_body_is_refused_at_every_door_of_a_notice(stack, referrals, door, name):
    before = counts(stack)

    answer = await referrals.post(door, content=BAD_BODIES[name], headers={"Content-Type": "application/json"})

    assert is_problem(answer)
    assert counts(stack) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/v1/notices?{MARK}=1"),
        ("GET", f"/v1/notices?colour[$ne]={MARK}"),
        ("GET", f"/v1/notices?cursor={MARK}"),
        ("GET", "/v1/notices?limit=201"),
        ("GET", f"/v1/notices/{MARK}"),
        ("GET", "/v1/notices/%00"),
        ("GET", "/v1/notices/..%2f..%2fetc%2fpasswd"),
        ("GET", "/v1/notices/2099-12345"),
        ("GET", "/v1/notices/2099%2f12345"),
        ("GET", f"/v1/notices/{ONE}?{MARK}=1"),
        ("GET", f"/v1/notices/{ONE}/content?{READER}"),
        ("GET", f"/v1/notices/{ONE}/content?{READER}&{MARK}=1"),
        ("GET", f"/v1/notices/{ONE}/content?office={MARK}&staff=B-1&purpose=locate"),
        ("GET", f"/v1/notices/{ONE}/content?office=SAC-BOS&staff={MARK}%20{MARK}&purpose=locate"),
        ("GET", f"/v1/notices/{ONE}/readings?cursor={MARK}"),
        ("GET", f"/v1/notices/{ONE}/links?{MARK}=1"),
        ("GET", f"/v1/notices/searches?notice_id={MARK}"),
        ("GET", f"/v1/notices/quarantine?source[$ne]={MARK}"),
        ("GET", f"/v1/notices/quarantine?cursor={MARK}"),
        ("DELETE", f"/v1/notices/quarantine/{MARK}"),
        ("DELETE", "/v1/notices/quarantine/$ne"),
        ("GET", GATES),
        ("GET", f"/v1/referrals/{MARK}/gates"),
        ("GET", f"{GATES}?{MARK}=1"),
        ("GET", f"{GATES}/us-warrant"),
        ("GET", f"{GATES}/{MARK}"),
        ("GET", f"/v1/referrals/{ONE}?unmask={MARK}"),
        ("GET", "/v1/ncb/questions"),
        ("GET", f"/v1/ncb/questions?{MARK}=1"),
        ("POST", "/v1/ncb/messages"),
        ("PUT", f"/v1/ncb/messages?{MARK}=1"),
    ],
)
async def test_a_bad_address_of_a_notice_is_refused(stack, method, path):
    request = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"

    answer = await send_raw(stack.addresses["referrals"], [request.encode()])

    assert is_problem(answer)


FORGERIES = {
    "no signature": lambda good, body: {"content-type": good["content-type"]},
    "another secret": lambda good, body: signed(body),
    "another id": lambda good, body: good | {"webhook-id": MARK},
    "another time": lambda good, body: good | {"webhook-timestamp": str(int(good["webhook-timestamp"]) - 1)},
    "no number for a time": lambda good, body: good | {"webhook-timestamp": f"1e9{MARK}"},
    "an empty signature": lambda good, body: good | {"webhook-signature": "v1,"},
    "another version": lambda good, body: good | {"webhook-signature": "v9" + good["webhook-signature"][2:]},
    "a thousand signatures": lambda good, body: good | {"webhook-signature": " ".join([f"v1,{'A' * 43}="] * 1_000)},
    "the id twice": lambda good, body: [*good.items(), ("webhook-id", good["webhook-id"])],
    "the signature twice": lambda good, body: [*good.items(), ("webhook-signature", good["webhook-signature"])],
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_delivery_is_refused_and_nothing_of_it_is_kept(stack, referrals, bureau, name):
    body = line(notice(name=MARK, entity_id=NUMBER))
    forged = FORGERIES[name](signed_by(bureau, body), body)

    answer = await referrals.post("/v1/ncb/messages", content=body, headers=forged)

    assert is_problem(answer)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_refused")


@pytest.mark.parametrize("seconds", [-310, 310])
async def test_a_delivery_of_another_time_is_refused(referrals, bureau, seconds):
    body = line(notice(name=MARK, entity_id=NUMBER))
    late = signed_by(bureau, body, at=datetime.now(UTC) + timedelta(seconds=seconds))

    assert is_problem(await referrals.post("/v1/ncb/messages", content=body, headers=late))


def bad_lines() -> list[bytes]:
    return [
        MARK.encode(),
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"9" * 60_000,
        rb'{"kind": "\ud800"}',
        line({"kind": {"$ne": MARK}}),
        line(notice(name={"$ne": MARK}, entity_id=NUMBER)),
        line(notice(name=MARK, entity_id=f"2099/../{MARK}")),
        line(notice(name=MARK, entity_id=NUMBER, restrictions={MARK: 1})),
        line(notice(name=MARK, entity_id=NUMBER) | {"sent_at": "0001-01-01T00:00:00+14:00"}),
        line(notice(name=MARK, entity_id=NUMBER) | {"sent_at": "9999-12-31T23:59:59-14:00"}),
        line(said("withdrawal", entity_id=NUMBER, authority=MARK)),
        line(said("reply", entity_id=NUMBER, valid=True, as_of="0001-01-01T00:00:00+14:00")),
    ]


async def test_bad_lines_are_refused_one_by_one_and_repeat_nothing(referrals, bureau):
    for bad in bad_lines():
        answer = await referrals.post("/v1/ncb/messages", content=bad, headers=signed_by(bureau, bad))

        assert answer.status_code == 200
        assert [each["result"] for each in answer.json()["lines"]] == ["refused"]
        assert MARK.lower() not in answer.text.lower()


async def test_what_is_thrown_into_the_topic_ends_sealed_in_quarantine_and_in_no_dead_letter(stack, referrals):
    marker = notice(entity_id="2099/7654322", nexus=NEXUS)
    key = b"one partition"
    for bad in [None, b"", b"\xff\xfe" + MARK.encode(), b"x" * 300_000, lines({"kind": MARK}), *bad_lines()]:
        await produce(stack, "ncb.inbound", bad, [("ce_type", MARK.encode()), ("traceparent", b"\xff")], key=key)
    await produce(stack, "ncb.inbound", line(marker), [], key=key)

    with MongoClient(stack.addresses["mongo"], tz_aware=True) as mongo:
        handled = mongo["referrals"]["ncb_messages"]
        await until(lambda: handled.find_one({"_id": marker["message_id"]}) is not None)
        kept = repr(list(mongo["referrals"]["quarantine"].find()))
    listed = await referrals.get("/v1/notices/quarantine?limit=200")
    letters = await asyncio.to_thread(read_topics, stack.addresses["kafka"], DEAD_LETTER_TOPICS)

    assert "unknown_value" in listed.text
    assert MARK.lower() not in (listed.text + kept).lower()
    assert not [letter for topic in letters.values() for letter in topic if MARK.encode() in (letter.value or b"")]


def test_no_door_of_a_notice_has_answered_with_our_own_fault(stack):
    """Stands last, and holds the logs to what all of it may say there: nothing."""
    doors.test_no_door_has_answered_with_our_own_fault(stack)
    for log in stack.logs.glob("*.log"):
        assert MARK.lower() not in log.read_text("utf-8").lower(), log.name
