"""How a service's interface is described: OpenAPI 3.1, with a title for every route and a form for every problem."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

PROBLEM = "application/problem+json"

Part = dict[str, Any]

ANY_PROBLEM: Part = {"description": "Anything else is a problem document.", "content": {PROBLEM: {}}}
"""Stands for every answer that a route does not name; without it the framework names one that we never give."""


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


def describe_api(app: FastAPI) -> None:
    """Let an application describe itself as our interfaces are described."""
    bare = app.openapi

    def openapi() -> Part:
        if app.openapi_schema is None:
            described = bare()
            _name_problems(described)
            for operation in _operations(described):
                _title(operation)
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
        for answer in operation["responses"].values():
            if (problem := answer.get("content", {}).get(PROBLEM)) == {}:
                problem["schema"] = {"$ref": "#/components/schemas/ProblemShown"}
