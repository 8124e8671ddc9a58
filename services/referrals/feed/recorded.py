"""What a folder of recorded answers holds: told by the shape of each file, and by the folders that it lies in.

A list is named by the folders above a file (`red`, `yellow`, `un/persons`, `un/entities`, `un-persons`, `un-entities`),
else by the address under `_links.self`, of which nothing but the path of the list is used. Links out of the folder are
not followed, and nothing larger than a page is read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.notices import Colour
from services.referrals.feed.addresses import COLOURS
from services.referrals.feed.query import ListName
from services.referrals.notices.listed import Listed, Page, read_page
from services.referrals.notices.notice import NameRole
from services.referrals.notices.opening import open_object
from services.referrals.notices.reading import read_notice
from services.referrals.notices.unreadable import Reason, UnreadableNotice
from services.referrals.notices.values import Unfit, read_entity_id

MOST_FILES = 200_000

_FOLDERS = {
    "red": ListName.RED,
    "yellow": ListName.YELLOW,
    "un-persons": ListName.UN_PERSONS,
    "un-entities": ListName.UN_ENTITIES,
    "persons": ListName.UN_PERSONS,
    "entities": ListName.UN_ENTITIES,
}
_PATH = re.compile(r"/notices/v1/(red|yellow|un/persons|un/entities)(?:[/?]|$)")
_WHOSE = re.compile(r"([0-9]{4})-([0-9]{1,10})(?:/images/?|[._-]images)?$")
_PAGING = frozenset(("page", "resultPerPage"))


@dataclass(slots=True)
class Recorded:
    """What a folder holds of one list."""

    total: int = 0
    """What the page without a filter says that there are; 0 when there is no such page."""
    entries: dict[str, Listed] = field(default_factory=dict)
    other_ids: set[str] = field(default_factory=set)
    """Ids of what can be read no further."""
    notices: dict[str, Path] = field(default_factory=dict)
    images: dict[str, Path] = field(default_factory=dict)
    refused: list[Reason] = field(default_factory=list)
    lost: int = 0
    """Files of which we cannot even say whose they are."""

    def as_page(self) -> Page:
        """Show all of it as one page; what was lost counts, so that nobody takes this for everything."""
        items = tuple(entry for _, entry in sorted(self.entries.items()))
        others = tuple(sorted(self.other_ids - self.entries.keys()))
        total = max(self.total, len(items) + len(others)) + self.lost
        return Page(total, 1, max(len(items), 1), {"page": "1"}, items, tuple(self.refused[:50]), others)


def look_through(folder: Path, most_page_bytes: int) -> dict[ListName, Recorded]:
    """Sort everything in a folder by list and kind."""
    found: dict[ListName, Recorded] = {}
    for path in files(folder):
        place = path.relative_to(folder)
        try:
            given = open_object(read_at_most(path, most_page_bytes), most_page_bytes)
        except UnreadableNotice as exc:
            if (list_name := _list_of(place, {})) is not None:
                _lose(found.setdefault(list_name, Recorded()), exc.reasons)
            continue
        if (list_name := _list_of(place, given)) is not None:
            _sort_in(found.setdefault(list_name, Recorded()), COLOURS[list_name], path, given, most_page_bytes)
    return found


def files(folder: Path) -> Iterator[Path]:
    """List the files to look at, in order, none of them outside the folder."""
    root = folder.resolve()
    for number, path in enumerate(sorted(folder.rglob("*.json"))):
        if number >= MOST_FILES:
            return
        if path.is_file() and path.resolve().is_relative_to(root):
            yield path


def read_at_most(path: Path, most: int) -> bytes:
    """Read a file, and one byte more than is allowed of one that is too large: that shows it."""
    with path.open("rb") as file:
        return file.read(most + 1)


def _list_of(place: Path, given: Mapping[str, Any]) -> ListName | None:
    for name in reversed(place.parts[:-1]):
        if (list_name := _FOLDERS.get(name.lower())) is not None:
            return list_name
    found = _PATH.search(_href(given, "self"))
    return _FOLDERS[found[1].replace("/", "-")] if found else None


def _href(given: Mapping[str, Any], link: str) -> str:
    """Give an address out of the links of an answer, if it is one."""
    found: Any = given
    for name in ("_links", link, "href"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found[:2_000] if isinstance(found, str) else ""


def _sort_in(recorded: Recorded, colour: Colour, path: Path, given: Mapping[str, Any], most_bytes: int) -> None:
    """Take a file for what its shape says; one of another shape is none of ours."""
    embedded = given.get("_embedded")
    embedded = embedded if isinstance(embedded, Mapping) else {}
    try:
        if "entity_id" in given:
            _take_notice(recorded, colour, path, given)
        elif "notices" in embedded or "total" in given:
            _take_page(
                recorded, read_page(read_at_most(path, most_bytes), most_bytes=most_bytes, most_items=MOST_FILES)
            )
        elif "images" in embedded and (entity_id := _whose(path, given)) is not None:
            recorded.images[entity_id] = path
    except UnreadableNotice as exc:
        _lose(recorded, exc.reasons)


def _lose(recorded: Recorded, reasons: Iterable[Reason]) -> None:
    recorded.lost += 1
    recorded.refused += reasons


def _take_page(recorded: Recorded, page: Page) -> None:
    if not any(text for name, text in page.echoed.items() if name not in _PAGING):
        recorded.total = max(recorded.total, page.total)
    recorded.entries.update((item.entity_id, item) for item in page.items)
    recorded.other_ids.update(page.refused_ids)
    recorded.refused += page.refused


def _take_notice(recorded: Recorded, colour: Colour, path: Path, given: Mapping[str, Any]) -> None:
    """Take a notice for an entry of the list as well, unless a page shows it already."""
    try:
        entity_id = read_entity_id(given["entity_id"])
    except Unfit as exc:
        raise UnreadableNotice([Reason("wrong_form", "/entity_id")]) from exc
    if entity_id is None:
        raise UnreadableNotice([Reason("missing", "/entity_id")])
    recorded.notices[entity_id] = path
    recorded.other_ids.add(entity_id)
    try:
        notice = read_notice(colour, given)
    except UnreadableNotice:
        return  # it is met again, and set aside, when the notice itself is read
    main = next((name for name in notice.names if name.role is NameRole.MAIN), None)
    listed = Listed(
        entity_id,
        main.name if main else None,
        main.forename if main else None,
        notice.birth,
        notice.nationalities,
        "recorded" if _href(given, "thumbnail") else None,
    )
    recorded.entries.setdefault(entity_id, listed)


def _whose(path: Path, given: Mapping[str, Any]) -> str | None:
    """Tell whose pictures a list names: by its addresses, else by the name of the file or of its folder."""
    addresses = (_href(given, "self"), _href(given, "notice"), path.stem, path.parent.name)
    found = next((match for text in addresses if (match := _WHOSE.search(text))), None)
    return f"{found[1]}/{found[2]}" if found else None
