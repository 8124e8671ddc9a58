"""Asks over HTTP for one thing at a time: at a pace, within limits, and no more often than is polite."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from runtime.telemetry import tracer, within
from services.referrals.feed.back_off import BackOff, read_retry_after
from services.referrals.feed.bodies import BodyTooLarge, BodyUnreadable, read_limited
from services.referrals.feed.circuit_keeper import CircuitKeeper
from services.referrals.feed.query import ListName
from services.referrals.feed.settings import FeedSettings
from services.referrals.feed.source import NONE_KNOWN, Fetched, Having, SourceAway, Unreadable, Validators
from services.referrals.feed.turns import Turns
from services.referrals.notices.unreadable import Reason, UnreadableNotice

READ_TWICE = 2
"""Tries of what is answered, but not as it should be: a second time may be better, a third will not be."""

NOT_NOW = frozenset((408, 413, 429, 500, 503, 504))
"""Answers that ask to be left alone for a while; 502 is apart, because it also stands for an unknown id."""

NOT_MODIFIED, FORBIDDEN = 304, 403

LONGEST_VALIDATOR = 200

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to ask for."""

    kind: str
    """`page`, `detail` or `images`."""
    list_name: ListName
    address: str
    most_bytes: int
    known: Validators = NONE_KNOWN

    @property
    def may_be_missing(self) -> bool:
        """Whether that there is no such thing is an answer; there always is a list."""
        return self.kind != "page"


class _Again(Exception):
    """It was nothing this time; `otherwise` is what that comes to when it is not asked again."""

    def __init__(self, otherwise: Exception, *, tries: int | None = None, told: float | None = None) -> None:
        super().__init__()
        self.otherwise = otherwise
        self.tries = tries
        self.told = told


class _Missing(Exception):
    """There is no such thing, or nobody can say what it is."""


class Asking:
    """The one who asks a service, and who remembers how it answers."""

    def __init__(self, client: httpx.AsyncClient, settings: FeedSettings, circuit: CircuitKeeper) -> None:
        self._client = client
        self._time_out = settings.time_out_s
        self._tries = settings.tries
        self._most_wait = settings.most_back_off_s
        self._turns = Turns(settings.requests_per_second)
        self._back_off = BackOff(settings.back_off_s, settings.most_back_off_s)
        self._circuit = circuit
        self.requests = 0

    async def get(self, wanted: Wanted, read: Callable[[bytes], Content]) -> Fetched[Content]:
        """Ask until something has come of it; raises `Unreadable` or `SourceAway`."""
        attempt = 1
        while True:
            try:
                return await self._once(wanted, read)
            except _Missing:
                return Fetched(Having.MISSING)
            except _Again as again:
                attempt += 1
                if attempt > min(again.tries or self._tries, self._tries):
                    if isinstance(again.otherwise, _Missing):
                        return Fetched(Having.MISSING)
                    raise again.otherwise from again.__cause__
                await asyncio.sleep(self._wait(attempt, again))

    def _wait(self, attempt: int, again: _Again) -> float:
        """Give the seconds to wait; who is told to wait longer than that stops altogether and comes back then."""
        if again.told is not None and again.told > self._most_wait:
            raise SourceAway("told_to_wait", datetime.now(UTC) + timedelta(seconds=again.told))
        return self._back_off.before(attempt, again.told)

    async def _once(self, wanted: Wanted, read: Callable[[bytes], Content]) -> Fetched[Content]:
        """Send one request, at its turn, and read what comes."""
        await self._circuit.pass_through()
        await self._turns.take()
        self.requests += 1
        answered = False
        with _span(wanted) as span:
            try:
                async with asyncio.timeout(self._time_out), self._sent(wanted) as response:
                    answered = True
                    span.set_attribute("http.response.status_code", response.status_code)
                    await self._judge(wanted, response)
                    if response.status_code == NOT_MODIFIED:
                        return Fetched(Having.UNCHANGED, validators=wanted.known)
                    body = await _body(wanted, response)
                    return Fetched(Having.READ, _read(body, read), _validators(response))
            except (TimeoutError, httpx.TransportError) as exc:
                raise _Again(_fault("body_cut_short") if answered else SourceAway("no_answer")) from exc

    def _sent(self, wanted: Wanted) -> AbstractAsyncContextManager[httpx.Response]:
        conditions = {"If-None-Match": wanted.known.etag, "If-Modified-Since": wanted.known.modified}
        given = {name: value for name, value in conditions.items() if value is not None}
        return self._client.stream("GET", wanted.address, headers=given)

    async def _judge(self, wanted: Wanted, response: httpx.Response) -> None:
        """Raise what an answer other than the thing itself comes to."""
        status = response.status_code
        if status == FORBIDDEN:
            await self._circuit.refused()
            raise _Again(SourceAway("refused"))
        await self._circuit.answered()
        if status == 404 and wanted.may_be_missing:
            raise _Missing
        if status == 502 and wanted.may_be_missing:
            raise _Again(_Missing(), tries=READ_TWICE)
        if status in NOT_NOW or status == 502:
            told = read_retry_after(response.headers.get("retry-after"), datetime.now(UTC))
            raise _Again(SourceAway(f"status_{status}"), told=told)
        if status == NOT_MODIFIED and not wanted.known:
            raise _Again(_fault("unchanged_unasked"), tries=READ_TWICE)
        if status not in (200, NOT_MODIFIED):
            # Also when it would lead elsewhere: where we are led to is not whom we mean to ask.
            raise _Again(_fault("led_elsewhere" if 300 <= status < 400 else "status_unexpected"), tries=READ_TWICE)


@contextmanager
def _span(wanted: Wanted) -> Iterator[trace.Span]:
    """Show a request in the trace: which list and what kind of thing, but not whose."""
    attributes = {"http.request.method": "GET", "dragoman.feed.list": wanted.list_name.value}
    span = tracer.start_span(f"GET {wanted.kind}", kind=SpanKind.CLIENT, attributes=attributes)
    try:
        with within(span):
            yield span
    finally:
        span.end()


async def _body(wanted: Wanted, response: httpx.Response) -> bytes:
    try:
        return await read_limited(response.aiter_raw(), response.headers.get("content-encoding", ""), wanted.most_bytes)
    except BodyTooLarge as exc:
        raise _Again(_fault("body_too_large"), tries=READ_TWICE) from exc
    except BodyUnreadable as exc:
        raise _Again(_fault("body_packed_badly"), tries=READ_TWICE) from exc


def _read(body: bytes, read: Callable[[bytes], Content]) -> Content:
    try:
        return read(body)
    except UnreadableNotice as exc:
        raise _Again(Unreadable(exc.reasons, body), tries=READ_TWICE) from exc


def _validators(response: httpx.Response) -> Validators:
    found = (response.headers.get(name) for name in ("etag", "last-modified"))
    etag, modified = (text if text and len(text) <= LONGEST_VALIDATOR and text.isascii() else None for text in found)
    return Validators(etag, modified)


def _fault(code: str) -> Unreadable:
    return Unreadable([Reason(code, "")])
