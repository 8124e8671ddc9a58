"""What a list of notices is asked, and what it answers; the same whether a server or a folder answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ListName(StrEnum):
    """The lists that the public service has."""

    RED = "red"
    YELLOW = "yellow"
    UN_PERSONS = "un-persons"
    UN_ENTITIES = "un-entities"


class ItemNames(Protocol):
    """The names of somebody in a list."""

    @property
    def name(self) -> str | None:
        """Give the family name, or the only name."""
        ...

    @property
    def forename(self) -> str | None:
        """Give what stands before the family name."""
        ...


class Item(Protocol):
    """What planning needs to know of somebody in a list."""

    @property
    def entity_id(self) -> str:
        """Give INTERPOL's own number."""
        ...

    @property
    def names(self) -> ItemNames:
        """Give the names."""
        ...

    @property
    def birth(self) -> str | None:
        """Give the date of birth as far as it is known: `1985`, `1985-03`, `1985-03-09`."""
        ...

    @property
    def nationalities(self) -> Sequence[str]:
        """Give the codes of the nationalities."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """A question to a list: its filters, sorted by name. Always the first page, of as many records as are given."""

    filters: tuple[tuple[str, str], ...] = ()

    def narrowed(self, more: Mapping[str, str]) -> "Query":
        """Add filters, or put finer ones in the place of those of the same name."""
        return Query(tuple(sorted({**dict(self.filters), **more}.items())))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a list answered: how many match, those that it gave, and the filters that it says it understood."""

    total: int
    items: tuple[Item, ...]
    echoed: Mapping[str, str]


class Unanswered(Exception):
    """A question that the list would not answer; throw it into the crawl, which goes round it where it can."""
