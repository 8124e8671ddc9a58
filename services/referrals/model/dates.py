"""Dates of birth as they are known: often without the day, sometimes without the month."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic_core import PydanticCustomError

_FORM = re.compile(r"(\d{4})(?:([-/])(\d{2}|-)(?:\2(\d{2}|-))?)?", re.ASCII)
_UNKNOWN = frozenset({"00", "-", None})


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month of a year, or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def earliest(self) -> date:
        """The first day that it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that it can mean."""
        if self.month is None:
            return date(self.year, 12, 31)
        if self.day is None:
            following = date(self.year + self.month // 12, self.month % 12 + 1, 1)
            return following - timedelta(days=1)
        return date(self.year, self.month, self.day)


def read_partial_date(text: str) -> PartialDate | None:
    """Read `1980`, `1980-05`, `1980/05/17`, `1980-00-00`; None for `-`, which says that it is not known."""
    if text == "-":
        return None
    match = _FORM.fullmatch(text)
    if match is None:
        raise PydanticCustomError("wrong_form", "not a partial date")
    year, month, day = match[1], match[3], match[4]
    try:
        if month in _UNKNOWN:
            if day not in _UNKNOWN:
                raise ValueError("a day without a month")
            return PartialDate(date(int(year), 1, 1).year)
        whole = date(int(year), int(month), 1 if day in _UNKNOWN else int(day))
    except ValueError as exc:
        raise PydanticCustomError("impossible_date", "no such day") from exc
    return PartialDate(whole.year, whole.month, None if day in _UNKNOWN else whole.day)


def check_partial_date(text: str) -> str:
    """Refuse what is no date, and keep what is one as it was given."""
    read_partial_date(text)
    return text
