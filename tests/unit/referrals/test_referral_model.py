"""What the model keeps, normalises and reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from referral_bodies import TODAY, as_bytes, put, read, sound

from schemas.marks import Condition, HandlingCode
from services.referrals.countries import COUNTRIES, NON_MEMBERS, has_own_bureau
from services.referrals.model import GivenMarks, Person, Referral
from services.referrals.model.dates import PartialDate, read_partial_date


@pytest.mark.parametrize("text", ["\u202eFatima\u202c", "e\u0301 é", "𝕿est", "ﷺ", "a\u200bb", "👩‍👧", "İı", "z͑ͫ̓ͪ"])
def test_text_stays_as_given(text):
    person = read(put("/subjects/0/names/0/text", text)).subjects[0]

    assert person.names[0].text == text


@given(
    text=st.text(
        st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\t\r\n"), min_size=1, max_size=50
    ).filter(str.strip)
)
def test_any_text_without_control_characters_is_kept_byte_for_byte(text):
    assert read(put("/narrative", text)).narrative == text


@pytest.mark.parametrize(("given_code", "kept"), [("UK", "GB"), ("EL", "GR"), ("XK", "XK"), ("AQ", "AQ")])
def test_countries_are_kept_under_their_code_of_today(given_code, kept):
    assert read(put("/requester/country", given_code)).requester.country == kept


def test_stateless_and_unknown_nationalities_of_interpol_are_dropped_and_old_passports_kept():
    person = read(put("/subjects/0/nationalities", ["914", "SU", "UK", "922"])).subjects[0]

    assert isinstance(person, Person)
    assert person.nationalities == ("SU", "GB")


@pytest.mark.parametrize("tag", ["it", "zh-Hant", "sr-Latn-RS", "arb", "EN", "de-CH-1901"])
def test_languages_are_known_by_their_first_part(tag):
    assert read(put("/language", tag)).language == tag


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("1980", PartialDate(1980)),
        ("1980-05", PartialDate(1980, 5)),
        ("1980/05/17", PartialDate(1980, 5, 17)),
        ("1980-05-17", PartialDate(1980, 5, 17)),
        ("1980-00-00", PartialDate(1980)),
        ("1980/00", PartialDate(1980)),
        ("1980-05-00", PartialDate(1980, 5)),
        ("1980--", PartialDate(1980)),
        ("1980----", PartialDate(1980)),
        ("1980-05--", PartialDate(1980, 5)),
        ("-", None),
    ],
)
def test_dates_of_birth_are_read_as_far_as_they_are_known(text, read_as):
    assert read_partial_date(text) == read_as
    assert read(put("/subjects/0/birth", text)).subjects[0].birth == text


@given(born=st.dates(), precision=st.sampled_from([4, 7, 10]))
def test_a_partial_date_holds_the_day_it_was_cut_from(born, precision):
    partial = read_partial_date(born.isoformat()[:precision])

    assert partial is not None
    assert partial.earliest <= born <= partial.latest


def test_marks_travel_as_the_schemas_have_them():
    marks = read().marks.read()

    assert marks.tlp == "AMBER"
    assert marks.handling == (HandlingCode.NOT_IN_COURT,)
    assert marks.conditions == (Condition.SEE_RESTRICTION_TEXT,)
    assert marks.consent is not None
    assert marks.consent.recipients == ("SAC-BOS",)
    assert marks.interpol is not None
    assert marks.interpol.level == "FOR OFFICIAL USE ONLY"


@pytest.mark.parametrize(
    ("change", "is_strictest"),
    [
        (put("/marks/tlp", "TLP:MAUVE"), lambda marks: marks.tlp == "RED"),
        (
            put("/marks/handling", ["H1", "H7"]),
            lambda marks: {HandlingCode.NO_DISSEMINATION, HandlingCode.OTHER_RESTRICTION} < set(marks.handling),
        ),
        (put("/marks/conditions", ["no_fax"]), lambda marks: Condition.SEE_RESTRICTION_TEXT in marks.conditions),
        (put("/marks/interpol/level", "SECRET"), lambda marks: marks.interpol.level == "CONFIDENTIAL"),
    ],
)
def test_a_mark_nobody_knows_is_read_as_the_strictest(change, is_strictest):
    given_marks: GivenMarks = read(change).marks

    assert given_marks.has_unknown
    assert is_strictest(given_marks.read())


def test_white_is_the_old_name_of_clear():
    marks = read(put("/marks/tlp", "TLP:WHITE")).marks

    assert not marks.has_unknown
    assert marks.read().tlp == "CLEAR"


def test_interpol_members_are_all_countries_less_the_non_members():
    members = {country for country in COUNTRIES if has_own_bureau(country, TODAY)}

    assert len(members) == 196
    assert NON_MEMBERS.keys() <= COUNTRIES
    assert all(row.source for row in NON_MEMBERS.values())


def test_palau_had_no_bureau_before_it_joined():
    assert not has_own_bureau("PW", TODAY.replace(year=2022))
    assert has_own_bureau("PW", TODAY)


def test_a_referral_cannot_be_changed():
    referral = read()

    with pytest.raises(ValidationError):
        referral.narrative = "other"  # type: ignore[misc]


def test_a_model_written_as_json_is_read_again():
    referral = read()

    assert Referral.model_validate_json(referral.model_dump_json()) == referral


def test_the_body_has_a_json_schema():
    schema = Referral.model_json_schema()

    assert schema["additionalProperties"] is False
    assert set(schema["required"]) <= set(sound())
    assert as_bytes(schema)
