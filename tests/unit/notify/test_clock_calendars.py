"""Office hours: zones, summer time, holidays, territories, and the far side of the date line."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notify.clock.calendars import AROUND_THE_CLOCK, OfficeHours
from services.notify.clock.office_hours import (
    BadOfficeHours,
    is_federal_holiday,
    is_holiday_in_the_capital,
    load_office_hours,
)
from services.notify.clock.spans import WORKING_DAY

OFFICES = load_office_hours()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def hours_in(zone: str) -> OfficeHours:
    return OfficeHours(ZoneInfo(zone), time(8), time(16, 30), frozenset(range(5)), is_federal_holiday)


def first_hour(zone: str, at: datetime) -> datetime:
    """When the first hour of office time after a moment is over."""
    return hours_in(zone).after(at, timedelta(hours=1))


def test_around_the_clock_every_hour_counts_and_none_twice():
    assert AROUND_THE_CLOCK.between(utc(2026, 7, 4), utc(2026, 7, 5)) == timedelta(days=1)
    assert AROUND_THE_CLOCK.between(utc(2026, 7, 5), utc(2026, 7, 4)) == timedelta(0)
    assert AROUND_THE_CLOCK.closed_now(utc(2026, 7, 4)) is None


def test_a_working_day_that_begins_in_the_morning_ends_at_the_same_hour_of_the_next():
    assert OFFICES["SAC-NYC"].after(utc(2026, 11, 16, 15), WORKING_DAY) == utc(2026, 11, 17, 15)


def test_what_comes_on_friday_night_is_counted_from_monday_morning():
    friday_night = utc(2026, 11, 20, 23)

    assert OFFICES["SAC-NYC"].after(friday_night, WORKING_DAY) == utc(2026, 11, 23, 21, 30)
    assert OFFICES["SAC-NYC"].closed_now(friday_night) == (utc(2026, 11, 20, 21, 30), utc(2026, 11, 23, 13))


def test_thanksgiving_does_not_count_and_the_friday_after_it_does():
    half_an_hour_before_closing = utc(2026, 11, 25, 21)

    assert OFFICES["SAC-NYC"].after(half_an_hour_before_closing, WORKING_DAY) == utc(2026, 11, 27, 21)


def test_a_holiday_on_a_saturday_is_kept_on_the_friday():
    assert is_federal_holiday(date(2026, 7, 3))


def test_the_capital_is_closed_when_a_president_takes_office_and_other_places_are_not():
    assert is_holiday_in_the_capital(date(2033, 1, 20))
    assert not is_federal_holiday(date(2033, 1, 20))
    assert not is_holiday_in_the_capital(date(2026, 4, 16)), "the city's own day is none of the federal offices'"


@pytest.mark.parametrize("day", [date(2026, 7, 21), date(2026, 3, 2)], ids=["liberation of Guam", "discovery"])
def test_a_territorys_own_holiday_closes_no_federal_office(day):
    assert not is_federal_holiday(day)


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("America/Phoenix", 16, 16),
        ("Navajo", 16, 15),
        ("America/Denver", 16, 15),
        ("Pacific/Honolulu", 19, 19),
        ("America/Puerto_Rico", 13, 13),
        ("America/New_York", 14, 13),
    ],
)
def test_an_office_opens_by_the_clock_on_its_own_wall(zone, winter, summer):
    assert first_hour(zone, utc(2026, 1, 12, 12)) == utc(2026, 1, 12, winter)
    assert first_hour(zone, utc(2026, 7, 13, 12)) == utc(2026, 7, 13, summer)


def test_monday_begins_in_guam_while_it_is_sunday_in_washington():
    sunday_noon_in_washington = utc(2026, 11, 15, 17)

    assert first_hour("Pacific/Guam", sunday_noon_in_washington) == utc(2026, 11, 15, 23)
    assert first_hour("Pacific/Pago_Pago", sunday_noon_in_washington) == utc(2026, 11, 16, 20)


def test_the_night_on_which_the_clocks_change_is_no_office_time():
    friday, monday = utc(2026, 10, 30, 12), utc(2026, 11, 2, 22)

    assert hours_in("America/New_York").between(friday, monday) == 2 * WORKING_DAY


def test_time_that_is_counted_and_the_moment_it_is_reached_belong_together():
    start = utc(2026, 11, 25, 18, 7)

    for office in ("SAC-HNL", "SAC-PHX", "SAC-SJU", "EUR"):
        for minutes in (1, 509, 510, 511, 5_000):
            reached = OFFICES[office].after(start, timedelta(minutes=minutes))
            assert OFFICES[office].between(start, reached) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("SAC-ATL\tAmerica/Nowhere\t08:00\t16:30\tMon-Fri\t\town", "SAC-ATL"),
        ("SAC-ATL\tAmerica/New_York\t08:00\t17:00\tMon-Fri\t\town", "another time"),
        ("SAC-ATL\tAmerica/New_York\t08:00\t16:30\tMon-Fry\t\town", "SAC-ATL"),
        ("SAC-ATL\tAmerica/New_York\t08:00\t16:30\tMon-Fri\t\town", "not each office once"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_office(tmp_path, row, words):
    table = tmp_path / "office-hours.tsv"
    table.write_text(f"office\tzone\topens\tcloses\tdays\tarea\tsource\n{row}\n", encoding="utf-8")

    with pytest.raises(BadOfficeHours, match=words):
        load_office_hours(table)
