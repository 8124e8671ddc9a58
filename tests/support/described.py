"""Holds real answers to what the interfaces say of them, so that the two cannot part."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from runtime.described import HEADERS, JSON, PROBLEM
from services.interfaces import interfaces

Document = Mapping[str, Any]

FORMATS = FormatChecker(["uuid", "date"])
FORMATS.checks("date-time", ValueError)(lambda value: not isinstance(value, str) or bool(_moment(value)))


def _moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    return found


@dataclass(frozen=True, slots=True)
class Operation:
    """One route of one service, as its interface describes it."""

    service: str
    method: str
    path: str
    described: Document
    document: Document

    def faults(self, status: int, headers: Mapping[str, str], body: bytes | None) -> list[str]:
        """Tell where an answer differs from what is described; a body that nobody has read is not looked at."""
        answer = self.described["responses"].get(str(status))
        if answer is None and status < 400:
            return [f"{status} is not described"]
        answer = answer or self.described["responses"]["default"]
        return [*_sent(answer, headers), *self._content(answer.get("content", {}), headers, body)]

    def _content(self, content: Document, headers: Mapping[str, str], body: bytes | None) -> Iterator[str]:
        kind = headers.get("content-type", "").split(";")[0]
        if not content:
            if body:
                yield "there is a body where none is described"
        elif kind not in content:
            yield f"{kind} is not described"
        elif body is not None and kind in (JSON, PROBLEM):
            yield from self.faults_of_body(content[kind]["schema"], json.loads(body))

    def faults_of_body(self, schema: Document, body: Any) -> Iterator[str]:
        """Tell where a body differs from its schema: places and rules only, never a value."""
        validator = Draft202012Validator({**schema, "components": self.document["components"]}, format_checker=FORMATS)
        for error in validator.iter_errors(body):
            yield f"{error.json_path} against {error.validator} at {'/'.join(map(str, error.schema_path))}"


def _sent(answer: Document, headers: Mapping[str, str]) -> Iterator[str]:
    described = {name.lower() for name in answer.get("headers", {})}
    for name in HEADERS:
        if name.lower() in headers and name.lower() not in described:
            yield f"the header {name} is not described"


@cache
def operations() -> tuple[tuple[re.Pattern[str], Operation], ...]:
    """List every route of every service; one with a fixed path comes before one that has a part of it open."""
    found = [
        Operation(service, method.upper(), path, described, document)
        for service, app in interfaces().items()
        for document in [app.openapi()]
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    return tuple((_pattern(each.path), each) for each in sorted(found, key=lambda each: each.path.count("{")))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("".join(f"[^/]+{re.escape(rest)}" if name else re.escape(rest) for name, rest in _parts(path)))


def _parts(path: str) -> Iterator[tuple[str, str]]:
    first, *others = path.split("{")
    yield "", first
    for part in others:
        name, _, rest = part.partition("}")
        yield name, rest


def operation_of(method: str, path: str) -> Operation | None:
    """Find the route that answers; None where the address is none of ours."""
    return next((each for pattern, each in operations() if each.method == method and pattern.fullmatch(path)), None)


def hold(response: httpx.Response, *, read: bool) -> None:
    """Fail when an answer of ours differs from what its interface says."""
    operation = operation_of(response.request.method, response.request.url.path)
    if operation is None:
        return
    faults = operation.faults(response.status_code, response.headers, response.content if read else None)
    assert not faults, f"{operation.method} {operation.path} answered {response.status_code}: {'; '.join(faults[:5])}"


@contextmanager
def all_answers_held() -> Iterator[None]:
    """Hold every answer that a client in this process gets; a stream is held to its media type."""
    bare = httpx.AsyncClient.send

    async def send(
        self: httpx.AsyncClient, request: httpx.Request, *, stream: bool = False, **how: Any
    ) -> httpx.Response:
        response = await bare(self, request, stream=stream, **how)
        hold(response, read=not stream)
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.AsyncClient, "send", send)
        yield
