"""What a list shows of somebody that it can be asked by: parts and beginnings of names, ages, nationalities."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.referrals.feed.ages import OLDEST, Ages, age_of
from services.referrals.feed.query import Item, ListName

_WIDTHS = (1, 2, 3, 4, 6, 10)
_YOUNG = (9, 14, 17, 20, 23, 26, 29)
_OLD = (48, 52, 56, 60, 65, 70, 90)
_LONGEST_PART = 3
_PLAIN = frozenset(" '-")


class Kind(StrEnum):
    """How a trait is asked for; what a service does not honour once is not asked for again."""

    PART = "part"
    START = "start"
    LENGTH = "length"
    AGE = "age"
    NATIONALITY = "nationality"
    WARRANT = "warrant"
    SEX = "sex"
    RESOLUTION = "resolution"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, order=True)
class Trait:
    """Something that people have, and that a list can be asked by."""

    parameter: str
    value: str
    kind: Kind

    @property
    def filters(self) -> dict[str, str]:
        """Write it as filters."""
        match self.kind:
            case Kind.AGE:
                youngest, oldest = self.value.split("-")
                return Ages(int(youngest), int(oldest)).filters
            case Kind.START:
                return {self.parameter: f"^{self.value}"}
            case Kind.LENGTH:
                return {self.parameter: f"^{'.' * int(self.value)}$"}
            case _:
                return {self.parameter: self.value}


SHOWN = frozenset({Kind.PART, Kind.START, Kind.LENGTH, Kind.AGE, Kind.NATIONALITY})
"""What a list shows of somebody; the rest only an answer tells."""
PATTERNS = frozenset({Kind.START, Kind.LENGTH})


def kinds_of(list_name: ListName) -> frozenset[Kind]:
    """Give the kinds of traits that a list may honour."""
    if list_name in (ListName.UN_PERSONS, ListName.UN_ENTITIES):
        return frozenset(Kind) - {Kind.WARRANT, *PATTERNS}
    return frozenset(Kind) - {Kind.RESOLUTION, Kind.REFERENCE, *(() if list_name is ListName.RED else (Kind.WARRANT,))}


def traits_of(item: Item, today: date | None) -> Iterator[Trait]:
    """Give what a list shows of somebody."""
    for country in item.nationalities:
        yield Trait("nationality", country, Kind.NATIONALITY)
    age = age_of(item, today) if today else None
    if age is not None:
        for youngest, oldest in _intervals(age):
            yield Trait("age", f"{youngest}-{oldest}", Kind.AGE)
    for parameter in ("name", "forename"):
        if name := getattr(item.names, parameter):
            yield from _traits_of_name(parameter, name)


def _intervals(age: int) -> Iterator[tuple[int, int]]:
    for width in _WIDTHS:
        for youngest in range(max(age - width + 1, 0), age + 1):
            yield youngest, youngest + width - 1
    yield from ((0, oldest) for oldest in _YOUNG if age <= oldest)
    yield from ((youngest, OLDEST) for youngest in _OLD if age >= youngest)


def _traits_of_name(parameter: str, name: str) -> Iterator[Trait]:
    yield Trait(parameter, str(len(name)), Kind.LENGTH)
    written = name.upper()
    parts = {written[at : at + n] for n in range(1, _LONGEST_PART + 1) for at in range(len(written) - n + 1)}
    yield from (Trait(parameter, part, Kind.PART) for part in sorted(parts) if _can_be_asked(part))
    starts = (written[:length] for length in range(1, min(_LONGEST_PART, len(written)) + 1))
    yield from (Trait(parameter, start, Kind.START) for start in starts if _can_be_asked(start))


def _can_be_asked(part: str) -> bool:
    """Leave out what means something else in a pattern, and blanks at the ends, which a service may cut off."""
    return part == part.strip() and all(letter.isalpha() or letter in _PLAIN for letter in part)
