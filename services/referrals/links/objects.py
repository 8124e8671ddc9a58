"""Numbers of things that stand in free text: only those whose own check digits say that they are such numbers."""

import re
from collections.abc import Iterator
from string import ascii_uppercase
from typing import NamedTuple

from services.referrals.links.reasons import CONTAINER
from services.referrals.model.subjects import IdentifierKind


class Thing(NamedTuple):
    """A thing by its number, and of which kind it is."""

    kind: str
    number: str


_CONTAINER = re.compile(r"\b([A-Z]{3}[UJZ])[ -]?([0-9]{6})[ /-]?([0-9])\b")
_SHIP = re.compile(r"\bIMO(?: ?N[O°]\.?| NUMBER)?[ .:#-]{0,2}([0-9]{7})\b")
_VEHICLE = re.compile(r"\b[A-HJ-NPR-Z0-9]{17}\b")
_ACCOUNT = re.compile(r"\b([A-Z]{2})[0-9]{2}(?: ?[A-Z0-9]){11,30}\b")

# ISO 6346 leaves out the multiples of eleven.
_CONTAINER_VALUES = dict(zip(ascii_uppercase, (value for value in range(10, 39) if value % 11), strict=True))
_VEHICLE_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
_VEHICLE_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

_ACCOUNT_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI NL",
        19: "SI",
        20: "AT EE LT LU",
        21: "CH HR LI LV",
        22: "BG DE GB GE IE ME RS",
        23: "AE GI IL",
        24: "AD CZ ES MD PK RO SA SE SK",
        25: "PT",
        26: "TR",
        27: "FR GR IT MC SM",
        28: "AL AZ CY HU PL",
        29: "BR UA",
        31: "MT",
    }.items()
    for country in countries.split()
}
"""Characters of an IBAN, by country; from the registry that SWIFT keeps for ISO 13616."""


def things_in(text: str) -> Iterator[Thing]:
    """Find vehicles, vessels, containers and bank accounts that a text names by their numbers."""
    upper = text.upper()
    for owner, serial, digit in _CONTAINER.findall(upper):
        if _is_container(owner + serial, int(digit)):
            yield Thing(CONTAINER, owner + serial + digit)
    for number in _SHIP.findall(upper):
        if sum(int(number[at]) * (7 - at) for at in range(6)) % 10 == int(number[6]):
            yield Thing(IdentifierKind.VESSEL.value, number)
    for number in _VEHICLE.findall(upper):
        if _is_vehicle(number):
            yield Thing(IdentifierKind.VEHICLE.value, number)
    for found in _ACCOUNT.finditer(upper):
        number = found[0].replace(" ", "")[: _ACCOUNT_LENGTHS.get(found[1], 0)]
        if _is_account(number):
            yield Thing(IdentifierKind.BANK_ACCOUNT.value, number)


def _is_container(number: str, digit: int) -> bool:
    values = (int(sign) if sign.isdecimal() else _CONTAINER_VALUES[sign] for sign in number)
    return sum(value << place for place, value in enumerate(values)) % 11 % 10 == digit


def _is_vehicle(number: str) -> bool:
    values = (int(sign) if sign.isdecimal() else _VEHICLE_VALUES[sign] for sign in number)
    rest = sum(value * weight for value, weight in zip(values, _VEHICLE_WEIGHTS, strict=True)) % 11
    return number[8] == ("X" if rest == 10 else str(rest))


def _is_account(number: str) -> bool:
    if len(number) != _ACCOUNT_LENGTHS.get(number[:2]):
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1
