"""The documents of our interfaces are sound, are what the code says, and say something about every route."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from runtime.described import JSON
from runtime.http import PROBLEM, Problem
from schemas.__main__ import HERE
from schemas.committed import differences, write
from schemas.events import name_of
from schemas.topics import TOPICS
from services.__main__ import FOLDER, main, wanted
from tests.support.described import Operation, operation_of, operations

ASYNCAPI: dict[str, Any] = json.loads((HERE / "asyncapi.json").read_text(encoding="utf-8"))
ASYNCAPI_SCHEMA: dict[str, Any] = json.loads(
    Path(__file__).with_name("asyncapi_spec").joinpath("asyncapi-3.0.0.json").read_text(encoding="utf-8")
)
SERVICES = ("referrals", "routing", "notify")
OPENAPI: dict[str, dict[str, Any]] = {
    service: json.loads((FOLDER / f"{service}.json").read_text(encoding="utf-8")) for service in SERVICES
}
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for document in OPENAPI.values()
    for path, operations in document["paths"].items()
    for method, operation in operations.items()
]

ROUTES = [pytest.param(each, id=f"{each.method} {each.path}") for _, each in operations()]
SERVICES_FOLDER = FOLDER.parents[1] / "services"


def faults_of_asyncapi(document: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft7Validator(ASYNCAPI_SCHEMA).iter_errors(document)]


def pointed_at(document: dict[str, Any], reference: str) -> Any:
    """Follow a reference within the document, or to a file beside it."""
    if not reference.startswith("#/"):
        return json.loads((HERE / reference).read_text(encoding="utf-8"))
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def test_the_asyncapi_document_is_sound_by_the_published_schema():
    assert faults_of_asyncapi(ASYNCAPI) == []


def test_an_unsound_asyncapi_document_would_be_noticed():
    channels = {**ASYNCAPI["channels"], "referral.events": {"address": 7}}

    assert faults_of_asyncapi({**ASYNCAPI, "channels": channels}) != []


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    found = references(ASYNCAPI)

    assert found
    assert [reference for reference in found if not pointed_at(ASYNCAPI, reference)] == []


def test_every_topic_is_a_channel_with_its_events_its_writer_and_its_readers():
    for topic in TOPICS:
        here = {"$ref": f"#/channels/{topic.name}"}
        told = [operation for operation in ASYNCAPI["operations"].values() if operation["channel"] == here]

        actions = {(operation["action"], operation["tags"][0]["name"]) for operation in told}

        assert actions == {("send", topic.writer), *(("receive", reader) for reader in topic.readers)}
        carried = set(ASYNCAPI["channels"][topic.name]["messages"])
        others = {"ncb-lines"} if topic.name == "ncb.inbound" else {"dead-letter"}
        assert carried == ({name_of(event) for event in topic.events} or others)


@pytest.mark.parametrize("service", SERVICES)
def test_every_openapi_document_is_sound_by_its_specification(service: str):
    OpenAPIV31SpecValidator(OPENAPI[service]).validate()

    assert OPENAPI[service]["openapi"].startswith("3.1.")


def test_the_committed_openapi_documents_are_what_the_routes_say():
    assert differences(wanted(FOLDER)) == []


def test_the_check_names_the_document_that_differs_and_how_to_mend_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(wanted(tmp_path))
    (tmp_path / "notify.json").write_text("{}", encoding="utf-8")

    code = main(["--check"], tmp_path)

    assert code == 1
    said = capsys.readouterr().err
    assert "notify.json differs" in said
    assert "make schemas" in said


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_route_has_a_title_and_the_form_of_its_problems(operation: dict[str, Any]):
    assert operation["summary"]
    assert not operation["summary"].endswith(".")
    problems = [
        answer["content"][PROBLEM] for answer in operation["responses"].values() if PROBLEM in answer.get("content", {})
    ]
    assert problems
    assert all(problem["schema"] for problem in problems)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_body_that_is_taken_is_described(operation: dict[str, Any]):
    kinds = operation.get("requestBody", {}).get("content", {})

    assert all(kind["schema"] for kind in kinds.values())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_to_what_was_done_is_described(operation: dict[str, Any]):
    done = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}

    assert done
    for status, answer in done.items():
        kinds = answer.get("content", {})
        assert bool(kinds) is not (status == "204")
        assert all(kind["schema"] for kind in kinds.values())
        assert kinds.get(JSON, {"schema": {"$ref": "#/components/schemas/Any"}})["schema"].keys() == {"$ref"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_stream_names_its_events(operation: dict[str, Any]):
    kinds = operation["responses"].get("200", {}).get("content", {})

    assert kinds.get("text/event-stream", {"x-events": True})["x-events"]


@pytest.mark.parametrize("route", ROUTES)
def test_every_described_answer_has_an_example_that_follows_its_form(route: Operation):
    for status, answer in route.described["responses"].items():
        if status.startswith("2") and JSON in answer.get("content", {}):
            kind = answer["content"][JSON]
            assert list(route.faults_of_body(kind["schema"], kind["example"])) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_example_is_of_a_route_that_there_is(service: str):
    examples = json.loads((SERVICES_FOLDER / service / "examples.json").read_text(encoding="utf-8"))

    assert examples.keys() <= {f"{each.method} {each.path}" for _, each in operations() if each.service == service}


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        pytest.param(200, {"content-type": JSON}, b'{"office": "SAC-BOS"}', id="something is missing"),
        pytest.param(200, {"content-type": JSON}, b'{"office": "SAC-BOS", "items": {}, "b": 1}', id="something more"),
        pytest.param(200, {"content-type": JSON}, b'{"office": "SAC-BOS", "items": {"lost": 1}}', id="an unknown code"),
        pytest.param(200, {"content-type": "text/plain"}, b"SAC-BOS", id="another media type"),
        pytest.param(201, {"content-type": JSON}, b'{"office": "SAC-BOS", "items": {}}', id="another status"),
        pytest.param(
            200, {"content-type": JSON, "etag": '"1"'}, b'{"office": "SAC-BOS", "items": {}}', id="another header"
        ),
        pytest.param(404, {"content-type": PROBLEM}, b'{"title": "No"}', id="a problem without its code"),
    ],
)
def test_an_answer_that_parts_from_its_description_is_noticed(status: int, headers: dict[str, str], body: bytes):
    route = operation_of("GET", "/v1/offices/SAC-BOS")

    assert route is not None
    assert route.faults(200, {"content-type": JSON}, b'{"office": "SAC-BOS", "items": {"ready": 2}}') == []
    assert route.faults(status, headers, body) != []


def test_a_problem_that_we_answer_follows_its_described_form():
    form = OPENAPI["routing"]["components"]["schemas"]
    problem = Problem(
        422, "refused", "No", detail="Why.", faults=[{"code": "c", "pointer": "/a", "problem": "p", "mend": "m"}]
    )

    answered = json.loads(bytes(problem.response().body))

    validator = Draft202012Validator({"$ref": "#/components/schemas/ProblemShown", "components": {"schemas": form}})
    assert [error.message for error in validator.iter_errors(answered)] == []
    assert not validator.is_valid({"title": "No"})
