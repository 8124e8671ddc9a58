"""Countries and languages as police texts write them, and who has no National Central Bureau."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pycountry
from pydantic_core import PydanticCustomError

COUNTRIES = frozenset({country.alpha_2 for country in pycountry.countries} | {"XK"})
"""ISO 3166-1 alpha-2, and Kosovo's user-assigned code."""

HOME = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "UM"})
"""The United States and its territories; a request from here has no foreign side by itself."""

STATES = frozenset(
    {area.code.removeprefix("US-") for area in pycountry.subdivisions if area.country_code == "US"} | {"AA", "AE", "AP"}
)
"""USPS codes of states and territories, and of the three military mail areas."""

LANGUAGES = frozenset(
    code for language in pycountry.languages for code in (getattr(language, "alpha_2", None), language.alpha_3) if code
)

_ALIASES = {"UK": "GB", "EL": "GR"}
_HISTORIC = frozenset({"AN", "CS", "SU", "YU", "DD", "TP", "ZR"})
_STATELESS = frozenset({"914", "922"})


def read_country(code: str) -> str:
    """Give the code under which a country of today is kept."""
    if code in COUNTRIES:
        return code
    if code in _ALIASES:
        return _ALIASES[code]
    raise PydanticCustomError("historic_country" if code in _HISTORIC else "unknown_country", "not a country")


def read_nationality(code: str) -> str:
    """Give a nationality as it may stand in a passport, where countries live longer than on the map."""
    return code if code in _HISTORIC or code in _STATELESS else read_country(code)


def without_stateless(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the numbers with which INTERPOL says unknown or stateless: they name no country."""
    return tuple(code for code in codes if code not in _STATELESS)


def read_language(tag: str) -> str:
    """Check that the first part of a BCP-47 tag is a language; the tag stays as given."""
    if tag.partition("-")[0].lower() not in LANGUAGES:
        raise PydanticCustomError("unknown_language", "not a language")
    return tag


@dataclass(frozen=True, slots=True)
class NonMember:
    """A time in which a country had no National Central Bureau of its own."""

    country: str
    bureau_of: str
    valid_from: date
    valid_to: date
    source: str


def read_non_members(path: Path) -> dict[str, NonMember]:
    """Read who is no member of INTERPOL, and when."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {
        country: NonMember(
            country,
            bureau_of,
            date.fromisoformat(since) if since else date.min,
            date.fromisoformat(until) if until else date.max,
            source,
        )
        for country, bureau_of, since, until, source in rows[1:]
    }


NON_MEMBERS = read_non_members(Path(__file__).parent / "data" / "interpol_non_members.tsv")


def has_own_bureau(country: str, today: date) -> bool:
    """Tell whether a country can have sent something through its own National Central Bureau."""
    row = NON_MEMBERS.get(country)
    return row is None or not row.valid_from <= today < row.valid_to
