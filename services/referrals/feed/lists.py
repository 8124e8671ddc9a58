"""By what each list can be divided, in the order in which ways that look alike are tried."""

from datetime import date
from string import ascii_uppercase, digits

import pycountry

from services.referrals.feed.dimensions import ByAge, ByLetters, ByStart, ByValue, Dimension
from services.referrals.feed.query import Item, ListName

COUNTRIES = dict.fromkeys((*(country.alpha_2 for country in pycountry.countries), "XK", "914", "922"), 0.0)
SEXES = {"M": 80.0, "F": 15.0, "U": 1.0}
_LONGEST_NAME = 40
_RESOLUTIONS = (1267, 1988, 1970, 1718, 2231, 1591, 1533, 1518, 1521, 1572, 1636, 1844, 2048, 2127, 2140, 2206, 2374)
_RARE_RESOLUTIONS = (751, 1737, 1907, 1989, 2253, 2255, 2653, 2745)
RESOLUTIONS = tuple(map(str, (*_RESOLUTIONS, *_RARE_RESOLUTIONS)))


def dimensions_of(list_name: ListName, today: date | None) -> tuple[Dimension, ...]:
    """Give the ways in which a list can be divided."""
    if list_name in (ListName.UN_PERSONS, ListName.UN_ENTITIES):
        # Only the name has been seen to work there; the others cost one question each to find that they do not.
        return (_resolution(), _reference(), _contained("name"), _nationality(), _sex(), ByAge(today))
    warrants = (_warrant_country(),) if list_name is ListName.RED else ()
    return (
        *(ByLetters("name", place) for place in range(3)),
        ByAge(today),
        _nationality(),
        _sex(),
        *warrants,
        *(ByLetters("forename", place) for place in range(3)),
        ByStart("name"),
        _length("name"),
        _length("forename"),
        ByStart("forename"),
        _contained("forename"),
        _contained("name"),
    )


def _sex() -> Dimension:
    return ByValue("sex", "sexId", SEXES, lambda item: (), sure=False)


def _nationality() -> Dimension:
    return ByValue("nationality", "nationality", COUNTRIES, lambda item: item.nationalities)


def _warrant_country() -> Dimension:
    # The list does not say who seeks somebody; most are sought by their own country.
    return ByValue("warrant country", "arrestWarrantCountryId", COUNTRIES, lambda item: item.nationalities, sure=False)


def _length(parameter: str) -> Dimension:
    def of(item: Item) -> tuple[str, ...]:
        name = getattr(item.names, parameter)
        return (_of_length(len(name)),) if name else ()

    return ByValue(f"{parameter} by length", parameter, {_of_length(n): 0.0 for n in range(1, _LONGEST_NAME + 1)}, of)


def _of_length(length: int) -> str:
    return f"^{'.' * length}$"


def _contained(parameter: str, part: str = "") -> Dimension:
    """Divide by what is in a name: a letter, then two."""
    letters = ascii_uppercase + " -'" if part else ascii_uppercase

    def of(item: Item) -> list[str]:
        name = (getattr(item.names, parameter) or "").upper()
        return [value for value in values if value in name]

    values = dict.fromkeys([both for letter in letters for both in {part + letter: 0, letter + part: 0}], 0.0)
    further = None if part else lambda value: _contained(parameter, value)
    return ByValue(
        f"{parameter} by {'two letters' if part else 'letter'} in it", parameter, values, of, further=further
    )


def _resolution() -> Dimension:
    values = dict.fromkeys(map(str, _RESOLUTIONS), 1.0) | {str(number): 0.0 for number in _RARE_RESOLUTIONS}
    return ByValue("resolution", "unResolution", {**values, "1267": 20.0}, lambda item: (), sure=False)


def _reference(before: str = "") -> Dimension:
    """Divide by the digits in the reference of the listing: by one, then by two and three in a row."""
    values = dict.fromkeys((before + digit for digit in digits), 1.0)
    further = None if len(before) == 2 else _reference
    name = f"reference by {len(before) + 1} digits"
    return ByValue(name, "unReference", values, lambda item: (), sure=False, further=further)
