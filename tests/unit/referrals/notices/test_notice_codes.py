"""Codes in words."""

import pytest

from services.referrals.notices.codes import (
    codes_in_words,
    eyes_in_words,
    hair_in_words,
    language_in_words,
    sex_in_words,
)
from tests.support.notices import invented


@pytest.mark.parametrize(
    ("say", "code", "words"),
    [
        (eyes_in_words, "BROH", "hazel"),
        (eyes_in_words, "othd", "dark"),
        (hair_in_words, "HAIB", "bald"),
        (hair_in_words, "YELB", "blond"),
        (sex_in_words, "U", "unknown"),
        (language_in_words, "FRE", "French"),
        (language_in_words, "GER", "German"),
        (language_in_words, "LIN", "Lingala"),
        (language_in_words, "BER", "Berber languages"),
        (language_in_words, "SCR", "Croatian"),
    ],
)
def test_a_known_code_is_said_in_words(say, code, words):
    assert say(code) == words


@pytest.mark.parametrize("say", [eyes_in_words, hair_in_words, sex_in_words, language_in_words])
@pytest.mark.parametrize("code", ["ZZQX", "ZQ", "914", "Ä€Ω", "ZZZZZZZZ"])
def test_an_unknown_code_is_shown_as_it_came(say, code):
    assert say(code) == code


def test_codes_of_the_biometric_exchange_are_not_ours():
    assert (eyes_in_words("HAZ"), hair_in_words("BLK")) == ("HAZ", "BLK")


def test_the_codes_of_a_notice_are_said_in_their_order():
    notice = invented(sex="F", eyes=("BROH", "ZZQX"), hairs=("YELB",), languages=("SPA", "MOL"))

    assert codes_in_words(notice) == {
        "sex": "female",
        "eyes": ["hazel", "ZZQX"],
        "hairs": ["blond"],
        "languages": ["Spanish", "Romanian"],
    }


def test_a_notice_without_codes_has_no_words():
    said = codes_in_words(invented(sex=None, eyes=(), hairs=(), languages=()))

    assert said == {"sex": None, "eyes": [], "hairs": [], "languages": []}
