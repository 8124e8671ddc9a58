"""How a service's interface is described: OpenAPI 3.1, with a title for every route and a form for every problem."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

PROBLEM = "application/problem+json"

JSON = "application/json"

Part = dict[str, Any]
Answers = dict[int | str, Part]
"""What a route may answer, by status."""

ANY_PROBLEM: Part = {"description": "Anything else is a problem document.", "content": {PROBLEM: {}}}
"""Stands for every answer that a route does not name; without it the framework names one that we never give."""


HEADERS: Mapping[str, Part] = {
    "ETag": {"description": "Names the state that was read or made; a change sends it as `If-Match`."},
    "Location": {"description": "Address of what was made."},
    "Link": {"description": 'Address of the next page, as `rel="next"`; not there on the last one.'},
    "Retry-After": {"description": "Seconds after which the same may be sent again."},
    "Content-Disposition": {"description": "Name of the file."},
}
"""Headers of answers that a program decides on."""


class Shown(BaseModel):
    """A part of an answer; nothing is in it that is not described."""

    model_config = ConfigDict(extra="forbid")


class FaultShown(BaseModel):
    """One thing that is wrong with what was sent; codes may come with more fields."""

    code: str
    pointer: str = Field(default="", description="Where in what was sent: a JSON Pointer.")
    problem: str = Field(default="", description="What is wrong.")
    mend: str = Field(default="", description="How to mend it.")


class ProblemShown(BaseModel):
    """A problem document of RFC 9457: what is wrong, where, and how to mend it; never what was sent."""

    type: str = Field(description="`urn:dragoman:problem:` and the code.")
    title: str
    status: int
    code: str = Field(description="What a program decides on.")
    detail: str = ""
    faults: list[FaultShown] = Field(default=[], description="Every fault that was found.")


def answers(model: type[BaseModel], status: int = 200, *headers: str) -> Answers:
    """Describe the answer to what was done. A route that gives a response is not held to it while it runs."""
    return {status: {"model": model, **sent(*headers)}}


def texts(kinds: Mapping[str, str], *headers: str) -> Answers:
    """Describe an answer that is no JSON: its media types, and what each of them holds."""
    content = {kind: {"schema": {"type": "string", "description": said}} for kind, said in kinds.items()}
    return {200: {"content": content, **sent(*headers)}}


def event_stream(said: str, events: Mapping[str, str]) -> Answers:
    """Describe a stream of server-sent events: the name of each event, and what its data is."""
    names = "".join(f"\n- `{name}`: {data}" for name, data in events.items())
    schema = {"type": "string", "description": f"Server-sent events; the data of each is JSON:{names}"}
    return {200: {"description": said, "content": {"text/event-stream": {"schema": schema, "x-events": dict(events)}}}}


def problems(said: Mapping[int, str]) -> Answers:
    """Describe what may be answered instead, each time as a problem document."""
    return {status: {"description": text, "content": {PROBLEM: {}}} for status, text in said.items()}


def describe_api(app: FastAPI, examples: Path | None = None) -> None:
    """Let an application describe itself as our interfaces are described; `examples` has an answer of each route."""
    bare = app.openapi

    def openapi() -> Part:
        if app.openapi_schema is None:
            described = bare()
            _name_problems(described)
            for operation in _operations(described):
                _title(operation)
            _add_examples(described, examples)
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that the framework gives for this


def _operations(described: Part) -> Iterator[Part]:
    for path in described.get("paths", {}).values():
        yield from path.values()


def _title(operation: Part) -> None:
    """Take the first sentence of a route as its title: the framework's is only the name of a function."""
    sentence, _, more = operation.get("description", "").partition("\n")
    if sentence:
        operation["summary"] = sentence.rstrip(".")
        operation["description"] = more.strip() or sentence


def _name_problems(described: Part) -> None:
    """Give every problem that a route may answer the one form that all have."""
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    form = ProblemShown.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**form.pop("$defs"), "ProblemShown": form}
    for operation in _operations(described):
        for status, answer in operation["responses"].items():
            if (problem := answer.get("content", {}).get(PROBLEM)) == {}:
                problem["schema"] = {"$ref": "#/components/schemas/ProblemShown"}
            if status in ("503", "default"):
                answer |= sent("Retry-After")


def _add_examples(described: Part, kept: Path | None) -> None:
    """Give each route the answer that is kept of it, by its method and path."""
    examples: Part = json.loads(kept.read_text(encoding="utf-8")) if kept is not None else {}
    for path, methods in described.get("paths", {}).items():
        for method, operation in methods.items():
            example = examples.get(f"{method.upper()} {path}")
            for status, answer in operation["responses"].items():
                if status.startswith("2") and example is not None and JSON in answer.get("content", {}):
                    answer["content"][JSON]["example"] = example


def sent(*headers: str) -> Part:
    """Describe the headers of an answer."""
    described = {name: {**HEADERS[name], "schema": {"type": "string"}} for name in headers}
    return {"headers": described} if described else {}
