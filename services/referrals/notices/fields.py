"""The fields of one object of a body, read one after the other; what is wrong with them is noted, all of it at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from services.referrals.notices.unreadable import Faults
from services.referrals.notices.values import Unfit

MOST_ENTRIES = 500

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Fields:
    """An object, where it stands in the body, and where faults go."""

    given: Mapping[str, Any]
    faults: Faults
    at: str = ""

    def one(self, name: str, read: Callable[[Any], Value | None]) -> Value | None:
        """Read one field; None if it is missing, a placeholder, or cannot be read."""
        return self._read(self.given.get(name), f"{self.at}/{name}", read)

    def needed(self, name: str, read: Callable[[Any], Value | None]) -> Value | None:
        """Read a field that is always there; None only if a fault was noted."""
        if self.given.get(name) is None:
            self.faults.add("missing", f"{self.at}/{name}")
            return None
        return self.one(name, read)

    def first(self, names: tuple[str, ...], read: Callable[[Any], Value | None]) -> Value | None:
        """Read fields that mean the same, and give the first that says something."""
        found = [value for value in (self.one(name, read) for name in names) if value is not None]
        return found[0] if found else None

    def many(self, name: str, read: Callable[[Any], Value | None], most: int = MOST_ENTRIES) -> tuple[Value, ...]:
        """Read a list of values: what says nothing is dropped, and so is what was said before."""
        found = (
            self._read(entry, f"{self.at}/{name}/{place}", read) for place, entry in enumerate(self._list(name, most))
        )
        return tuple(dict.fromkeys(value for value in found if value is not None))

    def within(self, name: str, entries: tuple[str, ...], read: Callable[[Any], Value | None]) -> tuple[Value, ...]:
        """Read values that stand together in the text of one field."""
        found = (self._read(entry, f"{self.at}/{name}", read) for entry in entries[:MOST_ENTRIES])
        return tuple(dict.fromkeys(value for value in found if value is not None))

    def any(self, name: str, most: int) -> list[Any]:
        """Give a list of whatever is in it."""
        return self._list(name, most)

    def parts(self, name: str, most: int = MOST_ENTRIES) -> "Iterator[Fields]":
        """Go through a list of objects."""
        for place, entry in enumerate(self._list(name, most)):
            pointer = f"{self.at}/{name}/{place}"
            if isinstance(entry, Mapping):
                yield Fields(entry, self.faults, pointer)
            elif entry is not None:
                self.faults.add("wrong_type", pointer)

    def part(self, name: str) -> "Fields":
        """Give the object that stands in a field; an empty one if it is missing."""
        entry, pointer = self.given.get(name), f"{self.at}/{name}"
        if entry is not None and not isinstance(entry, Mapping):
            self.faults.add("wrong_type", pointer)
        return Fields(entry if isinstance(entry, Mapping) else {}, self.faults, pointer)

    def has_list(self, name: str) -> bool:
        """Tell whether there is a list in a field, be it an empty one."""
        return isinstance(self.given.get(name), list)

    def _list(self, name: str, most: int) -> list[Any]:
        entries, pointer = self.given.get(name), f"{self.at}/{name}"
        if entries is None:
            return []
        if not isinstance(entries, list | tuple):
            self.faults.add("wrong_type", pointer)
            return []
        if len(entries) > most:
            self.faults.add("too_many", pointer)
            return []
        return list(entries)

    def _read(self, value: Any, pointer: str, read: Callable[[Any], Value | None]) -> Value | None:
        try:
            return read(value)
        except Unfit as unfit:
            self.faults.add(unfit.code, pointer)
            return None
