"""A page of a list: how many there are, which page it is, and a short form of each notice.

The links of a page are never followed: an address is only ever made from the number of a notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.referrals.notices.fields import Fields
from services.referrals.notices.opening import open_object
from services.referrals.notices.unreadable import Faults, Reason, in_order
from services.referrals.notices.values import (
    Unfit,
    read_country_code,
    read_date,
    read_entity_id,
    read_line,
    read_picture_id,
)

MOST_PAGE_BYTES = 512 * 1024
MOST_LISTED = 160
"""No query ever yields more than this."""

MOST_TOTAL = 10_000_000
MOST_ECHOED = 40


@dataclass(frozen=True, slots=True)
class Listed:
    """A notice as a list shows it."""

    entity_id: str
    name: str | None = None
    forename: str | None = None
    birth: str | None = None
    nationalities: tuple[str, ...] = ()
    thumbnail: str | None = None
    """Id of the picture that stands beside it; None when there is none, or when it is no id."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was served, which is not always the page that was asked for."""

    total: int
    page: int
    per_page: int
    echoed: Mapping[str, str]
    """The filters that the service says it used, with `page` and `resultPerPage`."""
    items: tuple[Listed, ...]
    refused: tuple[Reason, ...] = ()
    """Why some of the short forms could not be read."""
    refused_ids: tuple[str, ...] = ()
    """The numbers of those, where at least these could be read: they are listed all the same."""

    @property
    def entity_ids(self) -> tuple[str, ...]:
        """Every number on the page, whether the rest could be read or not."""
        return (*(item.entity_id for item in self.items), *self.refused_ids)


def read_page(raw: bytes, *, most_bytes: int = MOST_PAGE_BYTES, most_items: int = MOST_LISTED) -> Page:
    """Read a page; what is none raises UnreadableNotice, and a bad entry is told beside the good ones."""
    faults = Faults()
    whole = Fields(open_object(raw, most_bytes), faults)
    whole.part("_links")
    total = whole.needed("total", _read_total)
    query = whole.part("query")
    page = query.needed("page", _read_place)
    per_page = query.needed("resultPerPage", _read_place)
    embedded = whole.part("_embedded")
    # Nothing found may be written as no list; found and no list is a page cut short.
    if total != 0 and not embedded.has_list("notices"):
        faults.add("missing" if embedded.given.get("notices") is None else "wrong_type", "/_embedded/notices")
    entries = embedded.any("notices", most_items)
    faults.refuse_if_any()
    read = [_read_entry(entry, place) for place, entry in enumerate(entries)]
    return Page(
        total or 0,
        page or 1,
        per_page or 1,
        _read_echo(query.given),
        tuple(item for item, _, _ in read if item is not None),
        in_order(reason for _, _, reasons in read for reason in reasons),
        tuple(entity_id for item, entity_id, _ in read if item is None and entity_id is not None),
    )


def _read_entry(entry: Any, place: int) -> tuple[Listed | None, str | None, list[Reason]]:
    """Read a short form, or say what is wrong with it and whose it is."""
    faults, pointer = Faults(), f"/_embedded/notices/{place}"
    if not isinstance(entry, Mapping):
        return None, None, [Reason("wrong_type", pointer)]
    fields = Fields(entry, faults, pointer)
    entity_id = fields.needed("entity_id", read_entity_id)
    listed = Listed(
        entity_id or "",
        fields.one("name", read_line),
        fields.one("forename", read_line),
        fields.one("date_of_birth", read_date),
        fields.many("nationalities", read_country_code),
        fields.part("_links").part("thumbnail").one("href", _read_picture_of),
    )
    return (None if faults.found else listed), entity_id, faults.found


def _read_total(given: Any) -> int:
    if type(given) is not int:
        raise Unfit("wrong_type")
    if not 0 <= given <= MOST_TOTAL:
        raise Unfit("out_of_range")
    return given


def _read_place(given: Any) -> int:
    """Read a number of the echo, which a service may repeat as the text that it was asked with."""
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 8:
        given = int(given)
    if type(given) is not int:
        raise Unfit("wrong_type")
    if not 1 <= given <= MOST_TOTAL:
        raise Unfit("out_of_range")
    return given


def _read_echo(query: Mapping[str, Any]) -> dict[str, str]:
    """Keep what a filter can be; a name or value that none can be was not ours."""
    echoed: dict[str, str] = {}
    for name, value in list(query.items())[:MOST_ECHOED]:
        if isinstance(value, bool) or not isinstance(value, str | int):
            continue
        text = str(value) if isinstance(value, str) or 0 <= value <= MOST_TOTAL else ""
        if name.isascii() and name.isalnum() and len(name) <= 40 and len(text) <= 200 and text.isprintable():
            echoed[name] = text
    return echoed


def _read_picture_of(given: Any) -> str | None:
    """Take the id of a picture from the end of an address; one that has none there shows no picture that we know."""
    if given is None:
        return None
    if not isinstance(given, str):
        raise Unfit("wrong_type")
    try:
        return read_picture_id(given[:2_000].partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2])
    except Unfit:
        return None
