"""What leaves the service of a referral, and what never does."""

from datetime import UTC, datetime
from uuid import UUID

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referral_bodies import SECRET, TODAY, as_bytes, put, read, sound

from schemas.events import Place, ReferralReceived
from services.referrals.area_codes import AREA_CODES, state_of_phone
from services.referrals.facts import received
from services.referrals.intake import check
from services.referrals.model import read_referral

REFERRAL_ID = UUID("0193f3a0-0000-7000-8000-000000000002")
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def event_of(*changes) -> ReferralReceived:
    referral = read(*changes)
    return received(referral, REFERRAL_ID, NOW, check(referral, TODAY))


def test_facts_leave_and_person_data_stays():
    event = event_of()

    assert SECRET not in event.model_dump_json()
    assert event.requester_country == "IT"
    assert event.offences[0].section == "19 USC 2609"
    assert event.offences[0].charge_given
    assert event.nexus[0].place == Place(state="MA", county="Suffolk", city="Boston", zip="02108")
    assert event.nexus[1].eta is not None
    assert [str(earlier) for earlier in event.earlier] == ["0193f3a0-0000-7000-8000-000000000001"]


# Texts that cannot come about by themselves among the codes and places of an event.
private = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30).map(lambda text: f"Ξ{text}Ξ")


@given(
    name=private,
    transliteration=private,
    value=private,
    narrative=private,
    detail=private,
    link=private,
    charge=private,
    agency=private,
    reference=private,
    restriction=private,
)
def test_no_text_of_any_referral_appears_in_its_event(**texts):
    body = sound(
        put("/subjects/0/names/0/text", texts["name"]),
        put("/subjects/0/names/0/transliteration", texts["transliteration"]),
        put("/subjects/0/identifiers/0/value", texts["value"]),
        put("/narrative", texts["narrative"]),
        put("/nexus/0/detail", texts["detail"]),
        put("/nexus/1", {"kind": "phone", "detail": f"+1 617 555 0142 {texts['detail']}"}),
        put("/link", texts["link"]),
        put("/offences/0/charge", {"text": texts["charge"], "language": "en", "translation": texts["charge"]}),
        put("/requester/agency", texts["agency"]),
        put("/requester/reference", texts["reference"]),
        put("/marks/restriction_text", texts["restriction"]),
    )
    referral = read_referral(as_bytes(body))

    sent = received(referral, REFERRAL_ID, NOW, check(referral, TODAY)).model_dump_json()

    assert "Ξ" not in sent
    assert "0142" not in sent


@pytest.mark.parametrize(
    ("detail", "state"),
    [
        ("+1 617 555 0142", "MA"),
        ("(212) 555-0100", "NY"),
        ("001 787 555 0123", None),
        ("+1-787-555-0123", "PR"),
        ("+1 416 555 0123", None),
        ("+39 06 555 0123", None),
        ("+1 800 555 0123", None),
        ("no number", None),
    ],
)
def test_a_telephone_number_tells_its_state_and_nothing_more(detail, state):
    event = event_of(put("/nexus/0", {"kind": "phone", "detail": detail}))

    assert event.nexus[0].place == Place(state=state)
    assert "555" not in event.model_dump_json()


def test_a_state_that_was_given_beats_the_area_code():
    event = event_of(put("/nexus/0", {"kind": "phone", "detail": "+1 617 555 0142", "place": {"state": "TX"}}))

    assert event.nexus[0].place.state == "TX"


def test_a_territory_is_a_state_of_the_united_states():
    event = event_of(put("/nexus/0/place", {"country": "PR", "city": "Ponce"}))

    assert event.nexus[0].place == Place(country="US", state="PR", city="Ponce")


@pytest.mark.parametrize(("number", "region"), [("7872345678", "PR"), ("6716472345", "GU"), ("3406932345", "VI")])
def test_area_codes_of_territories_agree_with_the_library(number, region):
    assert phonenumbers.region_code_for_number(phonenumbers.parse(number, "US")) == region
    assert AREA_CODES[number[:3]] == region


def test_every_area_code_is_one_of_the_united_states():
    for code in AREA_CODES:
        assert state_of_phone(f"+1{code}5550100") == AREA_CODES[code]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("/marks/us/cui", ["MARIA ROSSI"]),
        ("/marks/us/ldc", ["REL TO MARIA ROSSI"]),
        ("/marks/interpol/purposes", ["maria_rossi"]),
    ],
)
def test_a_mark_that_we_do_not_know_is_flagged_and_its_words_stay(place, words):
    event = event_of(put(place, words))

    assert "unknown_mark" in event.flags
    assert "rossi" not in event.model_dump_json().lower()
