"""The notices that there are, and what can happen to them while somebody reads."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from tests.support.interpol.lot import TODAY
from tests.support.interpol.people import file_numbers, pictures, red_notices, yellow_notices
from tests.support.interpol.sanctions import un_entities, un_persons

LISTS = ("red", "yellow", "un-persons", "un-entities")
_DRAWN_BY = (red_notices, yellow_notices, un_persons, un_entities)


@dataclass(slots=True)
class Standing:
    """A notice as it stands now: its detail without links, the ids of its pictures, and links that are unusual."""

    detail: dict[str, Any]
    pictures: list[str] = field(default_factory=list)
    links: dict[str, Any] = field(default_factory=dict)

    @property
    def entity_id(self) -> str:
        """Its number."""
        return str(self.detail["entity_id"])


class World:
    """Every list by its name, each notice by its number; the newest come first."""

    def __init__(self, today: date = TODAY) -> None:
        self.today = today
        self.lists: dict[str, dict[str, Standing]] = {name: {} for name in LISTS}
        self.version = 0
        """How often it has changed: what is computed from it can be kept until then."""

    @classmethod
    def invented(
        cls, seed: int = 1, *, red: int = 7000, yellow: int = 0, persons: int = 0, entities: int = 0
    ) -> "World":
        """Draw a world by lot; the same seed gives the same one."""
        lot, world = Random(seed), cls()
        numbers, amounts = file_numbers(lot), (red, yellow, persons, entities)
        for name, draw, amount in zip(LISTS, _DRAWN_BY, amounts, strict=True):
            world.fill(name, (Standing(detail, pictures(lot)) for detail in draw(lot, numbers, amount)))
        return world

    def fill(self, list_name: str, notices: Iterable[Standing]) -> None:
        """Put in notices, the newest first."""
        together = [*self.lists[list_name].values(), *notices]
        together.sort(key=lambda notice: tuple(map(_number, notice.entity_id.split("/"))), reverse=True)
        self._put(list_name, {notice.entity_id: notice for notice in together})

    def add(self, list_name: str, detail: dict[str, Any], pictures: Iterable[str] = ()) -> None:
        """Publish a notice; one that was there before is listed again."""
        self.fill(list_name, [Standing(copy.deepcopy(detail), list(pictures))])

    def remove(self, list_name: str, entity_id: str) -> Standing:
        """Take a notice from the list, and give it, so that it can be put back by `add`."""
        kept = dict(self.lists[list_name])
        taken = kept.pop(entity_id)
        self._put(list_name, kept)
        return taken

    def change(self, list_name: str, entity_id: str, **fields: Any) -> None:
        """Give fields of a notice other values."""
        self._replace(list_name, entity_id, {**self.lists[list_name][entity_id].detail, **fields})

    def leave_out(self, list_name: str, entity_id: str, *names: str) -> None:
        """Have fields missing that were null or something."""
        kept = {name: value for name, value in self.lists[list_name][entity_id].detail.items() if name not in names}
        self._replace(list_name, entity_id, kept)

    def reorder(self, list_name: str, entity_id: str) -> None:
        """Turn round every array of a notice and its pictures: nothing of it has changed."""
        standing = self.lists[list_name][entity_id]
        turned = {
            name: value[::-1] if isinstance(value, list) else value for name, value in reversed(standing.detail.items())
        }
        self._replace(list_name, entity_id, turned)
        self.change_pictures(list_name, entity_id, self.lists[list_name][entity_id].pictures[::-1])

    def change_pictures(self, list_name: str, entity_id: str, pictures: Iterable[str]) -> None:
        """Give a notice other pictures, or none."""
        standing = self.lists[list_name][entity_id]
        self._put(list_name, {**self.lists[list_name], entity_id: Standing(standing.detail, list(pictures))})

    def replace(self, list_name: str, notices: Iterable[Standing]) -> None:
        """Have a list hold these and nothing else, in this order."""
        self._put(list_name, {notice.entity_id: notice for notice in notices})

    def _replace(self, list_name: str, entity_id: str, detail: dict[str, Any]) -> None:
        pictures = self.lists[list_name][entity_id].pictures
        self._put(list_name, {**self.lists[list_name], entity_id: Standing(detail, pictures)})

    def _put(self, list_name: str, notices: dict[str, Standing]) -> None:
        # A new dictionary each time: an answer that is being written still sees the world as it was.
        self.lists[list_name] = notices
        self.version += 1


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
