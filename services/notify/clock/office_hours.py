"""When each office is open: read from a table of our own, with the federal holidays of a library."""

import csv
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

from schemas.vocabulary.offices import QUEUES
from services.notify.clock.calendars import OfficeHours
from services.notify.clock.spans import WORKING_DAY

TABLE = Path(__file__).parent / "data" / "office-hours.tsv"

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

CAPITAL = "capital"
"""The area of Washington, where the day on which a President takes office is a holiday too (5 USC 6103(c))."""


class BadOfficeHours(Exception):
    """The table of office hours cannot be used; names the office and what is wrong."""


def load_office_hours(table: Path = TABLE) -> dict[str, OfficeHours]:
    """Read the hours of every office, desk and programme."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    hours = {row["office"]: _hours(row) for row in rows}
    if set(hours) != QUEUES or len(rows) != len(hours):
        raise BadOfficeHours(f"not each office once: {sorted(set(hours) ^ QUEUES)}")
    return hours


def _hours(row: dict[str, str]) -> OfficeHours:
    try:
        opens, closes = time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])
        if _length(opens, closes) != WORKING_DAY:
            raise ValueError(f"open for another time than {WORKING_DAY}")
        is_holiday = is_holiday_in_the_capital if row["area"] == CAPITAL else is_federal_holiday
        return OfficeHours(ZoneInfo(row["zone"]), opens, closes, _days(row["days"]), is_holiday)
    except (ValueError, KeyError) as exc:
        raise BadOfficeHours(f"{row['office']}: {exc}") from exc


def _length(opens: time, closes: time) -> timedelta:
    return datetime.combine(date.min, closes) - datetime.combine(date.min, opens)


def _days(words: str) -> frozenset[int]:
    first, _, last = words.partition("-")
    return frozenset(range(WEEK.index(first), WEEK.index(last or first) + 1))


def is_federal_holiday(day: date) -> bool:
    """Tell whether federal offices are closed: territories too keep federal holidays, not those of their own."""
    return day in _federal()


def is_holiday_in_the_capital(day: date) -> bool:
    """Tell whether federal offices in and around Washington are closed."""
    return day in _federal() or _capital().get(day) == "Inauguration Day"


# The library fills in a year when a day of it is first asked for.
@cache
def _federal() -> holidays.HolidayBase:
    return holidays.country_holidays("US", categories=("government",))


@cache
def _capital() -> holidays.HolidayBase:
    return holidays.country_holidays("US", subdiv="DC")
