"""Which notices a question is about: the filters of each list as the service was seen to honour them."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

Detail = Mapping[str, Any]
Test = Callable[[Detail], bool]

CAP = 160
_PATTERN_SIGNS = re.compile(r"[\^$.\[\]*+?{}()|\\]")
_PEOPLE = ("forename", "name", "nationality", "ageMin", "ageMax", "sexId")
FILTERS = {
    "red": (*_PEOPLE, "arrestWarrantCountryId"),
    "yellow": _PEOPLE,
    "un-persons": ("name", "unReference", "unResolution"),
    "un-entities": ("name", "unReference", "unResolution"),
    "un": ("name", "unReference", "unResolution"),
}
"""What each list can be asked; anything else is passed over, and not echoed."""


def accepted(list_name: str, asked: Mapping[str, str]) -> dict[str, str]:
    """Leave only what the list honours; an empty value asks for nothing."""
    return {name: value for name, value in asked.items() if name in FILTERS[list_name] and value != ""}


def matching(list_name: str, asked: Mapping[str, str], details: Iterable[Detail], today: date) -> list[str]:
    """Give the numbers of all that match every filter."""
    tests = [_test(list_name, name, value, today) for name, value in accepted(list_name, asked).items()]
    return [str(detail["entity_id"]) for detail in details if all(test(detail) for test in tests)]


def age(birth: Any, today: date) -> int | None:
    """Count somebody's years, as far as the date of birth is known; without its year there is no age."""
    parts = [int(part) for part in re.findall(r"\d+", birth)] if isinstance(birth, str) else []
    year, month, day = (*parts, 0, 0, 0)[:3]
    if not year:
        return None
    had_birthday = (month or 1, day or 1) <= (today.month, today.day)
    return today.year - year - (0 if had_birthday else 1)


def _test(list_name: str, name: str, value: str, today: date) -> Test:
    if name in ("name", "forename"):
        return _named(name, value, patterns=not list_name.startswith("un"))
    if name in ("ageMin", "ageMax"):
        return _aged(name, value, today)
    if name == "nationality":
        return lambda detail: value in (detail.get("nationalities") or ())
    if name == "sexId":
        return lambda detail: detail.get("sex_id") == value
    if name == "arrestWarrantCountryId":
        return lambda detail: any(w.get("issuing_country_id") == value for w in detail.get("arrest_warrants") or ())
    if name == "unReference":
        return lambda detail: value.lower() in str(detail.get("un_reference") or "").lower()
    return lambda detail: str(detail.get("un_resolution")) == value


def _named(name: str, value: str, *, patterns: bool) -> Test:
    if patterns and _PATTERN_SIGNS.search(value):
        try:
            pattern = re.compile(value, re.IGNORECASE)
        except re.error:
            return lambda detail: False
        return lambda detail: pattern.search(detail.get(name) or "") is not None and detail.get(name) is not None
    lowered = value.lower()
    return lambda detail: lowered in (detail.get(name) or "").lower()


def _aged(name: str, value: str, today: date) -> Test:
    if not value.isdigit():
        return lambda detail: False
    limit = int(value)

    def test(detail: Detail) -> bool:
        years = age(detail.get("date_of_birth"), today)
        return years is not None and (years >= limit if name == "ageMin" else years <= limit)

    return test
