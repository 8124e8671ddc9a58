"""The ways in which a slice can be divided: what its parts are, how many each may have, and who surely is in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from services.referrals.feed.ages import Ages, age_of, smoothed, surely_within
from services.referrals.feed.letters import CELLS, OTHER, Letters, common_start, starting
from services.referrals.feed.query import Item

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a slice: what it consists of, the filters that it adds, and how it could be divided further alike."""

    cells: Cells
    filters: Mapping[str, str]
    finer: "Dimension | None" = None


class Dimension(Protocol):
    """One way to divide. Its cells are what parts are made of: years, letters, countries."""

    @property
    def name(self) -> str:
        """Name the way, for the whole list: what the service does not honour once is not tried again."""
        ...

    @property
    def parameter(self) -> str:
        """Name what it filters by; two ways that filter by the same are not used together."""
        ...

    @property
    def packs(self) -> bool:
        """Say whether one part may have several cells."""
        ...

    @property
    def in_order(self) -> bool:
        """Say whether the cells of a part must follow each other."""
        ...

    def weigh(self, known: Sequence[Item]) -> dict[str, float]:
        """Estimate how the records spread over the cells, from those known."""
        ...

    def part(self, cells: Cells) -> Part:
        """Write the part that has these cells."""
        ...

    def within(self, item: Item, cells: Cells) -> bool | None:
        """Say whether somebody is in a part or not; None when only the service knows."""
        ...


@dataclass(frozen=True, slots=True)
class ByAge:
    """Divide by intervals of age; without a date of today, blindly."""

    today: date | None
    ages: Ages = Ages()
    name: str = "age"
    parameter: str = "age"
    packs: bool = True
    in_order: bool = True

    def weigh(self, known: Sequence[Item]) -> dict[str, float]:
        """Spread those known over the years round their ages."""
        found = [age_of(item, self.today) for item in known] if self.today else []
        shares = smoothed([age for age in found if age is not None], self.ages)
        return {str(age): share for age, share in shares.items()}

    def part(self, cells: Cells) -> Part:
        """Write an interval."""
        ages = Ages(int(cells[0]), int(cells[-1]))
        return Part(cells, ages.filters, replace(self, ages=ages) if len(cells) > 1 else None)

    def within(self, item: Item, cells: Cells) -> bool | None:
        """Go by the date of birth."""
        return surely_within(item, Ages(int(cells[0]), int(cells[-1])), self.today) if self.today else None


@dataclass(frozen=True, slots=True)
class ByLetters:
    """Divide by what names begin with: by sets of letters, or letter by letter where sets are not understood."""

    parameter: str
    packs: bool
    letters: Letters = Letters()
    in_order: bool = False

    @property
    def name(self) -> str:
        """Tell the two kinds of pattern apart."""
        return f"{self.parameter} by {'sets of letters' if self.packs else 'letter'}"

    def weigh(self, known: Sequence[Item]) -> dict[str, float]:
        """Count the letters that names go on with."""
        letters = self._cells()
        weights = dict.fromkeys(letters, 0.05)
        for item in known:
            letter = starting(getattr(item.names, self.parameter), self.letters.prefix)
            if letter in weights:
                weights[letter] += 1
        return weights

    def part(self, cells: Cells) -> Part:
        """Write the pattern; a single letter is divided further by the letter after it."""
        letters = replace(self.letters, cells=cells)
        if len(cells) > 1:
            return Part(cells, {self.parameter: letters.pattern}, replace(self, letters=letters))
        finer = None if cells[0] == OTHER else replace(self, letters=Letters(self.letters.prefix + cells[0]))
        return Part(cells, {self.parameter: letters.pattern}, finer)

    def within(self, item: Item, cells: Cells) -> bool | None:
        """Go by the name as the list gives it."""
        return starting(getattr(item.names, self.parameter), self.letters.prefix) in cells

    def _cells(self) -> Cells:
        return self.letters.cells if self.packs else tuple(cell for cell in self.letters.cells if cell != OTHER)

    def beyond(self, known: Sequence[Item]) -> "ByLetters":
        """Go on behind what all names begin with."""
        names = [getattr(item.names, self.parameter) for item in known]
        start = common_start([name for name in names if Letters(self.letters.prefix).has(name)])
        return replace(self, letters=Letters(start)) if len(start) > len(self.letters.prefix) else self


@dataclass(frozen=True, slots=True)
class ByValue:
    """Divide by the values of a filter, one at a time; the values may overlap."""

    name: str
    parameter: str
    values: Mapping[str, float]
    """The values and how common each is before anything is known; 0 for those tried last of all."""
    of: Callable[[Item], Iterable[str]]
    """The values that somebody has, as far as the list says."""
    sure: bool = True
    """Whether the list says it, or lets it be guessed only."""
    finer: "Callable[[str], Dimension] | None" = None
    packs: bool = False
    in_order: bool = False

    def weigh(self, known: Sequence[Item]) -> dict[str, float]:
        """Count the values of those known."""
        weights = dict(self.values)
        for item in known:
            for value in self.of(item):
                weights[value] = weights.get(value, 0.0) + 1
        return weights

    def part(self, cells: Cells) -> Part:
        """Write the filter."""
        return Part(cells, {self.parameter: cells[0]}, self.finer(cells[0]) if self.finer else None)

    def within(self, item: Item, cells: Cells) -> bool | None:
        """Go by what the list says of somebody."""
        return cells[0] in self.of(item) if self.sure else None
