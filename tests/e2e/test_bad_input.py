"""Whatever is thrown at a door is refused by a problem document that repeats none of it, and nothing is stored."""

import asyncio
import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import psutil
import pytest
from confluent_kafka import Producer
from pymongo import MongoClient

from tests.support.bodies import as_bytes, body_for
from tests.support.history import DATABASES, DEAD_LETTER_TOPICS, Place, RawRecord, read_topics
from tests.support.officer import Officer
from tests.support.raw_http import RawAnswer, send_raw

MARK = "Qzxvbnmwprtk"
"""Stands in everything bad that is sent, and may never come back."""

NOBODYS = UUID(int=7)
"""The id of no referral."""

PATIENCE_SECONDS = 60.0
MEGABYTE = 1_000_000


def counts(stack) -> dict[str, int]:
    with MongoClient(stack.addresses["mongo"]) as mongo:
        return {name: mongo[database][name].count_documents({}) for name, database in DATABASES.items()}


def is_problem(answer: httpx.Response | RawAnswer) -> bool:
    """Hold an answer to what every refusal must be."""
    status, text = (
        (answer.status, answer.body) if isinstance(answer, RawAnswer) else (answer.status_code, answer.content)
    )
    assert 400 <= status < 500, (status, text[:300])
    assert answer.headers["content-type"] == "application/problem+json", (status, text[:300])
    document = json.loads(text)
    assert document["status"] == status
    assert document["code"]
    assert document["title"]
    assert MARK.lower() not in (text.decode() + str(answer.headers)).lower()
    return True


def marked() -> dict:
    body = body_for("SAC-BOS")
    body["narrative"] = f"About {MARK}."
    return body


def changed(*path, to):
    body = marked()
    parent = body
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = to
    return as_bytes(body)


def raw(path: str, literal: str) -> bytes:
    """Put a piece of JSON that Python would not write in place of a field's value."""
    return changed(path, to="<here>").replace(b'"<here>"', literal.encode())


SOUND = as_bytes(marked())

BAD_BODIES = {
    "nothing": b"",
    "blanks": b"   ",
    "not JSON": f"name={MARK}".encode(),
    "half a body": SOUND[:-20],
    "two bodies": SOUND + SOUND,
    "a list": b"[" + SOUND + b"]",
    "a text": json.dumps(MARK).encode(),
    "a number": b"1",
    "null": b"null",
    "a byte order mark": b"\xef\xbb\xbf" + SOUND,
    "UTF-16": SOUND.decode().encode("utf-16"),
    "bytes that are no UTF-8": SOUND.replace(b"About", b"Ab\xff\xfeut"),
    "overlong UTF-8": SOUND.replace(b"About", b"Ab\xc0\xafut"),
    "an unknown field": changed(MARK, to=MARK),
    "an unknown field deep inside": changed("requester", MARK, to=MARK),
    "an operator for a field": changed("$where", to=MARK),
    "an operator for a value": changed("requester", "country", to={"$ne": MARK}),
    "a wrong type": changed("narrative", to=7),
    "a list for a text": changed("narrative", to=[MARK]),
    "a text for a list": changed("subjects", to=MARK),
    "a text for a truth value": changed("subjects", 0, "minor", to=MARK),
    "NaN": raw("narrative", "NaN"),
    "Infinity": raw("link", "-Infinity"),
    "NaN in an unknown field": raw(MARK, "NaN"),
    "a number beyond all floats": raw("narrative", "1e400"),
    "an integer of 100,000 digits": raw("narrative", "9" * 100_000),
    "an integer of 100,000 digits in an unknown field": raw(MARK, "9" * 100_000),
    "a field twice": SOUND.replace(b'"narrative":', b'"narrative": "x", "narrative":'),
    "a field twice deep inside": SOUND.replace(b'"country":', b'"country": "FR", "country":', 1),
    "a lone surrogate": raw("narrative", r'"\ud800"'),
    "a lone surrogate as a name": SOUND[:-1] + rb', "\udfff": 1}',
    "a control character": raw("narrative", r'"a\u0000b"'),
    "a raw control character": raw("narrative", '"a\x01b"'),
    "a single quote": SOUND.replace(b'"', b"'"),
    "a comment": b"/* */" + SOUND,
    "a trailing comma": SOUND[:-1] + b",}",
    "lists 60,000 deep": b"[" * 60_000 + b"]" * 60_000,
    "lists 60,000 deep in a field": raw("narrative", "[" * 60_000 + "]" * 60_000),
    "objects 15,000 deep": b'{"a":' * 15_000 + b"1" + b"}" * 15_000,
    "objects 15,000 deep in an unknown field": raw(MARK, '{"a":' * 15_000 + "1" + "}" * 15_000),
    "10,000 unknown fields": raw(MARK, "{" + ",".join(f'"k{n}":1' for n in range(10_000)) + "}"),
    "a text of 100,000 letters": changed("narrative", to=MARK * 8_000),
    "lists 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "lists 100,000 deep and never closed": b"[" * 100_000,
    "lists 100,000 deep in a field": raw("narrative", "[" * 100_000 + "]" * 100_000),
    "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "objects 900 deep": raw(MARK, '{"a":' * 900 + "1" + "}" * 900),
    "100,000 unknown fields": raw(MARK, "{" + ",".join(f'"k{n}":1' for n in range(100_000)) + "}"),
    "a text that is too long": changed("narrative", to=MARK * 50_000),
    "an unknown category": changed("offences", 0, "category", to=MARK.lower()),
    "an unknown country": changed("requester", "country", to="QZ"),
    "a country that is no code": changed("requester", "country", to=MARK),
    "an unknown language": changed("language", to="qq"),
    "an unknown request type": changed("request_type", to=MARK),
    "an unknown urgency": changed("urgency", "level", to="U9"),
    "a day that never was": changed("subjects", 0, "birth", to="1980-02-31"),
    "a birth to come": changed("subjects", 0, "birth", to="2999"),
    "no narrative": as_bytes({name: value for name, value in marked().items() if name != "narrative"}),
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_bad_body_is_refused_and_nothing_of_it_is_stored_or_repeated(stack, liaison, name):
    before = counts(stack)

    answer = await liaison.post_once(BAD_BODIES[name])

    assert is_problem(answer)
    assert answer.status_code == 413 or (answer.status_code == 422 and answer.json()["faults"])
    assert counts(stack) == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": f"application/{MARK}+json"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Idempotency-Key": ""}, 400),
        ({"Idempotency-Key": f"{MARK} {MARK}"}, 400),
        ({"Idempotency-Key": MARK * 20}, 400),
        ({"Idempotency-Key": f'"{MARK}'}, 400),
        ({"Idempotency-Key": '""'}, 400),
        ({"Idempotency-Key": f"{MARK}\xe9"}, 400),
    ],
)
async def test_a_bad_header_is_refused_and_nothing_is_stored(stack, referrals, headers, status):
    before = counts(stack)
    sent = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())} | headers

    encoded = {name: value.encode("latin-1") for name, value in sent.items()}
    answer = await referrals.post("/v1/referrals", content=SOUND, headers=encoded)

    assert is_problem(answer)
    assert answer.status_code == status
    assert counts(stack) == before


@pytest.mark.parametrize("keys", [[], ["one-key", "another-key"], ["same-key", "same-key"]])
async def test_no_idempotency_key_or_two_are_refused(stack, referrals, keys):
    before = counts(stack)
    headers = [("Content-Type", "application/json"), *(("Idempotency-Key", key) for key in keys)]

    answer = await referrals.post("/v1/referrals", content=SOUND, headers=headers)

    assert is_problem(answer)
    assert answer.status_code == 400
    assert counts(stack) == before


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        ("referrals", "GET", f"/v1/referrals?state[$ne]={MARK}"),
        ("referrals", "GET", "/v1/referrals?state[$gt]="),
        ("referrals", "GET", f"/v1/referrals?state=%7B%22$ne%22:%22{MARK}%22%7D"),
        ("referrals", "GET", f"/v1/referrals?{MARK}=1"),
        ("referrals", "GET", "/v1/referrals?country=IT&$where=sleep(1000)"),
        ("referrals", "GET", f"/v1/referrals?country={MARK}"),
        ("referrals", "GET", "/v1/referrals?country[]=IT"),
        ("referrals", "GET", "/v1/referrals?limit=0"),
        ("referrals", "GET", "/v1/referrals?limit=-1"),
        ("referrals", "GET", "/v1/referrals?limit=201"),
        ("referrals", "GET", f"/v1/referrals?limit={'9' * 5000}"),
        ("referrals", "GET", "/v1/referrals?limit=NaN"),
        ("referrals", "GET", f"/v1/referrals?cursor={MARK}"),
        ("referrals", "GET", f"/v1/referrals?cursor={'A' * 199}"),
        ("referrals", "GET", f"/v1/referrals/{MARK}"),
        ("referrals", "GET", "/v1/referrals/%00"),
        ("referrals", "GET", "/v1/referrals/..%2f..%2fetc%2fpasswd"),
        ("referrals", "GET", "/v1/referrals/../../etc/passwd"),
        ("referrals", "GET", f"/v1/referrals/{NOBODYS}"),
        ("referrals", "GET", f"/v1/referrals/{NOBODYS}/timeline?{MARK}=1"),
        ("referrals", "GET", f"/v1/referrals/{NOBODYS}/{MARK}"),
        ("referrals", "GET", "/v1/referrals/$where"),
        ("referrals", "DELETE", "/v1/referrals"),
        ("referrals", "PUT", f"/v1/referrals/{NOBODYS}"),
        ("referrals", "PATCH", "/v1/referrals"),
        ("referrals", "GET", f"/{MARK}"),
        ("referrals", "GET", "/" + "a" * 8_000),
        ("routing", "GET", f"/v1/decisions/{MARK}"),
        ("routing", "GET", f"/v1/decisions/{NOBODYS}"),
        ("routing", "GET", f"/v1/decisions/{NOBODYS}?{MARK}=1"),
        ("routing", "GET", "/v1/decisions/%7B%22$ne%22:1%7D"),
        ("notify", "GET", f"/v1/offices/{MARK}/queue"),
        ("notify", "GET", "/v1/offices/%00/queue"),
        ("notify", "GET", "/v1/offices/$ne/queue"),
        ("notify", "GET", f"/v1/offices/SAC-BOS/queue?role={MARK}"),
        ("notify", "GET", "/v1/offices/SAC-BOS/queue?role[$ne]=copy"),
        ("notify", "GET", f"/v1/offices/SAC-BOS/queue?cursor={MARK}"),
        ("notify", "GET", f"/v1/offices/SAC-BOS/stream?{MARK}=1"),
        ("notify", "POST", f"/v1/offices/SAC-BOS/queue/{MARK}/claim"),
        ("notify", "POST", "/v1/offices/SAC-BOS/queue/$where/accept"),
    ],
)
async def test_a_bad_address_is_refused(stack, service, method, path):
    # As bytes: a client of ours would tidy the path up before it is sent.
    request = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"

    answer = await send_raw(stack.addresses[service], [request.encode()])

    assert is_problem(answer)


@pytest.mark.parametrize(
    "wanted",
    [
        {"officer": {"$ne": MARK}},
        {"officer": f"{MARK} {MARK}"},
        {"officer": "a", "most": 0},
        {"officer": "a", "most": 10**30},
        {"officer": "a", "most": 1.5},
        {"officer": "a", "most": "many"},
        {"officer": "a", "seconds": 10**9},
        {"officer": "a", MARK: MARK},
        {},
        [],
        MARK,
        None,
    ],
)
async def test_a_bad_lease_is_refused(notify, wanted):
    assert is_problem(await notify.post("/v1/offices/SAC-BOS/queue/lease", json=wanted))


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b'{"officer": NaN}', b'{"officer": "\\ud800"}'])
async def test_a_lease_that_is_no_json_is_refused(notify, body):
    headers = {"Content-Type": "application/json"}

    assert is_problem(await notify.post("/v1/offices/SAC-BOS/queue/lease", content=body, headers=headers))


POST = "POST /v1/referrals HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LENGTH = f"Content-Length: {len(SOUND)}\r\n"


@pytest.mark.parametrize(
    "head",
    [
        f"{POST}{LENGTH}Idempotency-Key: a\rb\r\n\r\n",
        f"{POST}{LENGTH}Idempotency-Key: a\x00b\r\n\r\n",
        f"{POST}{LENGTH}Idempotency-Key: a\r\n{MARK}\r\n\r\n",
        f"{POST}{LENGTH}Idempotency-Key\r\n\r\n",
        f"{POST}{LENGTH}Idempotency-Key : a\r\n\r\n",
        f"{POST}{LENGTH}Idempotency-Key: a\r\nContent-Length: 5\r\n\r\n",
        f"{POST}{LENGTH}Idempotency-Key: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        f"{POST}Content-Length: -1\r\nIdempotency-Key: a\r\n\r\n",
        f"{POST}Content-Length: {MARK}\r\nIdempotency-Key: a\r\n\r\n",
        f"{POST}Content-Length: {'9' * 40}\r\nIdempotency-Key: a\r\n\r\n",
        f"{POST}Transfer-Encoding: {MARK}\r\nIdempotency-Key: a\r\n\r\n",
        f"{POST}Transfer-Encoding: chunked\r\nIdempotency-Key: a\r\n\r\n{MARK}\r\n",
        f"{MARK}\r\n\r\n",
        f"POST {MARK} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"POST /v1/referrals HTTP/9.9\r\nHost: localhost\r\n{LENGTH}\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused(stack, head):
    before = counts(stack)

    answer = await send_raw(stack.addresses["referrals"], [head.encode("latin-1"), SOUND])

    assert is_problem(answer)
    assert counts(stack) == before


@pytest.mark.parametrize(
    "traceparent",
    [MARK, "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "00-" + "z" * 32 + "-" + "1" * 16 + "-01", "\xff", "0" * 30_000],
)
async def test_a_garbage_traceparent_is_ignored(liaison, traceparent):
    answer = await liaison.post_once(as_bytes(body_for("SAC-BOS")), traceparent=traceparent.encode("latin-1"))

    assert answer.status_code == 201
    assert len(answer.json()["trace_id"]) == 32
    await liaison.until(answer.json()["referral_id"], "queued")


def hundred_megabytes(head: str, *, chunked: bool) -> Iterator[bytes]:
    yield head.encode()
    block = b"a" * 65_536
    piece = b"10000\r\n" + block + b"\r\n" if chunked else block
    for _ in range(100 * MEGABYTE // len(block) + 1):
        yield piece


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_of_100_megabytes_is_refused_without_being_held_in_memory(stack, chunked):
    before = counts(stack)
    process = stack.process("referrals")
    small = process.memory_info().rss
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {100 * MEGABYTE}"
    head = f"{POST}{framing}\r\nIdempotency-Key: {uuid4()}\r\n\r\n"

    measuring = asyncio.create_task(largest_of(process))
    answers = await asyncio.gather(
        *(send_raw(stack.addresses["referrals"], hundred_megabytes(head, chunked=chunked)) for _ in range(4))
    )
    measuring.cancel()
    [largest] = await asyncio.gather(measuring)

    assert all(map(is_problem, answers))
    assert [answer.status for answer in answers] == [413] * 4
    assert largest - small < 20 * MEGABYTE
    assert counts(stack) == before


async def largest_of(process: psutil.Process) -> int:
    """Watch a process's memory until cancelled, and give the most that it had."""
    largest = 0
    while True:
        largest = max(largest, process.memory_info().rss)
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            return largest


async def test_a_body_just_over_the_limit_is_refused_and_the_next_on_the_same_connection_is_served(stack, liaison):
    too_large = await liaison.post_once(as_bytes(marked() | {"narrative": "a" * MEGABYTE}))
    sound = await liaison.post_once(as_bytes(body_for("SAC-BOS")))

    assert is_problem(too_large)
    assert (too_large.status_code, sound.status_code) == (413, 201)


def envelope(referral_id: str, type_: str, **changes: bytes | None) -> list[tuple[str, bytes]]:
    headers: dict[str, bytes | None] = {
        "ce_specversion": b"1.0",
        "ce_id": str(uuid4()).encode(),
        "ce_type": type_.encode(),
        "ce_source": b"/dragoman/test",
        "ce_subject": referral_id.encode(),
        "ce_sequence": b"1",
        "ce_time": b"2026-01-01T00:00:00+00:00",
        "content-type": b"application/json",
        **changes,
    }
    return [(name, value) for name, value in headers.items() if value is not None]


def poisons(type_: str) -> list[tuple[bytes | None, list[tuple[str, bytes]]]]:
    """Everything that a topic may hold and nobody can read, as value and headers."""
    one = str(uuid4())
    return [
        (b"\x00\xff\xfe not an event", []),
        (None, []),
        (b"", envelope(one, type_)),
        (None, envelope(one, type_)),
        (b"\xff\xfe\xfd", envelope(one, type_)),
        (b"[" * 100_000, envelope(one, type_)),
        (b"{}", envelope(one, type_)),
        (b'{"type": 7}', envelope(one, type_)),
        (b"{}", envelope(one, f"dragoman.{MARK.lower()}.v9")),
        (b"{}", envelope(one, type_, ce_sequence=b"many")),
        (b"{}", envelope(one, type_, ce_sequence=b"9" * 5_000)),
        (b"{}", envelope(one, type_, ce_id=b"none")),
        (b"{}", envelope(one, type_, ce_id=None)),
        (b"{}", envelope(one, type_, ce_subject=b"\xff")),
        (b"{}", envelope(one, type_, ce_time=b"yesterday")),
        (b"{}", envelope(one, type_, ce_specversion=b"9.0")),
        (b"{}", envelope(one, type_, traceparent=b"\xff\xfe")),
        (b"{}", [*envelope(one, type_), ("content-type", b"application/cloudevents+json")]),
    ]


@pytest.mark.parametrize(
    ("topic", "type_", "services"),
    [
        ("referral.events", "dragoman.referral.received.v1", ("routing", "notify", "referrals")),
        ("routing.events", "dragoman.referral.routed.v1", ("notify", "referrals")),
        ("queue.events", "dragoman.queue.item-queued.v1", ("referrals",)),
    ],
)
async def test_poison_ends_in_the_dead_letters_of_whoever_handles_it_and_the_next_referral_arrives(
    stack, liaison, topic, type_, services
):
    poisoned = {await produce(stack, topic, value, headers): value for value, headers in poisons(type_)}

    receipts = [await liaison.accepted(body_for("SAC-BOS")) for _ in range(12)]
    for receipt in receipts:
        await liaison.until(receipt["referral_id"], "routed", "queued")

    for service in services:
        assert await set_aside(stack, service, poisoned) == poisoned


async def test_poison_in_an_offices_feed_does_not_end_its_live_streams(stack, liaison, notify):
    officer = Officer(notify, "SAC-LAS")
    async with officer.stream() as events:
        here = await anext(events)
    for value, headers in poisons("dragoman.queue.item-queued.v1"):
        await produce(stack, "office.feed", value, headers, key=b"SAC-LAS")
    receipt = await liaison.accepted(body_for("SAC-LAS"))

    told = []
    async with asyncio.timeout(PATIENCE_SECONDS), officer.stream(here.id) as events:
        async for event in events:
            told.append(event.event)
            if event.event not in ("position", "missed"):
                break

    assert json.loads(event.data)["referral_id"] == receipt["referral_id"]
    assert "missed" not in told


async def produce(stack, topic: str, value: bytes | None, headers: list, key: bytes | None = None) -> Place:
    """Put a record into a topic, and give its place once it is acknowledged."""
    places: list[Place] = []
    producer = Producer({"bootstrap.servers": stack.addresses["kafka"]})
    producer.produce(
        topic,
        value,
        key=key or str(uuid4()).encode(),
        headers=headers,
        on_delivery=lambda error, at: places.append(Place(at.topic(), at.partition(), at.offset())),
    )
    assert await asyncio.to_thread(producer.flush, PATIENCE_SECONDS) == 0
    return places[0]


async def set_aside(stack, service: str, wanted: dict[Place, bytes | None]) -> dict[Place, bytes | None]:
    """Read a service's dead letters until all of these are there; give their bytes by where they came from."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            letters = await asyncio.to_thread(read_topics, stack.addresses["kafka"], DEAD_LETTER_TOPICS)
            found = {origin_of(letter): letter.value for letter in letters[f"{service}.dlq"]}
            if wanted.keys() <= found.keys():
                return {place: found[place] for place in wanted}
            await asyncio.sleep(0.2)


def origin_of(letter: RawRecord) -> Place:
    evidence = {name: (value or b"").decode(errors="replace") for name, value in letter.headers}
    return Place(evidence["dlq_topic"], int(evidence["dlq_partition"]), int(evidence["dlq_offset"]))


def test_no_door_has_answered_with_our_own_fault(stack):
    """Stands last: whatever was thrown before, nothing of it was a bug of ours."""
    lines = [
        json.loads(line)
        for service in ("referrals", "routing", "notify")
        for line in (stack.logs / f"{service}.log").read_text("utf-8").splitlines()
    ]

    assert [line for line in lines if line["event"] == "request failed" or line.get("status", 0) >= 500] == []
    assert MARK not in json.dumps(lines)
