import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.links.names import sounds_of, spellings
from services.referrals.links.objects import Thing, things_in
from services.referrals.model.subjects import NameKind, SubjectName


def words_of(text, **more):
    return list(spellings([SubjectName(text=text, **more)]))


def sounds(text):
    [words] = words_of(text)
    return sounds_of(words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed Yusuf", "Muhamad Youssef"),
        ("Mohammed Yusuf", "محمد يوسف"),
        ("Мухаммед Хомяков", "Muhammad Khomiakov"),
        ("Sergej Suchanov", "Серге́й Суханов"),
        ("Sergei Petrov Testov", "TESTOFF, Sergey"),
        ("Abdallah Al-Testawi", "Abdullah Testawi"),
        ("Άννα Παπαδοπούλου", "Anna Papadopoulou"),
        ("José Núñez Prueba", "Jose Nunez"),
        ("Kowalski Testowy", "Kovalsky Testovy"),
    ],
)
def test_spellings_of_one_name_sound_alike(one, other):
    assert sounds(one) & sounds(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sergei Testov", "Andrei Testov"),
        ("Maria Rossi", "Mario Bianchi"),
        ("Li Wei", "Lo Wu"),
        ("Mohammed Yusuf", "Mohammed Hassan"),
    ],
)
def test_other_names_do_not(one, other):
    assert not sounds(one) & sounds(other)


def test_the_order_of_words_does_not_matter():
    assert words_of("Testov, Sergei") == words_of("SERGEI TESTOV")


def test_a_single_word_a_nickname_and_a_handle_are_nobodys_name():
    assert words_of("Testov") == []
    assert words_of("Big Test", kind=NameKind.NICKNAME) == []
    assert words_of("big test", kind=NameKind.HANDLE) == []


def test_a_transliteration_is_a_spelling_of_its_own():
    assert len(words_of("李 测试", transliteration="Li Ceshi")) == 2


@given(st.text(max_size=60))
def test_any_text_can_be_read_as_a_name(text):
    for words in spellings([SubjectName.model_construct(text=text, transliteration=None, kind=NameKind.LEGAL)]):
        assert all(sound.split() for sound in sounds_of(words))


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("im Container CSQU 305438-3 verladen", Thing("container", "CSQU3054383")),
        ("aboard a vessel, IMO 9074729, bound for", Thing("vessel", "9074729")),
        ("IMO No. 9074729", Thing("vessel", "9074729")),
        ("a car, vin 1hgcm82633a004352.", Thing("vehicle", "1HGCM82633A004352")),
        ("to GB82 WEST 1234 5698 7654 32 PAID IN FULL", Thing("bank_account", "GB82WEST12345698765432")),
        ("DE89370400440532013000", Thing("bank_account", "DE89370400440532013000")),
    ],
)
def test_a_thing_is_found_in_text_by_a_number_that_checks_itself(text, thing):
    assert list(things_in(text)) == [thing]


@pytest.mark.parametrize(
    "text",
    ["CSQU3054384", "IMO 9074728", "1HGCM82633A004353", "GB82WEST12345698765433", "ref. 9074729", "ZZ0012345678901234"],
)
def test_a_number_that_fails_its_check_is_none(text):
    assert list(things_in(text)) == []
