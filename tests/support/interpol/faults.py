"""What can be wrong with an answer. A fault takes the answer that was meant and gives the one that is sent.

Each has a name, so that it can be asked for from a command line; `during` has it happen for some requests only.
"""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.support.interpol.answers import HTML, JSON, Answer, Asked, Kind
from tests.support.interpol.pages import not_found

Fault = Callable[[Answer, Asked], Answer]
FAULTS: dict[str, Fault] = {}


@dataclass(slots=True)
class Plan:
    """When a fault happens: to which kinds of request, how many times, and to what share of them."""

    fault: Fault
    kinds: frozenset[Kind]
    times: int | None
    share: float
    lot: Random
    only: Callable[[Asked], bool]
    happened: list[Asked] = field(default_factory=list)

    def hits(self, asked: Asked) -> bool:
        """Say whether it happens to this request, and count it."""
        spent = self.times is not None and len(self.happened) >= self.times
        if spent or asked.kind not in self.kinds or not self.only(asked) or self.lot.random() >= self.share:
            return False
        self.happened.append(asked)
        return True


def named(fault: Fault) -> Fault:
    """Know a fault by its name."""
    FAULTS[fault.__name__] = fault
    return fault


# ---- answers that are refusals ----


@named
def forbidden(_: Answer, __: Asked) -> Answer:
    """Refuse as the service refuses what does not look like a browser."""
    return Answer(403, b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>Access Denied</BODY></HTML>", HTML)


@named
def too_many(_: Answer, __: Asked) -> Answer:
    """Refuse for now, and say until when."""
    return Answer(429, b"", {"Retry-After": "1"})


@named
def too_many_for_long(_: Answer, __: Asked) -> Answer:
    """Refuse for now, and ask for a wait that nobody waits."""
    return Answer(429, b"", {"Retry-After": "86400"})


@named
def too_many_unsaid(_: Answer, __: Asked) -> Answer:
    """Refuse for now, without a word on the wait."""
    return Answer(429)


@named
def too_large(_: Answer, __: Asked) -> Answer:
    """Refuse with the strange 413 that others have met."""
    return Answer(413)


@named
def bad_gateway(_: Answer, __: Asked) -> Answer:
    """Fail as the gateway before the service fails."""
    return Answer(502, b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>", HTML)


@named
def unavailable(_: Answer, __: Asked) -> Answer:
    """Be away for now."""
    return Answer(503, b"<html><body>Service Unavailable</body></html>", HTML)


@named
def not_json(_: Answer, __: Asked) -> Answer:
    """Answer well, with a page for people."""
    return Answer(200, b"<!doctype html><title>Notices</title>", HTML)


@named
def unknown(_: Answer, __: Asked) -> Answer:
    """Know of no such thing."""
    return Answer(404, document=not_found(), headers=JSON)


def redirect_to(address: str) -> Fault:
    """Send the reader elsewhere."""

    def elsewhere(_: Answer, asked: Asked) -> Answer:
        return Answer(302, b"", {"Location": address + asked.path})

    return elsewhere


@named
def not_modified(_: Answer, __: Asked) -> Answer:
    """Say that nothing has changed, also to whoever has nothing."""
    return Answer(304)


# ---- bodies that come badly ----


@named
def truncated(answer: Answer, _: Asked) -> Answer:
    """Stop in the middle of the document, and say that this is all."""
    body = written(answer).body
    return replace(answer, document=None, body=body[: len(body) // 2])


@named
def cut_off(answer: Answer, _: Asked) -> Answer:
    """Close the connection before all has come that was told."""
    body = written(answer).body
    return replace(answer, document=None, body=body[: len(body) // 2], length=len(body))


@named
def dripping(answer: Answer, _: Asked) -> Answer:
    """Send a byte at a time, so that no single wait is long and the whole never ends."""
    body = written(answer).body

    async def drops() -> AsyncIterator[bytes]:
        for byte in body:
            yield bytes([byte])
            await asyncio.sleep(0.05)

    return replace(answer, document=None, pieces=drops)


@named
def slow(answer: Answer, _: Asked) -> Answer:
    """Take a while, and answer well."""
    body = written(answer).body

    async def late() -> AsyncIterator[bytes]:
        await asyncio.sleep(1.0)
        yield body

    return replace(answer, document=None, pieces=late)


@named
def silent(answer: Answer, _: Asked) -> Answer:
    """Say nothing at all, and keep the connection."""

    async def nothing() -> AsyncIterator[bytes]:
        await asyncio.sleep(3600)
        yield b""

    return replace(answer, document=None, pieces=nothing)


@named
def endless(_: Answer, __: Asked) -> Answer:
    """Never stop sending."""

    async def always() -> AsyncIterator[bytes]:
        yield b'{"total": 1, "_embedded": {"notices": ['
        while True:
            yield b'"' + b"x" * 65_000 + b'",'

    return Answer(200, headers=JSON, pieces=always)


@named
def endless_space(_: Answer, __: Asked) -> Answer:
    """Never begin, with blanks that every reader of JSON passes over."""

    async def always() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    return Answer(200, headers=JSON, pieces=always)


@named
def gzip_bomb(_: Answer, __: Asked) -> Answer:
    """Send a body of a few hundred kilobytes that swells to a gigabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    head = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)  # stands alone, so it can be sent many times
    return Answer(200, head + again * 1023, {**JSON, "Content-Encoding": "gzip"})


@named
def packed(answer: Answer, _: Asked) -> Answer:
    """Send the body packed, as any server may."""
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return replace(answer, document=None, body=gzip.compress(written(answer).body), headers=headers)


@named
def ten_times(answer: Answer, _: Asked) -> Answer:
    """Send a document ten times as large, in the texts and in what it holds."""
    body = written(answer).body
    document = dict(answer.document or {})
    document["summary"] = document["padding"] = "x" * (10 * len(body))
    return replace(answer, document=document)


@named
def huge(_: Answer, __: Asked) -> Answer:
    """Send a sound document of a hundred megabytes."""

    async def much() -> AsyncIterator[bytes]:
        yield b'{"total": 0, "padding": ['
        for _ in range(1600):
            yield b'"' + b"x" * 65_000 + b'",'
        yield b'""]}'

    return Answer(200, headers=JSON, pieces=much)


# ---- documents that say something strange ----


@named
def deep(_: Answer, __: Asked) -> Answer:
    """Nest a hundred thousand arrays."""
    return Answer(200, b'{"total": 1, "_embedded": {"notices": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}", JSON)


@named
def deep_objects(_: Answer, __: Asked) -> Answer:
    """Nest a hundred thousand objects, and never close them."""
    return Answer(200, b'{"a":' * 100_000, JSON)


@named
def not_text(_: Answer, __: Asked) -> Answer:
    """Send bytes that are no UTF-8 where a name should be."""
    return Answer(200, b'{"entity_id": "2099/1", "name": "\xff\xfe\x80", "total": 1}', JSON)


@named
def no_numbers(answer: Answer, _: Asked) -> Answer:
    """Use words for numbers that JSON does not have."""
    text = json.dumps({**(answer.document or {}), "total": 0, "height": 0, "weight": 0})
    spoilt = text.replace('"height": 0', '"height": NaN').replace('"total": 0', '"total": Infinity')
    return replace(answer, document=None, body=spoilt.encode())


@named
def said_twice(answer: Answer, _: Asked) -> Answer:
    """Say a field twice, each time otherwise."""
    body = written(answer).body
    return replace(answer, document=None, body=b'{"entity_id": "2099/2", "total": 3, ' + body[1:])


@named
def an_array(_: Answer, __: Asked) -> Answer:
    """Send an array where an object should be."""
    return Answer(200, b"[]", JSON)


@named
def nothing_listed(answer: Answer, _: Asked) -> Answer:
    """Say that there are no notices at all."""
    document = dict(answer.document or {})
    return replace(answer, document={**document, "total": 0, "_embedded": {"notices": []}})


@named
def shrunk(answer: Answer, _: Asked) -> Answer:
    """Tell a tenth of the total, and show no more than that."""
    document = dict(answer.document or {})
    total = int(document.get("total", 0)) // 10
    notices = document.get("_embedded", {}).get("notices", [])[:total]
    return replace(answer, document={**document, "total": total, "_embedded": {"notices": notices}})


@named
def grown(answer: Answer, _: Asked) -> Answer:
    """Tell ten times the total."""
    document = dict(answer.document or {})
    return replace(answer, document={**document, "total": int(document.get("total", 0)) * 10})


@named
def other_id(answer: Answer, _: Asked) -> Answer:
    """Give the detail of somebody else than was asked for."""
    return replace(answer, document={**(answer.document or {}), "entity_id": "2099/999999999"})


@named
def missing_items(answer: Answer, _: Asked) -> Answer:
    """Show fewer notices than the page should have."""
    return _with_notices(answer, lambda notices: notices[: len(notices) // 2])


@named
def doubled_items(answer: Answer, _: Asked) -> Answer:
    """Show the first notice in the place of the last as well."""
    return _with_notices(answer, lambda notices: [*notices[:-1], notices[0]] if notices else [])


TRICKS = (
    "../../../etc/passwd",
    "2099/../../admin",
    "2099%2f1",
    "2099\\1",
    "2099/1\x00",
    "2099/1/images",
    "٢٠٩٩/١",
    "2099/1\r\nX-Header: 1",
    "2099/" + "1" * 5_000,
    "",
    "http://127.0.0.1:1/",
)
"""Numbers that are no numbers."""


@named
def path_tricks(answer: Answer, asked: Asked) -> Answer:
    """Give a notice a number that would lead elsewhere if an address were built of it."""
    if asked.kind is not Kind.LIST:
        return replace(answer, document={**(answer.document or {}), "entity_id": TRICKS[len(asked.entity_id) % 11]})

    def tricked(notices: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**notice, "entity_id": TRICKS[at % len(TRICKS)]} for at, notice in enumerate(notices)]

    return _with_notices(answer, tricked)


@named
def wrong_types(answer: Answer, _: Asked) -> Answer:
    """Give every field a value of another type than its own."""
    return replace(answer, document={name: _otherwise(value) for name, value in (answer.document or {}).items()})


@named
def wrong_items(answer: Answer, _: Asked) -> Answer:
    """Show, between sound notices, some whose every field has a wrong type."""

    def spoilt(notices: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {name: value if name == "entity_id" else _otherwise(value) for name, value in notice.items()}
            if at % 3 == 0
            else notice
            for at, notice in enumerate(notices)
        ]

    return _with_notices(answer, spoilt)


def wrong_type_of(field_name: str, value: Any = None) -> Fault:
    """Give one field a wrong value."""

    def wrong_type(answer: Answer, _: Asked) -> Answer:
        document = dict(answer.document or {})
        wrong = _otherwise(document.get(field_name)) if value is None else value
        return replace(answer, document={**document, field_name: wrong})

    return wrong_type


def written(answer: Answer) -> Answer:
    """Write the document into the body."""
    if answer.document is None:
        return answer
    return replace(answer, document=None, body=json.dumps(answer.document).encode())


def _with_notices(answer: Answer, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Answer:
    document = dict(answer.document or {})
    notices = change(document.get("_embedded", {}).get("notices", []))
    return replace(answer, document={**document, "_embedded": {"notices": notices}})


def _otherwise(value: Any) -> Any:
    match value:
        case bool() | int() | float():
            return {"a": [1]}
        case str() | None:
            return [{"b": 2.5}]
        case list():
            return 17
        case _:
            return "text"
