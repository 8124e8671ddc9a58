"""A server that is deliberately not like the other: what the page on the public service leaves open, it does otherwise.

Another order, other headers, sent in chunks; ages by the calendar year alone; no patterns in names; filters it does not
know, warrants among them, passed over; no links between pages, and fields that nobody has heard of.
"""

import hashlib
import json
import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from tests.support.interpol.answers import Answer, Asked, Kind
from tests.support.interpol.filters import CAP
from tests.support.interpol.world import Standing, World

_HEADERS = {
    "server": "not-the-other-one/2",
    "content-type": "application/hal+json; charset=UTF-8",
    "cache-control": "no-store",
    "set-cookie": "seen=1; Path=/; HttpOnly",
    "vary": "Accept, Origin",
    "transfer-encoding": "chunked",
}
_SUMMARY = ("forename", "date_of_birth", "entity_id", "nationalities", "name", "un_reference")


class StrangeService:
    """Answers from a world, in its own manner."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.base = ""

    def answer(self, asked: Asked) -> Answer:
        """Answer a request."""
        if asked.kind is Kind.LIST and asked.list_name in self.world.lists:
            return _sent(self._page(asked))
        standing = self.world.lists.get(asked.list_name, {}).get(asked.entity_id)
        if standing is None or asked.kind not in (Kind.DETAIL, Kind.IMAGES):
            return Answer(404, b'{"error": "gone"}', {"content-type": "application/json"})
        if asked.kind is Kind.DETAIL:
            return _sent({"schema": 7, **standing.detail, "score": {"of": [1.5, None]}})
        return _sent({"_embedded": {"images": [{"picture_id": name, "w": 1} for name in standing.pictures]}})

    def _page(self, asked: Asked) -> dict[str, Any]:
        found = sorted(
            (one for one in self.world.lists[asked.list_name].values() if _matches(one, asked, self.world.today)),
            key=lambda one: hashlib.sha256(one.entity_id.encode()).digest(),
        )
        per_page = min(int(asked.filters.get("resultPerPage", 20)), CAP)
        last = max(-(-min(len(found), CAP) // per_page), 1)
        page = min(int(asked.filters.get("page", 1)), last)
        known = ("nationality", "ageMin", "ageMax", "sexId", "name", "forename")
        return {
            "version": "2",
            "_embedded": {
                "facets": [],
                "notices": [self._summary(asked, one) for one in found[:CAP][(page - 1) * per_page : page * per_page]],
            },
            "query": {
                **{name: value for name, value in asked.filters.items() if name in known},
                "resultPerPage": str(per_page),
                "page": str(page),
            },
            "total": len(found),
        }

    def _summary(self, asked: Asked, one: Standing) -> dict[str, Any]:
        shown = {name: one.detail[name] for name in _SUMMARY if one.detail.get(name) is not None}
        own = f"{self.base}{asked.path}/{one.entity_id.replace('/', '-')}"
        pictured = {"thumbnail": {"href": f"{own}/images/{one.pictures[0]}"}} if one.pictures else {}
        return {
            "rank": 0.1,
            **shown,
            "_links": {"images": {"href": f"{own}/images"}, "self": {"href": own}, **pictured},
        }


def _matches(one: Standing, asked: Asked, today: date) -> bool:
    detail, filters = one.detail, asked.filters
    if (country := filters.get("nationality")) and country not in (detail.get("nationalities") or ()):
        return False
    if (sex := filters.get("sexId")) and sex != detail.get("sex_id"):
        return False
    if any((part := filters.get(name)) and part not in (detail.get(name) or "") for name in ("name", "forename")):
        return False
    year = re.match(r"[1-9]\d{3}", detail.get("date_of_birth") or "")
    years = today.year - int(year[0]) if year else None
    least, most = filters.get("ageMin"), filters.get("ageMax")
    return not ((least and (years is None or years < int(least))) or (most and (years is None or years > int(most))))


def _sent(document: dict[str, Any]) -> Answer:
    body = json.dumps(document, ensure_ascii=False, indent=1).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 4096):
            piece = body[at : at + 4096]
            yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        yield b"0\r\n\r\n"

    return Answer(200, body, _HEADERS, pieces=chunks)
