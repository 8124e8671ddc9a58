"""What may be shown of a missing child."""

from datetime import date

import pytest

from schemas.notices import Colour
from services.referrals.notices.masked import is_child, masked
from services.referrals.notices.reading import read_notice
from tests.notices.mutations import BASES

TODAY = date(2026, 3, 1)

SECRETS = (
    "EXEMPLAR",
    '"Bo"',
    "VORLAGE",
    "Olaf",
    "Nowhere-on-Sea",
    "Ferry landing",
    "Mole",
    "2015-05",
    "2024-06-01",
    "77",
)


def yellow(birth, **more):
    return read_notice(Colour.YELLOW, {"entity_id": "2099/1", **BASES["yellow"], "date_of_birth": birth, **more})


@pytest.mark.parametrize(
    ("birth", "child"),
    [
        ("2015/05/05", True),
        ("2008/03/02", True),
        ("2008/03/01", False),
        ("2008/02/29", False),
        ("2008/03", True),
        ("2008/02", False),
        ("2008", True),
        ("2007", False),
        ("1979/11/02", False),
        (None, True),
        ("0000/00/00", True),
        ("2031/01/01", True),
    ],
)
def test_nobody_is_grown_up_before_the_last_day_that_the_date_can_mean(birth, child):
    assert is_child(yellow(birth), TODAY) is child


def test_who_was_born_on_a_leap_day_is_grown_up_in_march():
    assert is_child(yellow("2008/02/29"), date(2026, 2, 28))
    assert not is_child(yellow("2008/02/29"), date(2026, 3, 1))


def test_nothing_of_a_child_that_names_or_shows_it_is_left():
    told = {"birth_name": "VORLAGE", "distinguishing_marks": "Mole", "summary": "EXEMPLAR was seen", "weight": 30}
    notice = yellow("2015/05/05", **told).model_copy(update={"images": ("77",)})

    shown = masked(notice, TODAY)

    written = shown.model_dump_json()
    assert notice.entity_id not in written
    assert not [secret for secret in SECRETS if secret in written]
    assert (shown.names, shown.relatives, shown.images) == ((), (), ())
    assert (shown.birth, shown.sex, shown.nationalities) == ("2015", "M", ("NO", "SE"))
    assert (shown.event.date, shown.event.place, shown.event.country) == ("2024-06", None, "NO")
    assert (shown.hairs, shown.weight_kg) == (("YELB",), 30.0)


def test_a_field_of_a_notice_is_shown_of_a_child_only_if_somebody_chose_so():
    every = read_notice(Colour.YELLOW, {"entity_id": "2099/1"} | {k: v for b in BASES.values() for k, v in b.items()})

    shown = masked(every.model_copy(update={"birth": "2015-05-05"}), TODAY)

    assert set(shown.model_dump(exclude_defaults=True)) <= {
        "entity_id",
        "colour",
        "birth",
        "sex",
        "nationalities",
        "country_of_birth",
        "height_m",
        "weight_kg",
        "eyes",
        "hairs",
        "languages",
        "event",
        "images",
    }


def test_who_is_grown_up_or_not_missing_is_shown_whole():
    grown_up = yellow("1979/11/02")
    wanted = read_notice(Colour.RED, {"entity_id": "2099/1", "name": "TESTSON", "date_of_birth": "2015/05/05"})

    assert masked(grown_up, TODAY) is grown_up
    assert masked(wanted, TODAY) is wanted


def test_what_is_masked_stays_masked():
    once = masked(yellow("2015/05/05"), TODAY)

    assert masked(once, TODAY) == once
