"""One referral is one trace, and no person can be found anywhere outside the sealed content."""

import asyncio
import json
import random
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from bson import encode
from bson.raw_bson import RawBSONDocument
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient

from tests.support.bodies import as_bytes, body_for
from tests.support.drained import until_drained
from tests.support.history import read_topics
from tests.support.liaison import Liaison
from tests.support.officer import Officer

SERVICES = ("referrals", "routing", "notify")
PATIENCE_SECONDS = 60.0
LETTERS = "bcdfghjklmnpqrstvwxz"


class Markers:
    """Words that are nowhere else in the world, one for each field that may hold person data."""

    def __init__(self) -> None:
        self._chance = random.Random()
        self.given: list[str] = []

    def word(self, script: str = LETTERS) -> str:
        """Make one more word."""
        return self.note("".join(self._chance.choice(script) for _ in range(14)).capitalize())

    def digits(self, pattern: str) -> str:
        """Make one more number, in the form of a pattern."""
        number = "".join(str(self._chance.randrange(1, 10)) if sign == "#" else sign for sign in pattern)
        return self.note(number)

    def note(self, marker: str) -> str:
        """Look for this one too."""
        self.given.append(marker)
        return marker

    def forms(self) -> Iterator[tuple[str, bytes]]:
        """Give every marker in every form in which it could be written down."""
        for marker in self.given:
            escaped = json.dumps(marker)[1:-1]
            for form in {marker, escaped, json.dumps(escaped)[1:-1], quote(marker), marker.lower(), marker.upper()}:
                yield marker, form.encode()

    def found_in(self, text: bytes) -> list[str]:
        """List the markers that can be read in a text."""
        return sorted({marker for marker, form in self.forms() if form in text and _stands_alone(form, text)})


_IDS = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12,}")


def _stands_alone(form: bytes, text: bytes) -> bool:
    """Tell a number from the same digits by chance in the middle of an id, a time or a digest."""
    return not form.isdigit() or re.search(rb"(?<![0-9])%b(?![0-9])" % form, _IDS.sub(b"", text)) is not None


def marked_body(mark: Markers) -> dict[str, Any]:
    """Give a sound body with a marker in every field that may hold person data."""
    body = body_for("SAC-BOS")
    body["requester"] |= {"country": "IT", "agency": f"Test {mark.word()}", "reference": f"TEST-{mark.word()}"}
    body["link"] = f"The {mark.word()} in the papers."
    body["narrative"] = f"Case of {mark.word()}.\r\nTelephone {mark.digits('+39 06 ### ####')} and {mark.word('дзшщ')}."
    body["narrative_translation"] = f"Case of {mark.word()}."
    charge = {"text": f"Ricettazione, {mark.word()}", "language": "it", "translation": f"Receiving, {mark.word()}"}
    body["offences"][0]["charge"] = charge
    kinds = ("passport", "national_id", "phone", "email", "bank_account", "crypto_address", "case", "other")
    body["subjects"] = [
        {
            "type": "person",
            "role": "suspect",
            "names": [
                {"text": mark.word("жзклмнпрст"), "script": "Cyrl", "transliteration": mark.word()},
                {"text": mark.word("شصضطظعغ"), "script": "Arab", "transliteration": mark.word(), "kind": "alias"},
            ],
            "birth": mark.note(f"19{random.randint(40, 69)}-0{random.randint(1, 9)}-1{random.randint(1, 9)}"),
            "sex": "male",
            "nationalities": ["IT"],
            "identifiers": [{"kind": kind, "value": f"{mark.word()}{mark.digits('######')}"} for kind in kinds],
        },
        {
            "type": "organisation",
            "role": "associate",
            "names": [{"text": f"{mark.word()} Ltd", "transliteration": mark.word()}],
            "country": "IT",
            "identifiers": [{"kind": "registration", "value": mark.word()}],
        },
    ]
    boston = {"state": "MA", "county": "Suffolk", "city": "Boston", "zip": f"02108-{mark.digits('####')}"}
    mark.given[-1] = boston["zip"]
    body["nexus"] = [
        {"kind": "person_location", "place": boston, "detail": f"{mark.digits('#####')} Example Street, {mark.word()}"},
        {"kind": "phone", "detail": mark.digits("+1 617 555 01##")},
        {"kind": "existing_us_case", "owner_office": "SAC-BOS", "detail": f"Test case {mark.word()}"},
    ]
    body["marks"] = {"tlp": "TLP:AMBER", "handling": ["H1"], "restriction_text": f"Ask {mark.word()} first."}
    return body


async def trace_of(zipkin: httpx.AsyncClient, trace_id: str, enough: Any) -> list[dict[str, Any]]:
    """Read a trace until it has all that it must have."""
    spans: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await zipkin.get(f"/api/v2/trace/{trace_id}")
                spans = answer.json() if answer.status_code == 200 else []
                if enough(spans):
                    return spans
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"the trace was never whole: {sorted(map(named, spans))}") from None


def named(span: dict[str, Any]) -> str:
    return f"{service_of(span)}: {span.get('kind')} {span['name']}"


def service_of(span: dict[str, Any]) -> str:
    return span["localEndpoint"]["serviceName"]


def edges_of(spans: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Give which service caused what in which other service."""
    by_id = {span["id"]: span for span in spans}
    ends = ((service_of(by_id[span["parentId"]]), service_of(span)) for span in spans if span.get("parentId") in by_id)
    return {(cause, effect) for cause, effect in ends if cause != effect}


@pytest.fixture
async def zipkin(stack):
    async with httpx.AsyncClient(base_url=stack.addresses["zipkin"], timeout=10.0) as http:
        yield http


async def test_one_post_is_one_connected_trace_through_all_services_and_back(liaison, zipkin):
    receipt = await liaison.accepted(body_for("SAC-BOS"))
    await liaison.until(receipt["referral_id"], "routed", "queued")

    way = {("referrals", "routing"), ("routing", "notify"), ("notify", "referrals")}
    due = {
        "referrals: SERVER post /v1/referrals",
        "referrals: PRODUCER send referral.events",
        "routing: CONSUMER process referral.events",
        "routing: PRODUCER send routing.events",
        "notify: CONSUMER process routing.events",
        "notify: PRODUCER send queue.events",
        "notify: PRODUCER send office.feed",
        "referrals: CONSUMER process queue.events",
        # Made from notes a moment after the command, so they reach the trace page last.
        "referrals: CLIENT referrals.insert",
        "routing: CLIENT routing.insert",
        "notify: CLIENT notify.insert",
        "referrals: CLIENT referrals.update",
    }
    spans = await trace_of(
        zipkin,
        receipt["trace_id"],
        lambda spans: way <= edges_of(spans) and due <= set(map(named, spans)) and whole(spans),
    )

    [root] = [span for span in spans if "parentId" not in span]
    assert named(root) == "referrals: SERVER post /v1/referrals"
    assert {span["traceId"] for span in spans} == {receipt["trace_id"]}
    beside = {("routing", "referrals"), ("referrals", "notify"), ("notify", "routing")}
    assert edges_of(spans) <= way | beside
    database = [span for span in spans if span.get("tags", {}).get("db.system") == "mongodb"]
    assert {service_of(span) for span in database} == set(SERVICES)
    assert all(span["kind"] == "CLIENT" for span in database)
    assert {span["tags"]["db.operation"] for span in database} <= {"insert", "update", "find"}
    assert not any("db.statement" in span["tags"] for span in database)
    assert not {tag for span in spans for tag in span.get("tags", {}) if "query" in tag}
    assert root["tags"]["http.response.status_code"] == "201"


def whole(spans: list[dict[str, Any]]) -> bool:
    """Tell whether every span's parent is there too."""
    ids = {span["id"] for span in spans}
    return all(span.get("parentId", span["id"]) in ids for span in spans)


async def test_a_callers_own_trace_is_linked_to_and_never_joined(liaison):
    foreign = uuid4().hex

    answer = await liaison.post_once(as_bytes(body_for("SAC-BOS")), traceparent=f"00-{foreign}-{foreign[:16]}-01")

    assert answer.status_code == 201
    assert answer.json()["trace_id"] != foreign
    assert answer.headers["x-trace-id"] == answer.json()["trace_id"]


async def test_log_lines_are_json_and_carry_trace_and_referral(stack, liaison):
    receipt = await liaison.accepted(body_for("SAC-BOS"))
    await liaison.until(receipt["referral_id"], "routed", "queued")

    def lines_of(service: str) -> list[dict[str, Any]]:
        text = (stack.logs / f"{service}.log").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    for service in SERVICES:
        ours = [line for line in lines_of(service) if line.get("referral_id") == receipt["referral_id"]]
        assert {line["service"] for line in ours} == {service}
        assert receipt["trace_id"] in {line.get("trace_id") for line in ours}
        assert all(line["event"] and line["timestamp"] and line["level"] for line in ours)


async def test_no_person_can_be_found_outside_the_sealed_content(stack, liaison, notify, zipkin):
    mark = Markers()
    body = marked_body(mark)
    in_body = set(mark.given)
    receipt = await liaison.accepted(body)
    referral_id = receipt["referral_id"]
    told = await liaison.until(referral_id, "queued")
    [office] = [entry["office"] for entry in told["timeline"] if entry.get("role") in ("lead", "triage")]
    item_id = f"{referral_id}.{office}"
    officer = Officer(notify, office)
    token = await officer.lease_of(item_id)
    assert (await officer.claim(item_id, token)).status_code == 200
    await liaison.until(referral_id, "claimed")
    refusals = [answer async for answer in refused(liaison, officer, mark, body)]
    poison(stack)
    await until_drained(stack.addresses["kafka"], stack.addresses["mongo"])
    await trace_of(zipkin, receipt["trace_id"], lambda spans: ("notify", "referrals") in edges_of(spans))

    read_back = await liaison.http.get(receipt["links"]["self"])
    assert set(mark.found_in(as_bytes(read_back.json()))) == in_body  # or we look for the wrong words
    traces = (await zipkin.get("/api/v2/traces", params={"limit": 10_000, "lookback": 86_400_000})).content
    listed = (await liaison.http.get("/v1/referrals?limit=200")).content + json.dumps(told).encode()
    queued = json.dumps(await officer.queue()).encode()
    assert referral_id.encode() in traces
    assert mark.found_in(traces) == []
    assert mark.found_in(listed + queued) == []
    assert [answer.text for answer in refusals if mark.found_in(answer.content + str(answer.headers).encode())] == []
    assert {name: found for name, text in log_files(stack) if (found := mark.found_in(text))} == {}
    assert {place: found for place, text in records(stack) if (found := mark.found_in(text))} == {}
    assert {name: found for name, text in stored(stack) if (found := mark.found_in(text))} == {}


async def refused(liaison: Liaison, officer: Officer, mark: Markers, body: dict[str, Any]):
    """Send the body spoiled in every way that we can think of, and give the answers; none may be a success."""
    for spoiled in spoilt(body, mark):
        yield await liaison.post_once(spoiled)
    yield await liaison.post_once(as_bytes(body), **{"Content-Type": f"text/{mark.word()}"})
    yield await liaison.post_once(as_bytes(body), key=f"{mark.word()} {mark.word()}")
    yield await liaison.http.get(f"/v1/referrals/{mark.word()}")
    yield await liaison.http.get(f"/v1/{mark.word()}")
    yield await liaison.http.get("/v1/referrals", params={"cursor": mark.word(), mark.word(): mark.word()})
    yield await liaison.http.get("/v1/referrals", params={"state": mark.word(), "country": mark.word()})
    yield await liaison.http.request(mark.word().upper(), "/v1/referrals")
    yield await officer.http.get(f"/v1/offices/{mark.word()[:8]}/queue")
    yield await officer.http.get("/v1/offices/SAC-BOS/stream", headers={"Last-Event-ID": mark.word()})
    lease = "/v1/offices/SAC-BOS/queue/lease"
    yield await officer.http.post(lease, json={"officer": f"{mark.word()} {mark.word()}"})
    yield await officer.http.post(lease, json={"officer": "officer-1", mark.word(): mark.word()})
    yield await officer.http.post(
        lease, content=f'{{"{mark.word()}'.encode(), headers={"content-type": "application/json"}
    )
    yield await officer.claim(mark.word(), mark.word())


def spoilt(body: dict[str, Any], mark: Markers) -> Iterator[bytes]:
    """Spoil the body at each of its places: the wrong type, and a name of a field that is not ours."""
    value, name = mark.word(), mark.word()
    for path in places_of(body):
        for wrong in ([value], {name: value}, f"{value}\u0000"):
            broken = deepcopy(body)
            parent = broken
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]] = wrong
            if isinstance(parent, dict) and isinstance(wrong, dict):
                parent[name] = value
            yield as_bytes(broken)
    whole = as_bytes(body)
    yield whole[:-1]
    yield whole + whole
    yield whole.replace(b'"narrative":', b'"narrative": "x", "narrative":')
    yield b"[" + whole + b"]"
    yield json.dumps(whole.decode()).encode()


def places_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk to every leaf."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        if isinstance(child, (dict, list)):
            yield from places_of(child, (*path, step))
        else:
            yield (*path, step)


def poison(stack) -> None:
    """Make sure that there is a dead letter to look at."""
    producer = Producer({"bootstrap.servers": stack.addresses["kafka"]})
    producer.produce("referral.events", json.dumps({"type": "not ours"}).encode(), key=str(uuid4()))
    assert producer.flush(10.0) == 0


def log_files(stack) -> Iterator[tuple[str, bytes]]:
    for path in stack.logs.glob("*.log*"):
        yield path.name, path.read_bytes()


def records(stack) -> Iterator[tuple[str, bytes]]:
    kafka = stack.addresses["kafka"]
    topics = AdminClient({"bootstrap.servers": kafka}).list_topics(timeout=10.0).topics
    found = read_topics(kafka, [topic for topic in topics if not topic.startswith("__")])
    assert found["referral.events"]
    assert found["routing.dlq"]
    for several in found.values():
        for record in several:
            headers = b"\n".join(name.encode() + b": " + (value or b"") for name, value in record.headers)
            yield str(record.place), b"\n".join((record.key or b"", record.value or b"", headers))


def stored(stack) -> Iterator[tuple[str, bytes]]:
    """Give every document of every database, byte for byte, the log of its changes too."""
    with MongoClient(stack.addresses["mongo"], document_class=RawBSONDocument) as mongo:
        for database in mongo.list_database_names():
            for collection in mongo[database].list_collection_names():
                if not collection.startswith("system."):
                    for row in mongo[database][collection].find():
                        yield f"{database}.{collection}", row.raw if isinstance(row, RawBSONDocument) else encode(row)
