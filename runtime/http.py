"""The HTTP edge: problem details (RFC 9457), one server span a request, health and readiness."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from runtime.described import ANY_PROBLEM, describe_api
from runtime.described import PROBLEM as PROBLEM
from runtime.errors import Transient
from runtime.logs import describe
from runtime.telemetry import read_traceparent, tracer, within

log = structlog.get_logger()

MOST_FAULTS = 100
"""Faults named in one answer; a body of a megabyte can have a hundred thousand."""


class Problem(Exception):
    """An answer that says what is wrong, where, and how to mend it; it never repeats what was sent."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        detail: str = "",
        faults: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.faults = faults
        self.headers = dict(headers or {})
        self.members = dict(members or {})
        """What this problem says beyond the members that all have."""

    def response(self) -> Response:
        """Write the problem document."""
        body: dict[str, Any] = {
            "type": f"urn:dragoman:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            body["detail"] = self.detail
        if self.faults:
            body["faults"] = [dict(fault) for fault in self.faults]
        body |= self.members
        return JSONResponse(body, self.status, headers=self.headers, media_type=PROBLEM)


def shown(value: Any) -> Any:
    """Give a stored value as JSON has it: times in UTC, ending with Z."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


Endpoint = Callable[[Request], Awaitable[Response]]
Shortcuts = Mapping[tuple[str, str], Endpoint]


def make_app(
    title: str,
    version: str,
    *,
    max_body_bytes: int,
    ready: Callable[[], dict[str, Any]],
    shortcuts: Shortcuts | None = None,
    examples: Path | None = None,
) -> FastAPI:
    """Make a service's application with everything but its own routes.

    `ready` gives the parts of the service and whether each is `ok`. `shortcuts` names, by method and path, what is
    asked so often that the framework's way to it would cost more than the answer; the same is to be a route, too.
    `examples` is the file that has an answer of each route, to describe it by.
    """
    app = FastAPI(
        title=title,
        version=version,
        docs_url=None,  # those pages load scripts from somebody else's host; /openapi.json says the same
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        dependencies=[Depends(_known_parameters_only)],
        responses={"default": ANY_PROBLEM},
    )
    describe_api(app, examples)
    for kind, answer in _EXPECTED.items():
        app.add_exception_handler(kind, answer)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(Shortcut, endpoints=shortcuts or {})
    app.add_middleware(BodyLimit, most=max_body_bytes)
    app.add_middleware(Traced)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health/ready", include_in_schema=False)
    async def readiness() -> JSONResponse:
        parts = ready()
        ok = all(part["ok"] for part in parts.values())
        return JSONResponse({"status": "ok" if ok else "not ready", "parts": parts}, 200 if ok else 503)

    return app


async def _known_parameters_only(request: Request) -> None:
    """Refuse a misspelt filter, which would otherwise be none at all and show everything."""
    if not request.scope["query_string"]:
        return
    if request.query_params.keys() - _parameters(request.scope["route"].dependant):
        raise Problem(422, "unknown_parameter", "There is a parameter in the query that we do not know")


def _parameters(dependant: Dependant) -> set[str]:
    """Name the query parameters that a route takes, itself or by what it depends on."""
    own = {field.alias for field in dependant.query_params}
    return own.union(*map(_parameters, dependant.dependencies))


async def _problem(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, Problem)
    return exc.response()


async def _away(_: Request, exc: Exception) -> Response:
    log.warning("request could not be served now", error=describe(exc))
    return Problem(
        503,
        "try_again",
        "A part of the system cannot be reached",
        detail="What you asked may or may not have been done. Send the same again, with the same Idempotency-Key.",
        headers={"Retry-After": "2"},
    ).response()


async def _gone(_: Request, exc: Exception) -> Response:
    return Problem(400, "body_cut_short", "The connection ended before the body did").response()


async def _http(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    codes = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
    titles = {404: "There is nothing here", 405: "This method is not for this address", 413: "The body is too large"}
    status = exc.status_code
    return Problem(
        status, codes.get(status, "refused"), titles.get(status, "Refused"), headers=exc.headers or {}
    ).response()


async def _invalid(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    places = dict.fromkeys((str(error["type"]), _pointer(error)) for error in exc.errors())
    faults = []
    for code, pointer in list(places)[:MOST_FAULTS]:
        problem, mend = _MENDED.get(code, _NOT_OF_THE_FORM)
        faults.append({"code": code, "pointer": pointer, "problem": problem, "mend": mend})
    return Problem(422, "invalid_request", "The request is not of the right form", faults=faults).response()


_NOT_OF_THE_FORM = (
    "This value is not of the form that the interface describes.",
    "Write it as `/openapi.json` says for this place.",
)
_MENDED = {
    "missing": ("A required value is missing.", "Add it."),
    "extra_forbidden": ("There is a field here that the interface does not know.", "Take it out, or mend its name."),
    "enum": ("This value is not in the closed list.", "Choose one that `/openapi.json` lists for this place."),
    "literal_error": ("This value is not in the closed list.", "Choose one that `/openapi.json` lists for this place."),
    "json_invalid": ("The body is no sound JSON.", "Send JSON, with `Content-Type: application/json`."),
}
"""What is wrong and how to mend it, by the code of a fault."""


_EXPECTED: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    Problem: _problem,
    Transient: _away,
    HTTPException: _http,
    ClientDisconnect: _gone,
}
"""Errors that are answers."""


def _pointer(error: Mapping[str, Any]) -> str:
    place = error["loc"]
    if error["type"] == "extra_forbidden":  # this name is the caller's own, not the interface's
        place = place[:-1]
    return "/".join(["", *(str(part) for part in place[:2])])


async def _bug(_: Request, exc: Exception) -> Response:
    log.error("request failed", exc_info=exc)
    return Problem(500, "internal_error", "This is our fault; it has been logged").response()


class HttpProtocol(HttpToolsProtocol):
    """Speaks HTTP, and refuses what is not HTTP by a problem document too."""

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up: nobody knows where the next request would begin."""
        answer = Problem(400, "not_http", "This is not a sound HTTP request").response()
        headers = b"".join(name + b": " + value + b"\r\n" for name, value in answer.raw_headers)
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\n" + headers + b"connection: close\r\n\r\n" + bytes(answer.body)
        )
        self.transport.close()


class Shortcut:
    """Goes straight to an endpoint that is asked all the time."""

    def __init__(self, app: ASGIApp, endpoints: Shortcuts) -> None:
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, here or by the framework."""
        endpoint = self._endpoints.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            response = await endpoint(request)
        except tuple(_EXPECTED) as exc:
            answer = next(answer for kind, answer in _EXPECTED.items() if isinstance(exc, kind))
            response = await answer(request, exc)
        await response(scope, receive, send)


class BodyLimit:
    """Refuses a body of more bytes than allowed; FastAPI's own limit answers in plain text."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose body is counted while it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = _header(scope, b"content-length") or ""
        size = int(declared) if declared.isdecimal() else 0

        async def receive_limited() -> Message:
            nonlocal size
            if size > self._most:
                raise HTTPException(413)
            message = await receive()
            if not declared:
                size += len(message.get("body", b""))
                if size > self._most:
                    raise HTTPException(413)
            return message

        await self._app(scope, receive_limited, send)


class Traced:
    """One server span a request. A caller's own trace is linked to, never joined: it could be anything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within its span."""
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self._app(scope, receive, send)
            return
        caller = read_traceparent(_header(scope, b"traceparent"))
        span = tracer.start_span(
            f"{scope['method']}",
            kind=SpanKind.SERVER,
            attributes={"http.request.method": scope["method"], "url.scheme": scope["scheme"]},
            links=[Link(caller)] if caller is not None else [],
        )
        trace_id = f"{span.get_span_context().trace_id:032x}"
        started = time.perf_counter()
        status, answered = 500, False

        async def send_traced(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                message["headers"] = [*message["headers"], (b"x-trace-id", trace_id.encode())]
            await send(message)

        try:
            with within(span):
                try:
                    await self._app(scope, receive, send_traced)
                except Exception as exc:
                    if answered:
                        raise
                    await (await _bug(Request(scope), exc))(scope, receive, send_traced)
        finally:
            route = getattr(scope.get("route"), "path", None) or scope.get("state", {}).get("route", "unknown")
            span.update_name(f"{scope['method']} {route}")
            span.set_attributes({"http.route": route, "http.response.status_code": status})
            if status >= 500:
                span.set_status(Status(StatusCode.ERROR))
            span.end()
            log.info(
                "request answered",
                method=scope["method"],
                route=route,
                status=status,
                trace_id=trace_id,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
                **scope.get("state", {}).get("log", {}),
            )


def _header(scope: Scope, name: bytes) -> str | None:
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 and len(values[0]) < 100 else None
