"""Answers as the public service writes them, about invented people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

BASE = "https://ws.example.org"


def summary(entity_id: str, *, thumbnail: str | None = None, **more: Any) -> dict[str, Any]:
    """Write the short form of a notice."""
    address = f"{BASE}/notices/v1/red/{entity_id.replace('/', '-')}"
    links = {"self": {"href": address}, "images": {"href": f"{address}/images"}}
    if thumbnail is not None:
        links["thumbnail"] = {"href": f"{address}/images/{thumbnail}"}
    return {
        "entity_id": entity_id,
        "name": "TESTSON",
        "forename": "TESTA",
        "date_of_birth": "1980/03/09",
        "nationalities": ["XK"],
        "_links": links,
        **more,
    }


def page(
    entries: Sequence[Mapping[str, Any]], *, total: int | None = None, query: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Write a page."""
    return {
        "total": len(entries) if total is None else total,
        "query": {"page": 1, "resultPerPage": 160, **(query or {})},
        "_embedded": {"notices": list(entries)},
        "_links": {},
    }


def detail(entity_id: str, **more: Any) -> dict[str, Any]:
    """Write a notice."""
    return {
        "entity_id": entity_id,
        "name": "TESTSON",
        "forename": "TESTA",
        "date_of_birth": "1980/03/09",
        "nationalities": ["XK"],
        "sex_id": "M",
        "arrest_warrants": [{"issuing_country_id": "FR", "charge": "Fraude de test", "charge_translation": None}],
        "_embedded": {"links": []},
        "_links": {},
        **more,
    }


def images(picture_ids: Iterable[str]) -> dict[str, Any]:
    """Write the list of a notice's pictures."""
    return {"_embedded": {"images": [{"picture_id": each} for each in picture_ids]}, "_links": {}}
