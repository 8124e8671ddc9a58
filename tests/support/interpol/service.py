"""What the service answers to a request when nothing is wrong."""

import re
from collections.abc import Mapping
from typing import Any

from tests.support.interpol import pages
from tests.support.interpol.answers import HTML, JSON, Answer, Asked, Kind
from tests.support.interpol.filters import matching
from tests.support.interpol.world import Standing, World

_PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
_ADDRESS = re.compile(
    r"/notices/v1/(?P<list>un/persons|un/entities|un|yellow|red)"
    r"(?:/(?P<id>[^/]+)(?P<images>/images(?:/(?P<picture>[^/]+))?)?)?"
)
_GONE = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


def understood(target: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Asked:
    """Say what a request asks for."""
    found = _ADDRESS.fullmatch(target)
    if found is None:
        return Asked(Kind.OTHER, target, headers=dict(headers))
    kind = (
        Kind.LIST
        if found["id"] is None
        else Kind.DETAIL
        if found["images"] is None
        else Kind.IMAGES
        if found["picture"] is None
        else Kind.IMAGE
    )
    entity_id = (found["id"] or "").replace("-", "/", 1)
    return Asked(kind, target, found["list"].replace("/", "-"), dict(query), entity_id, dict(headers))


class PublicService:
    """Answers from a world; what it does with unknown numbers changed over the years, so it can be chosen."""

    def __init__(self, world: World, *, unknown_is_404: bool = True) -> None:
        self.world = world
        self.unknown_is_404 = unknown_is_404
        self.base = ""
        self._found: dict[tuple[Any, ...], list[tuple[str, Standing]]] = {}
        self._version = -1

    def answer(self, asked: Asked) -> Answer:
        """Answer a request."""
        if asked.kind is Kind.OTHER:
            return Answer(404, document=pages.not_found(), headers=JSON)
        if asked.kind is Kind.LIST:
            return self._list(asked)
        # A detail is reached by its full path only: the common list of the United Nations has none.
        standing = self.world.lists.get(asked.list_name, {}).get(asked.entity_id)
        if standing is None:
            return self._unknown()
        if asked.kind is Kind.DETAIL:
            return Answer(200, document=pages.detail_page(self.base, asked.list_name, standing), headers=JSON)
        if asked.kind is Kind.IMAGES:
            return Answer(200, document=pages.images_page(self.base, asked.list_name, standing), headers=JSON)
        if asked.path.rsplit("/", 1)[1] in standing.pictures:
            return Answer(200, _PICTURE, {"Content-Type": "image/jpeg"})
        return self._unknown()

    def _list(self, asked: Asked) -> Answer:
        if asked.filters.get("freeText"):
            return Answer(502, _GONE, HTML)
        return Answer(
            200,
            document=pages.list_page(self.base, asked.list_name, asked.filters, self._matching(asked)),
            headers=JSON,
        )

    def _matching(self, asked: Asked) -> list[tuple[str, Standing]]:
        if self._version != self.world.version:
            self._found, self._version = {}, self.world.version
        filters = {name: value for name, value in asked.filters.items() if name not in ("page", "resultPerPage")}
        key = (asked.list_name, *sorted(filters.items()))
        if key not in self._found:
            names = ("un-persons", "un-entities") if asked.list_name == "un" else (asked.list_name,)
            self._found[key] = [
                (name, self.world.lists[name][number])
                for name in names
                for number in matching(
                    name, filters, (one.detail for one in self.world.lists[name].values()), self.world.today
                )
            ]
        return self._found[key]

    def _unknown(self) -> Answer:
        if self.unknown_is_404:
            return Answer(404, document=pages.not_found(), headers=JSON)
        return Answer(502, _GONE, HTML)
