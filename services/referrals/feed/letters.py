"""Dividing by the letters of names: a set of letters for each place from the first on, and a name has one of each.

A service that takes `^...` takes other patterns of the kind as far as we know, but nobody has said so: whether it takes
a set of letters shows in the first answer.
"""

from dataclasses import dataclass
from string import ascii_uppercase

Cells = tuple[str, ...]

OTHER = "other"
"""What stands for everything that is none of the plain letters."""
END = "end"
"""What stands for a name that has ended before the place."""
CELLS: Cells = (*ascii_uppercase, OTHER, END)


def letter_at(name: str | None, place: int) -> str | None:
    """Say which letter stands at a place of a name; None when there is no name."""
    if not name:
        return None
    if len(name) <= place:
        return END
    letter = name[place].upper()
    return letter if letter in ascii_uppercase else OTHER


@dataclass(frozen=True, slots=True)
class Letters:
    """What letters names have at the places from the first on; None where any will do."""

    places: tuple[Cells | None, ...] = ()

    def at(self, place: int) -> Cells | None:
        """Give the letters at a place."""
        return self.places[place] if place < len(self.places) else None

    def with_letters(self, place: int, cells: Cells) -> "Letters":
        """Allow only some letters at a place."""
        places = [self.at(each) for each in range(max(place + 1, len(self.places)))]
        places[place] = cells
        return Letters(tuple(places))

    @property
    def needed(self) -> int:
        """Say how many letters a name has at least."""
        return max((place + 1 for place, cells in enumerate(self.places) if cells is not None), default=1)

    @property
    def pattern(self) -> str:
        """Write it as the pattern that names are asked by."""
        if self.places and self.places[-1] == (END,):
            before = Letters(self.places[:-1])
            needed = before.needed
            return f"^{''.join(map(_written, before.places[:needed]))}{_may_follow(len(before.places) - needed)}$"
        return "^" + "".join(_written(cells) for cells in self.places)


def _may_follow(letters: int) -> str:
    return f"(.{_may_follow(letters - 1)})?" if letters else ""


def _written(cells: Cells | None) -> str:
    if cells is None or set(ascii_uppercase) < set(cells):
        return "."
    if OTHER in cells:
        return f"[^{''.join(letter for letter in ascii_uppercase if letter not in cells)}]"
    return cells[0] if len(cells) == 1 else f"[{''.join(sorted(cells))}]"
