"""The ways in which a slice can be divided: what its parts are, how many each may have, and who surely is in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from services.referrals.feed.ages import Ages, age_of, smoothed, surely_within
from services.referrals.feed.letters import CELLS, END, Cells, Letters, letter_at
from services.referrals.feed.query import Item

_PLACES = 6
"""At how many places of a name its letters are looked at."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a slice: what it consists of, the filters that it adds, and how it could be divided further alike."""

    cells: Cells
    filters: Mapping[str, str]
    finer: "tuple[Dimension, ...]" = ()


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

    @property
    def sure(self) -> bool:
        """Say whether what a list shows of somebody tells in which part they are."""
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
    ages: Ages = field(default_factory=Ages)
    name: str = "age"
    parameter: str = "age"
    packs: bool = True
    in_order: bool = True
    sure: bool = False

    def weigh(self, known: Sequence[Item]) -> dict[str, float]:
        """Spread those known over the years round their ages."""
        found = [age_of(item, self.today) for item in known] if self.today else []
        shares = smoothed([age for age in found if age is not None], self.ages)
        return {str(age): share for age, share in shares.items()}

    def part(self, cells: Cells) -> Part:
        """Write an interval."""
        ages = Ages(int(cells[0]), int(cells[-1]))
        return Part(cells, ages.filters, (replace(self, ages=ages),) if len(cells) > 1 else ())

    def within(self, item: Item, cells: Cells) -> bool | None:
        """Go by the date of birth."""
        return surely_within(item, Ages(int(cells[0]), int(cells[-1])), self.today) if self.today else None


@dataclass(frozen=True, slots=True)
class ByLetters:
    """Divide by sets of letters at a place of a name; what is over the cap then, by those at the other places too."""

    parameter: str
    place: int = 0
    letters: Letters = field(default_factory=Letters)
    packs: bool = True
    in_order: bool = False
    sure: bool = True

    @property
    def name(self) -> str:
        """Tell it from patterns of other kinds."""
        return f"{self.parameter} by sets of letters"

    def weigh(self, known: Sequence[Item]) -> dict[str, float]:
        """Count the letters at the place."""
        allowed = self.letters.at(self.place) or CELLS
        weights = dict.fromkeys((cell for cell in allowed if cell != END or self.place >= self.letters.needed), 0.0)
        for item in known:
            letter = letter_at(getattr(item.names, self.parameter), self.place)
            if letter in weights:
                weights[letter] += 1
        return weights

    def part(self, cells: Cells) -> Part:
        """Write the pattern."""
        letters = self.letters.with_letters(self.place, cells)
        finer = [
            replace(self, place=place, letters=letters)
            for place in range(_PLACES)
            if END not in cells and len(letters.at(place) or CELLS) > 1
        ]
        return Part(cells, {self.parameter: letters.pattern}, tuple(finer))

    def within(self, item: Item, cells: Cells) -> bool | None:
        """Go by the name as the list gives it; what it gives as no name may be one to the service."""
        name = getattr(item.names, self.parameter)
        return None if name is None else letter_at(name, self.place) in cells


@dataclass(frozen=True, slots=True)
class ByStart:
    """Divide by the letters that names begin with, one at a time: for services that understand no sets of letters."""

    parameter: str
    start: str = ""
    packs: bool = False
    in_order: bool = False
    sure: bool = True

    @property
    def name(self) -> str:
        """Tell it from patterns of other kinds."""
        return f"{self.parameter} by start"

    def weigh(self, known: Sequence[Item]) -> dict[str, float]:
        """Count the letters that names go on with."""
        weights = dict.fromkeys(CELLS[:-2], 0.0)
        for item in known:
            letter = letter_at(getattr(item.names, self.parameter), len(self.start))
            if letter in weights:
                weights[letter] += 1
        return weights

    def part(self, cells: Cells) -> Part:
        """Write the pattern; it is divided further by the letter after it."""
        start = self.start + cells[0]
        return Part(cells, {self.parameter: f"^{start}"}, (replace(self, start=start),))

    def within(self, item: Item, cells: Cells) -> bool | None:
        """Go by the name as the list gives it."""
        name = getattr(item.names, self.parameter)
        return None if name is None else name.upper().startswith(self.start + cells[0])


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
    further: "Callable[[str], Dimension] | None" = None
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
        return Part(cells, {self.parameter: cells[0]}, (self.further(cells[0]),) if self.further else ())

    def within(self, item: Item, cells: Cells) -> bool | None:
        """Go by what the list says of somebody."""
        return cells[0] in self.of(item) if self.sure else None
