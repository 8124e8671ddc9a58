"""The hours of offices are held to the offices that routing knows, and to the calendar of the federal government."""

import csv
from datetime import UTC, date, datetime, timedelta

from deploy.local.settings import CHECKOUT
from schemas.vocabulary.offices import OFFICES, QUEUES
from services.notify.clock.office_hours import TABLE, is_federal_holiday, load_office_hours
from services.notify.clock.spans import SPANS, WORKING_DAY


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_queue_has_hours_and_says_where_they_come_from():
    assert {row["office"] for row in rows(TABLE)} == QUEUES
    assert [row["office"] for row in rows(TABLE) if not row["source"]] == []


def test_the_zone_of_a_field_office_is_that_of_its_seat():
    known = rows(CHECKOUT / "services/routing/data/offices.tsv")
    seats = {row["office"]: row["zones"].split("|")[0] for row in known if not row["valid_to"]}

    hours = load_office_hours()

    assert {office: hours[office].zone.key for office in OFFICES} == seats


def test_no_office_is_ever_closed_for_longer_than_four_days():
    begin = datetime(2026, 1, 1, tzinfo=UTC)

    for office, hours in load_office_hours().items():
        for day in range(0, 3 * 365, 2):
            closed = hours.closed_now(begin + timedelta(days=day, hours=5))
            assert closed is None or closed[1] - closed[0] <= timedelta(days=4), office


def test_the_eleven_days_of_the_law_are_holidays():
    days = [(1, 1), (1, 19), (2, 16), (5, 25), (6, 19), (7, 3), (9, 7), (10, 12), (11, 11), (11, 26), (12, 25)]

    kept = [day for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(365)) if is_federal_holiday(day)]

    assert [day for day in kept if day.weekday() < 5] == [date(2026, month, day) for month, day in days]


def test_what_is_more_urgent_is_owed_sooner_and_a_step_sooner_than_the_one_after_it():
    week = timedelta(days=7) / (5 * WORKING_DAY)

    for spans in SPANS.values():
        lengths = [span.length * (week if span.in_office_hours else 1) for span in spans.values()]
        assert lengths == sorted(lengths)
    for step in next(iter(SPANS.values())):
        lengths = [SPANS[urgency][step].length for urgency in SPANS]
        assert lengths == sorted(lengths)
