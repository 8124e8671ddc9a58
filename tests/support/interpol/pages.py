"""The answers of the service, written as it writes them: links, odd ampersands and all."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any
from urllib.parse import urlencode

from tests.support.interpol.filters import CAP, accepted
from tests.support.interpol.world import Standing

PATHS = {
    "red": "/notices/v1/red",
    "yellow": "/notices/v1/yellow",
    "un": "/notices/v1/un",
    "un-persons": "/notices/v1/un/persons",
    "un-entities": "/notices/v1/un/entities",
}
_IN_SUMMARIES = {
    "red": ("entity_id", "name", "forename", "date_of_birth", "nationalities"),
    "yellow": ("entity_id", "name", "forename", "date_of_birth", "nationalities"),
    "un-persons": ("entity_id", "name", "forename", "date_of_birth", "un_reference"),
    "un-entities": ("entity_id", "name", "un_reference"),
}


def list_page(
    base: str, list_name: str, asked: Mapping[str, str], found: Sequence[tuple[str, Standing]]
) -> dict[str, Any]:
    """Write the page that was asked for, or the last one that can be reached."""
    per_page = min(max(_whole(asked.get("resultPerPage"), 20), 1), CAP)
    last = max(ceil(min(len(found), CAP) / per_page), 1)
    page = min(max(_whole(asked.get("page"), 1), 1), last)
    echoed: dict[str, Any] = {
        name: int(value) if name in ("ageMin", "ageMax", "unResolution") and value.isdigit() else value
        for name, value in accepted(list_name, asked).items()
    }
    shown = found[:CAP][(page - 1) * per_page : page * per_page]
    return {
        "total": len(found),
        "query": {**echoed, "page": page, "resultPerPage": per_page},
        "_embedded": {"notices": [summary(base, name, standing) for name, standing in shown]},
        "_links": _page_links(base + PATHS[list_name], echoed, page, last, per_page),
    }


def summary(base: str, list_name: str, standing: Standing) -> dict[str, Any]:
    """Write a notice as lists show it."""
    shown = {name: standing.detail[name] for name in _IN_SUMMARIES[list_name] if name in standing.detail}
    return {**shown, "_links": _links(base, list_name, standing)}


def detail_page(base: str, list_name: str, standing: Standing) -> dict[str, Any]:
    """Write everything of a notice."""
    return {**standing.detail, "_embedded": {"links": []}, "_links": _links(base, list_name, standing)}


def images_page(base: str, list_name: str, standing: Standing) -> dict[str, Any]:
    """Write the list of a notice's pictures, empty when it has none."""
    links = _links(base, list_name, standing)
    at = links["images"]["href"]
    images = [{"picture_id": name, "_links": {"self": {"href": f"{at}/{name}"}}} for name in standing.pictures]
    more = {"thumbnail": links["thumbnail"]} if "thumbnail" in links else {}
    return {
        "_embedded": {"images": images},
        "_links": {"self": {"href": at}, "notice": {"href": links["self"]["href"]}, **more},
    }


def not_found() -> dict[str, Any]:
    """Write what the service said of an unknown number, until some year."""
    return {"status": 404, "name": "Not Found", "message": "The resource was not found."}


def _links(base: str, list_name: str, standing: Standing) -> dict[str, Any]:
    own = f"{base}{PATHS[list_name]}/{standing.entity_id.replace('/', '-')}"
    links = {"self": {"href": own}, "images": {"href": f"{own}/images"}}
    if standing.pictures:
        links["thumbnail"] = {"href": f"{own}/images/{standing.pictures[0]}"}
    return links | standing.links


def _page_links(address: str, echoed: Mapping[str, Any], page: int, last: int, per_page: int) -> dict[str, Any]:
    def link(number: int) -> dict[str, str]:
        asked = urlencode({**echoed, "resultPerPage": per_page, "page": number})
        return {"href": f"{address}?&{asked}"}

    links = {"self": link(page), "first": link(1)}
    if page < last:
        links["next"] = link(page + 1)
    return {**links, "last": link(last)}


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.lstrip("-").isdigit() else otherwise
