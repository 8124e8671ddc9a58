"""A list of invented people in memory that answers as the public service was seen to: never more than a page."""

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from random import Random
from typing import TypeVar

from services.referrals.feed.query import Answer, Query

TODAY = date(2026, 11, 25)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Names:
    name: str | None = None
    forename: str | None = None


Test = Callable[["Person"], bool]


@dataclass(frozen=True)
class Person:
    """Somebody in a list, with what the list knows but does not show."""

    entity_id: str
    names: Names = Names("TESTSON", "T")
    birth: str | None = None
    nationalities: tuple[str, ...] = ()
    sex: str = "M"
    warrant_countries: tuple[str, ...] = ()
    reference: str = ""
    resolution: int = 1267

    @cached_property
    def age(self) -> int | None:
        if self.birth is None:
            return None
        year, month, day = (*map(int, self.birth.split("-")), 1, 1)[:3]
        return TODAY.year - year - ((month, day) > (TODAY.month, TODAY.day))


def named(parameter: str, value: str) -> Test:
    """Match a part of a name, or a pattern of the anchored kind."""
    pattern = re.compile(value if value.startswith("^") or value.endswith("$") else re.escape(value), re.IGNORECASE)
    return lambda person: pattern.search(getattr(person.names, parameter) or "") is not None


def aged(fits: Callable[[int], bool]) -> Test:
    return lambda person: person.age is not None and fits(person.age)


FILTERS: dict[str, Callable[[str], Test]] = {
    "name": lambda value: named("name", value),
    "forename": lambda value: named("forename", value),
    "nationality": lambda value: lambda person: value in person.nationalities,
    "sexId": lambda value: lambda person: value == person.sex,
    "arrestWarrantCountryId": lambda value: lambda person: value in person.warrant_countries,
    "ageMin": lambda value: aged(lambda age: age >= int(value)),
    "ageMax": lambda value: aged(lambda age: age <= int(value)),
    "unReference": lambda value: lambda person: value in person.reference,
    "unResolution": lambda value: lambda person: person.resolution == int(value),
}


@dataclass
class ListedPeople:
    """The list: `ignored` filters let everybody through; `echoes` says whether it admits that."""

    people: list[Person]
    cap: int = 160
    ignored: frozenset[str] = frozenset()
    echoes: bool = True
    filters: dict[str, Callable[[str], Test]] = field(default_factory=lambda: dict(FILTERS))
    asked: list[Query] = field(default_factory=list)

    def answer(self, query: Query) -> Answer:
        """Give the first page of those who match."""
        self.asked.append(query)
        honoured = [(name, value) for name, value in query.filters if name not in self.ignored]
        found = self.people
        for name, value in honoured:
            fits = self.filters[name](value)
            found = [person for person in found if fits(person)]
        echoed = dict(honoured) if self.echoes else {}
        return Answer(len(found), tuple(found[: self.cap]), {**echoed, "page": "1", "resultPerPage": "160"})


def driven(crawl: Generator[Query, Answer, Result], answer: Callable[[Query], Answer]) -> Result:
    """Give a crawl its answers until it is done."""
    try:
        query = next(crawl)
        while True:
            query = crawl.send(answer(query))
    except StopIteration as done:
        result: Result = done.value
        return result


_STARTS = (*"BDFGHJKLMNPRSTVZ", "BR", "CH", "DR", "GR", "KL", "SH", "TR", "VL", "ZH", "", "")
_MIDDLES = (*"AEIOU", "AI", "EI", "OU", "IA")
_ENDS = (*"NRLKMSTVD", "", "", "")
_TAILS = ("OVSK", "ENKU", "ARIDZ", "IMOR", "ULT", "ESHT", "", "", "")
_TAIL = tuple(f"{a}{b}" for a in "ABCDEFGHIJKLMNOPQST" for b in "ABCDEFGHIJ")


def syllables(lot: Random, least: int, most: int) -> str:
    return "".join(
        lot.choice(_STARTS) + lot.choice(_MIDDLES) + lot.choice(_ENDS) for _ in range(lot.randint(least, most))
    )


def skewed(amount: int = 7000, seed: int = 1, *, nameless: float = 0.0, birthless: float = 0.04) -> list[Person]:
    """Invent a list skewed as the real one: three of seven have one nationality, most are men of middle age."""
    lot = Random(seed)
    return [_person(lot, number, amount, nameless, birthless) for number in range(amount)]


def _person(lot: Random, number: int, amount: int, nameless: float, birthless: float) -> Person:
    home = "RU" if number % 7 < 3 else lot.choice(_TAIL[: 1 + int(lot.expovariate(0.03)) % len(_TAIL)])
    age = min(max(round(lot.gauss(42, 13)), 18), 85)
    born = date.fromordinal(TODAY.toordinal() - age * 365 - age // 4 - lot.randrange(1, 364)).isoformat()
    birth = None if lot.random() < birthless else born[: lot.choice((4, 7, *[10] * 20))]
    both = (home, lot.choice(_TAIL)) if lot.random() < 0.06 else (home,)
    name = lot.choice(("-", None)) if lot.random() < nameless else syllables(lot, 1, 3) + lot.choice(_TAILS)
    forename = lot.choice(("-", None)) if lot.random() < 0.04 else syllables(lot, 1, 2)
    sex = lot.choices("MFU", (88, 11, 1))[0]
    warrant = home if lot.random() < 0.8 else lot.choice(_TAIL)
    return Person(f"20{lot.randint(80, 99)}/{number}", Names(name, forename), birth, both, sex, (warrant,))


def shuffled(people: Sequence[Person], seed: int) -> list[Person]:
    """Put people in another order."""
    return Random(seed).sample(list(people), len(people))
