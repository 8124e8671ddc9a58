import json
from typing import Annotated

import httpx
import pytest
from fastapi import Body, Depends, Query
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import BaseModel, ConfigDict

import runtime.http
from runtime.errors import StoreAway
from runtime.http import MOST_FAULTS, PROBLEM, Problem, make_app

SECRET = "Ivana Horvat +385 91 555 0100"


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    numbers: list[int] = []
    by_name: dict[str, int] = {}


class Health:
    """Says whatever the test wants about the parts."""

    def __init__(self):
        self.parts = {"relay": {"ok": True}, "consumer": {"ok": True, "lag": 0}}

    def __call__(self):
        return self.parts


@pytest.fixture
def health():
    return Health()


@pytest.fixture
async def client(health):
    app = make_app("Notes", "1", max_body_bytes=10_000, ready=health)

    @app.post("/notes")
    async def write(note: Annotated[Note, Body()]) -> str:
        return note.title

    @app.get("/notes")
    async def read(limit: Annotated[int, Query(ge=1)] = 1) -> int:
        return limit

    async def desk(desk: Annotated[str, Query()] = "front") -> str:
        return desk

    @app.get("/desks")
    async def read_desk(desk: Annotated[str, Depends(desk)]) -> str:
        return desk

    @app.get("/away")
    async def away() -> None:
        raise StoreAway(SECRET)

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError(SECRET)

    @app.get("/refused")
    async def refused() -> None:
        raise Problem(
            409,
            "still_running",
            "The first request is not answered yet",
            detail="Ask again in a moment.",
            faults=[{"code": "busy", "pointer": "/title"}],
            headers={"Retry-After": "1"},
        )

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://notes") as opened:
        yield opened


def problem(answer, status, code):
    """Hold an answer to RFC 9457 and give its document."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    document = answer.json()
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"] == f"urn:dragoman:problem:{code}"
    assert document["title"]
    assert SECRET not in answer.text
    assert "Ivana" not in str(answer.headers)
    return document


async def test_an_address_that_is_none_is_a_problem_404(client):
    problem(await client.get(f"/{SECRET}"), 404, "not_found")


async def test_a_wrong_method_is_a_problem_405_that_names_the_right_ones(client):
    answer = await client.delete("/away")

    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_a_body_that_is_too_large_is_a_problem_413(client):
    problem(await client.post("/notes", json={"title": SECRET * 1_000}), 413, "body_too_large")


async def test_a_large_body_that_does_not_say_its_length_is_a_problem_413_too(client):
    async def body():
        for _ in range(100):
            yield b" " * 1_000

    problem(
        await client.post("/notes", content=body(), headers={"content-type": "application/json"}), 413, "body_too_large"
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/body/title"),
        ({"title": [SECRET]}, "/body/title"),
        ({"title": "t", "numbers": [SECRET]}, "/body/numbers"),
        ({"title": "t", "by_name": {SECRET: SECRET}}, "/body/by_name"),
        ({"title": "t", SECRET: 1}, "/body"),
        ([SECRET], "/body"),
        (SECRET, "/body"),
    ],
)
async def test_a_wrong_body_is_a_problem_422_that_says_where_and_repeats_nothing(client, body, pointer):
    document = problem(await client.post("/notes", json=body), 422, "invalid_request")

    assert [fault["pointer"] for fault in document["faults"]] == [pointer]


@pytest.mark.parametrize("body", [{}, {"title": [SECRET]}, {"title": "t", SECRET: 1}])
async def test_every_fault_of_a_body_says_what_is_wrong_and_how_to_mend_it(client, body):
    document = problem(await client.post("/notes", json=body), 422, "invalid_request")

    assert [set(fault) for fault in document["faults"]] == [{"code", "pointer", "problem", "mend"}]
    assert all(fault["problem"].endswith(".") and fault["mend"].endswith(".") for fault in document["faults"])


@pytest.mark.parametrize("text", ["", "{", '{"title": "Ivana Horvat', "\ufffe", '{"title": NaN}'])
async def test_what_is_no_json_is_a_problem_422(client, text):
    answer = await client.post("/notes", content=text.encode(), headers={"content-type": "application/json"})

    problem(answer, 422, "invalid_request")


@pytest.mark.parametrize("body", [b'{"title": "\xff"}', b"[" * 9_000])
async def test_bytes_that_are_no_text_or_endless_are_a_problem_and_no_bug(client, body):
    answer = await client.post("/notes", content=body, headers={"content-type": "application/json"})

    problem(answer, 400, "refused")


async def test_a_thousand_faults_of_one_kind_in_one_place_are_said_once(client):
    document = problem(
        await client.post("/notes", json={"title": "t", "numbers": ["x"] * 1_000}), 422, "invalid_request"
    )

    assert len(document["faults"]) == 1
    assert len(document["faults"]) <= MOST_FAULTS


async def test_a_parameter_that_nobody_knows_is_a_problem_422(client):
    problem(await client.get("/desks", params={"dsek": "back"}), 422, "unknown_parameter")


async def test_a_parameter_may_be_known_to_what_a_route_depends_on(client):
    answer = await client.get("/desks", params={"desk": "back"})

    assert answer.json() == "back"


async def test_a_wrong_query_is_a_problem_422(client):
    document = problem(await client.get("/notes", params={"limit": SECRET}), 422, "invalid_request")

    assert document["faults"][0]["pointer"] == "/query/limit"


async def test_a_part_that_is_away_is_a_problem_503_that_says_when_to_try_again(client):
    answer = await client.get("/away")

    problem(answer, 503, "try_again")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_bug_is_a_problem_500_that_does_not_say_what_it_was(client):
    answer = await client.get("/bug")

    problem(answer, 500, "internal_error")
    assert "RuntimeError" not in answer.text


async def test_a_problem_of_our_own_says_what_it_was_given(client):
    answer = await client.get("/refused")

    document = problem(answer, 409, "still_running")
    assert document["detail"] == "Ask again in a moment."
    assert document["faults"] == [{"code": "busy", "pointer": "/title"}]
    assert answer.headers["retry-after"] == "1"


async def test_a_process_lives_also_while_its_parts_are_not_ready(client, health):
    health.parts["relay"] = {"ok": False}

    live, ready = await client.get("/health/live"), await client.get("/health/ready")

    assert live.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["parts"]["relay"] == {"ok": False}


async def test_a_process_is_ready_when_all_of_its_parts_are(client):
    answer = await client.get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.fixture
def spans(monkeypatch):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(runtime.http, "tracer", provider.get_tracer("test"))
    return exporter


async def test_a_request_is_one_span_that_names_the_route_and_not_the_address(client, spans):
    answer = await client.get(f"/{SECRET}", params={"q": SECRET})
    await client.get("/notes")

    unknown, known = spans.get_finished_spans()
    assert (unknown.name, known.name) == ("GET unknown", "GET /notes")
    assert "Ivana" not in unknown.to_json()
    assert answer.headers["x-trace-id"] == f"{unknown.context.trace_id:032x}"


async def test_a_caller_s_trace_is_linked_to_and_never_joined(client, spans):
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    await client.get("/notes", headers={"traceparent": caller})
    await client.get("/notes", headers={"traceparent": f"00-{SECRET}-01"})

    linked, garbage = spans.get_finished_spans()
    assert [f"{link.context.trace_id:032x}" for link in linked.links] == [caller[3:35]]
    assert f"{linked.context.trace_id:032x}" != caller[3:35]
    assert linked.parent is None
    assert not garbage.links


async def test_a_bug_s_text_is_not_on_its_span(client, spans):
    await client.get("/bug")

    [span] = spans.get_finished_spans()
    assert span.attributes["http.response.status_code"] == 500
    assert not span.status.is_ok
    assert "Ivana" not in json.dumps(span.to_json())


async def test_looking_at_the_health_leaves_no_span(client, spans):
    await client.get("/health/ready")

    assert not spans.get_finished_spans()
