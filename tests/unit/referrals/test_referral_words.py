"""Words on which a person must read a referral."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from referral_bodies import put, taken_in

from schemas.vocabulary.facts import Flag
from services.referrals.words import PRIVATE_WORDS, REVIEW_WORDS, fold, is_beyond_lists

FLAGGED = [
    ("Charged with high treason", Flag.ARTICLE_3),
    ("EXTREMIST activity", Flag.ARTICLE_3),
    ("ｔｒｅａｓｏｎ in wide letters", Flag.ARTICLE_3),
    ("𝐓reason in bold", Flag.ARTICLE_3),
    ("trea\u200bson with a hidden break", Flag.ARTICLE_3),
    ("Traición a la Patria", Flag.ARTICLE_3),
    ("atteinte à la sûreté de l’État", Flag.ARTICLE_3),
    ("atteinte a la surete de l'Etat", Flag.ARTICLE_3),
    ("Staatsgefährdende Umtriebe", Flag.ARTICLE_3),
    ("ijra'at didd al-dawla", Flag.ARTICLE_3),
    ("ijraat didd el dawla", Flag.ARTICLE_3),
    ("izdira' al-adyan", Flag.ARTICLE_3),
    ("خِيَانَة", Flag.ARTICLE_3),
    ("призывы к экстремистской деятельности", Flag.ARTICLE_3),
    ("illegal\r\nassembly", Flag.REPRESSION),
    ("Désacato, outrage", Flag.REPRESSION),
    ("Membership of a banned organization", Flag.REPRESSION),
    ("false information about the armed forces", Flag.REPRESSION),
]


@pytest.mark.parametrize(("text", "flag"), FLAGGED)
def test_a_word_of_the_list_is_found_however_it_is_written(text, flag):
    assert flag in REVIEW_WORDS.flags_in(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "Unlawful export of antiquities",
        "Foreign company, local agent",
        "The armed robbery, and information about the forces of order",
        "Economic espionage",
        "outrage à la pudeur",
        "the treasonous is no whole token: treasons",
        "khiyanat amana",
        "violation of the assembly line patent, illegal import",
    ],
)
def test_words_that_misfire_do_not(text):
    assert REVIEW_WORDS.flags_in(fold(text)) == frozenset()


@pytest.mark.parametrize(
    "text", ["Unpaid cheque", "chèque sans provision", "Cheque sin fondos", "child custody", "debt"]
)
def test_private_disputes_are_found_in_charges(text):
    assert PRIVATE_WORDS.flags_in(fold(text)) == {Flag.PRIVATE_DISPUTE}


@pytest.mark.parametrize("text", ["held in custody", "debt bondage", "escape from custody"])
def test_custody_and_debt_of_another_kind_are_no_private_dispute(text):
    assert PRIVATE_WORDS.flags_in(fold(text)) == frozenset()


@pytest.mark.parametrize(
    ("pointer", "flags"),
    [
        ("/offences/0/charge/text", (Flag.ARTICLE_3,)),
        ("/offences/0/charge/translation", (Flag.ARTICLE_3,)),
        ("/narrative", (Flag.ARTICLE_3,)),
        ("/narrative_translation", (Flag.ARTICLE_3,)),
    ],
)
def test_charge_translation_and_narrative_are_all_read(pointer, flags):
    assert taken_in(put(pointer, "He is accused of blasphemy.")).flags == flags


def test_a_narrative_may_speak_of_debts():
    assert taken_in(put("/narrative", "He left because of a debt.")).flags == ()


@pytest.mark.parametrize(("text", "beyond"), [("Æon Øl ß", False), ("Ловкий", True), ("الجمارك", True), ("海关", True)])
def test_letters_that_the_lists_cannot_read_are_told(text, beyond):
    assert is_beyond_lists(fold(text)) is beyond


@given(text=st.text(max_size=60))
def test_folding_twice_changes_nothing(text):
    folded = fold(text)

    assert fold(folded).split() == folded.split()


@given(before=st.text(max_size=30), after=st.text(max_size=30), word=st.sampled_from(["blasphemy", "landesverrat"]))
def test_a_word_is_found_between_any_words(before, after, word):
    assert Flag.ARTICLE_3 in REVIEW_WORDS.flags_in(fold(f"{before} {word} {after}"))
