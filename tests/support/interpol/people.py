"""The people of red and yellow notices: skewed as the real service is, with every oddity that was seen in it."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pycountry

from tests.support.interpol.charges import warrants
from tests.support.interpol.lot import (
    born,
    chance,
    family_name,
    forename,
    place,
    some,
    syllables,
    words,
    written_birth,
)

LARGEST = "RU"
"""The nationality that three of seven red notices have."""
_NEXT = words("SV IN AR PK TJ BY UZ KZ UA AZ GE MD PE BR CN TR RO AL CO")
_TAIL = (*sorted({country.alpha_2 for country in pycountry.countries} - {LARGEST, *_NEXT}), "XK")
COUNTRIES = (LARGEST, *_NEXT, *_TAIL)

EYES = ("BLA", "BRO", "BROH", "OTHD", "ZZQ")  # the last is a code that nobody knows
HAIRS = words("BLA BRO BROF GRY GRYG HAIB HAID OTHD RED REDA WHI YELB")
LANGUAGES = words("ENG SPA FRE GER RUS ARA HIN SWA LIN")
FIRST_YEAR, LAST_YEAR = 2080, 2099
"""Years of file numbers that have not come yet, so that none is a real one."""


def file_numbers(lot: Random) -> Iterator[str]:
    """Draw numbers of files without end, each once, of one to six digits."""
    taken: set[str] = set()
    while True:
        number = f"{lot.randint(FIRST_YEAR, LAST_YEAR)}/{lot.randrange(10 ** lot.choice((1, 2, 3, 4, 5, 5, 5, 6)))}"
        if number not in taken:
            taken.add(number)
            yield number


def red_notices(lot: Random, numbers: Iterator[str], amount: int) -> Iterator[dict[str, Any]]:
    """Invent wanted people; three of seven have the largest nationality."""
    homes = [LARGEST] * (amount * 3 // 7)
    while len(homes) < amount:
        homes.append(_small_country(lot))
    lot.shuffle(homes)
    for home in homes:
        age = min(max(round(lot.gauss(39, 11)), 18), 85)
        yield {
            **_named(lot, next(numbers), None if chance(lot, 4) else age),
            "nationalities": _nationalities(lot, home),
            "sex_id": "M" if chance(lot, 88) else "U" if chance(lot, 2) else "F",
            **_body(lot, home),
            "arrest_warrants": warrants(lot, home, COUNTRIES[:40]),
        }


def yellow_notices(lot: Random, numbers: Iterator[str], amount: int) -> Iterator[dict[str, Any]]:
    """Invent missing people: most of them are children, whose parents are named."""
    for _ in range(amount):
        home = LARGEST if chance(lot, 12) else _small_country(lot)
        age = lot.randint(0, 17) if chance(lot, 65) else min(max(round(lot.gauss(40, 15)), 18), 90)
        person = _named(lot, next(numbers), None if chance(lot, 3) else age)
        yield {
            **person,
            "nationalities": _nationalities(lot, home),
            "sex_id": lot.choice("MMFFU"),
            **_body(lot, home),
            "birth_name": family_name(lot) if chance(lot, 10) else None,
            "date_of_event": f"{born(lot, lot.randint(0, 12)):%Y/%m/%d}",
            "place": place(lot),
            "country": lot.choice(("US", home, home, home)) if chance(lot, 10) else home,
            "father_name": person["name"] if chance(lot, 60) else None,
            "father_forename": forename(lot) if chance(lot, 60) else None,
            "mother_name": family_name(lot) if chance(lot, 70) else "-",
            "mother_forename": forename(lot) if chance(lot, 70) else None,
            **({"issuing_country": home} if chance(lot, 20) else {}),
            **({"countries_likely_to_be_visited": some(lot, COUNTRIES[:30], 3)} if chance(lot, 10) else {}),
        }


def pictures(lot: Random) -> list[str]:
    """Draw the ids of somebody's pictures; one of seven has none."""
    return [] if chance(lot, 15) else [str(lot.randint(50_000_000, 69_999_999)) for _ in range(lot.randint(1, 3))]


def _small_country(lot: Random) -> str:
    # Few countries have many notices, most have few: a long tail in which each has at least some chance.
    if chance(lot, 55):
        return _NEXT[min(int(lot.expovariate(0.22)), len(_NEXT) - 1)]
    return "US" if chance(lot, 1.5) else lot.choice(_TAIL)


def _named(lot: Random, number: str, age: int | None) -> dict[str, Any]:
    unknown = lot.choice((None, None, "", "0000/00/00", "-"))
    return {
        "entity_id": number,
        "name": lot.choice(("-", None)) if chance(lot, 0.3) else family_name(lot),
        "forename": lot.choice(("-", None)) if chance(lot, 4) else forename(lot),
        "date_of_birth": unknown if age is None else written_birth(lot, born(lot, age)),
    }


def _nationalities(lot: Random, home: str) -> list[str] | None:
    if home != LARGEST and chance(lot, 4):
        return None
    if home != LARGEST and chance(lot, 1.5):
        return [lot.choice(("914", "922"))]
    if chance(lot, 6):
        both = [home, lot.choice(_TAIL)]
        lot.shuffle(both)
        return both
    return [home]


def _body(lot: Random, home: str) -> dict[str, Any]:
    return {
        "country_of_birth_id": None if chance(lot, 5) else home,
        "place_of_birth": None if chance(lot, 10) else place(lot),
        "height": lot.choice((0, 0, None)) if chance(lot, 40) else round(lot.uniform(1.5, 1.98), lot.choice((2, 3))),
        "weight": lot.choice((0, 0, None)) if chance(lot, 50) else lot.choice((70, 82, 64.5, 113.5)),
        "eyes_colors_id": None if chance(lot, 40) else some(lot, EYES, 2),
        "hairs_id": None if chance(lot, 40) else some(lot, HAIRS, 2),
        "languages_spoken_ids": None if chance(lot, 15) else some(lot, LANGUAGES, 3),
        "distinguishing_marks": f"Scar like a {syllables(lot, 2, 2).lower()}" if chance(lot, 15) else None,
    }
