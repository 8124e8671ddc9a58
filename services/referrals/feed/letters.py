"""Dividing by what names begin with: sets of first letters, and where one letter has too many, of the letter after it.

A service that takes `^...` takes other patterns of the kind as far as we know, but nobody has said so: whether it takes
a set of letters shows in the first answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

OTHER = "other"
"""What stands for everything that is none of the plain letters."""
END = "end"
"""What stands for a name that ends where the letter would be."""
CELLS = (*ascii_uppercase, OTHER)


def starting(name: str | None, prefix: str) -> str | None:
    """Say which letter follows the prefix in a name; None when the name does not begin with it."""
    if not name or not name.upper().startswith(prefix):
        return None
    if len(name) == len(prefix):
        return END
    letter = name[len(prefix)].upper()
    return letter if letter in ascii_uppercase else OTHER


@dataclass(frozen=True, slots=True)
class Letters:
    """Names that go on after a prefix with one of some letters."""

    prefix: str = ""
    cells: tuple[str, ...] = CELLS

    @property
    def pattern(self) -> str:
        """Write it as the pattern that names are asked by."""
        start = "^" + re.escape(self.prefix)
        if self.cells == (END,):
            return start + "$"
        if OTHER in self.cells:
            return start + f"[^{''.join(letter for letter in ascii_uppercase if letter not in self.cells)}]"
        if len(self.cells) == 1:
            return start + self.cells[0]
        return start + f"[{''.join(self.cells)}]"

    def has(self, name: str | None) -> bool:
        """Say whether a name is among them."""
        return starting(name, self.prefix) in self.cells


def common_start(names: Sequence[str]) -> str:
    """Give what all these names begin with, as far as it is plain letters."""
    if not names:
        return ""
    first, last = min(names).upper(), max(names).upper()
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length] and first[length] in ascii_uppercase:
        length += 1
    return first[:length]
