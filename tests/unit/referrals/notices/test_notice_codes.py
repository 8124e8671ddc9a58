"""Codes in words."""

import pytest

from services.referrals.notices.codes import (
    eyes_in_words,
    hair_in_words,
    language_in_words,
    language_tag,
    sex_in_words,
)


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


@pytest.mark.parametrize(
    ("code", "tag"), [("SPA", "es"), ("ARA", "ar"), ("ALB", "sq"), ("FRA", "fr"), ("MOL", "ro"), ("BER", None)]
)
def test_a_language_has_the_tag_that_a_referral_states(code, tag):
    assert language_tag(code) == tag
