"""Reading a charge: which category leads, what explains it, and when a person is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.facts import AskGround, Category
from services.referrals.charges import FLOOR, Statute, read_charge
from services.referrals.charges.frames import concepts

C = Category


def categories(text: str, language: str = "en") -> list[Category]:
    return [label.category for label in read_charge(text, None, language).labels]


def lead(text: str, language: str = "en") -> Category | None:
    return read_charge(text, None, language).lead


def test_a_reading_explains_itself_by_who_act_object_and_qualifier():
    reading = read_charge("Conveying undocumented persons across the frontier in a concealed compartment", None, "en")

    assert reading.lead is C.HUMAN_SMUGGLING
    assert {"persons without papers", "convey"} <= set(reading.labels[0].words)


@pytest.mark.parametrize(
    ("text", "language", "category"),
    [
        ("SMUGGLED migrants", "en", C.HUMAN_SMUGGLING),
        ("migrants who were being smuggled", "en", C.HUMAN_SMUGGLING),
        ("Traficaban con estupefacientes", "es", C.NARCOTICS_SMUGGLING),
        ("trafic de stupéfiants", "fr", C.NARCOTICS_SMUGGLING),
        ("TRAFIC DE STUPEFIANTS", "fr", C.NARCOTICS_SMUGGLING),
        ("Geldwäsche", "de", C.MONEY_LAUNDERING),
        ("GELDWÄSCHE", "de", C.MONEY_LAUNDERING),
    ],
)
def test_case_accents_and_endings_do_not_matter(text, language, category):
    assert lead(text, language) is category


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Rauschgiftschmuggel", C.NARCOTICS_SMUGGLING),
        ("Zigarettenschmuggel", C.TOBACCO),
        ("Wohnungseinbruchdiebstahl", C.ORDINARY_CRIME),
    ],
)
def test_a_german_compound_is_read_by_its_parts(text, category):
    assert lead(text, "de") is category


@pytest.mark.parametrize(
    ("text", "leads", "also"),
    [
        ("Contraband of cigarettes", C.TOBACCO, None),
        ("Laundering the proceeds of drug trafficking", C.MONEY_LAUNDERING, C.NARCOTICS_SMUGGLING),
        ("Participation in a criminal organisation to smuggle heroin", C.NARCOTICS_SMUGGLING, C.GANGS),
        ("Membership of a gang that committed robberies", C.ORDINARY_CRIME, C.GANGS),
        ("Printing false identity documents for sale", C.DOCUMENT_PRINTERS, C.DOCUMENT_BENEFIT_FRAUD),
    ],
)
def test_within_one_charge_the_more_specific_leads(text, leads, also):
    found = categories(text)

    assert found[0] is leads
    assert also is None or also in found


def test_between_charges_of_a_list_the_more_urgent_leads():
    assert categories("Fraud, art. 313-1\nKidnapping, art. 224-1\nTobacco smuggling")[0] is C.MISSING_ABDUCTED


def test_murder_leads_over_a_less_urgent_gang_and_yields_to_all_else():
    assert categories("1. Murder\n2. Cigarette smuggling")[0] is C.TOBACCO


@pytest.mark.parametrize(
    "text",
    [
        "Assault on an officer of the counter-terrorism unit",
        "Robbery of a drugstore",
        "Theft of a driving licence",
        "Robbery (the offence is not related to drugs)",
        "Murder; the body is still missing",
    ],
)
def test_what_only_sounds_like_something_special_is_an_ordinary_crime(text):
    assert lead(text) is C.ORDINARY_CRIME


def test_what_is_denied_is_no_label():
    assert categories("Fraud, no indication of money laundering") == [C.FINANCIAL_FRAUD]


def test_what_follows_a_but_is_not_denied():
    assert lead("Acquitted of fraud but convicted of kidnapping a businessman") is C.MISSING_ABDUCTED


def test_what_is_dropped_behind_it_is_denied_too():
    assert categories("The charge of money laundering was dropped") == []


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("No charge of smuggling or of money laundering is pursued", AskGround.DENIED),
        ("Trafficking", AskGround.NOTHING_MATCHED),
        ("Counterfeiting", AskGround.NOTHING_MATCHED),
        ("Art. 210 of the Penal Code", AskGround.NOTHING_MATCHED),
        ("Transporting women across the border, whether for exploitation is not established", None),
        ("Money laundering or fraud; unclear whether either", AskGround.READINGS_COMPETE),
    ],
)
def test_a_person_is_asked_and_told_why(text, ground):
    reading = read_charge(text, None, "en")

    assert reading.lead is None
    assert ground is None or reading.ask is ground


def test_a_reading_that_leaves_most_words_unread_is_below_the_floor():
    reading = read_charge("Heroin zzyx qwerty plugh frotz xyzzy", None, "en")

    assert reading.ask is AskGround.BELOW_FLOOR
    assert reading.labels[0].confidence < FLOOR


def test_names_and_numbers_are_no_gap_in_a_reading():
    assert lead("Possession of 12 kilos of heroin at Liverpool, Lime Street, by Joe Bloggs") is C.NARCOTICS_SMUGGLING


def test_a_killing_that_the_leading_category_does_not_explain_asks_a_person():
    reading = read_charge("Murder of a man who reported on corruption", None, "en")

    assert reading.ask is AskGround.READINGS_COMPETE


def test_a_killing_strung_to_another_charge_is_a_charge_of_its_own():
    assert categories("Homicide and unlawful possession of a firearm")[:2] == [C.CONVENTIONAL_ARMS, C.ORDINARY_CRIME]


@pytest.mark.parametrize("text", ["غسل الأموال", "отмывание денег", "洗钱"])
def test_another_script_without_translation_goes_to_a_person(text):
    assert read_charge(text).ask is AskGround.UNTRANSLATED


def test_another_language_without_translation_goes_to_a_person():
    assert read_charge("Witwassen van geld", None, "nl").ask is AskGround.UNTRANSLATED


def test_a_translation_is_read_where_the_text_cannot_be():
    assert read_charge("غسل الأموال", "Money laundering", "ar").lead is C.MONEY_LAUNDERING


def test_text_and_translation_that_contradict_each_other_are_not_guessed_at():
    assert read_charge("Blanchiment de capitaux", "Kidnapping", "fr").ask is AskGround.READINGS_COMPETE


def test_a_text_without_a_stated_language_is_read_by_its_small_words():
    assert read_charge("Detenção, no: la falsificación de la moneda de los bancos").lead is C.DOCUMENT_PRINTERS


@pytest.mark.parametrize(
    ("text", "statute"),
    [
        ("Homicidio (art. 80 CP)", Statute("penal code", "80")),
        ("§ 263 Abs. 3 StGB Betrug", Statute("penal code", "263")),
        ("Section 302 IPC", Statute("penal code", "302")),
        ("ст. 208 УК", Statute("penal code", "208")),
        ("- meurtre (art. 221-1)", Statute(None, "221-1")),
        ("al-ittijar (q. 64/2010)", Statute(None, "64/2010")),
    ],
)
def test_statutes_are_kept_as_values(text, statute):
    assert read_charge(text, "Murder", "en").statutes == (statute,)


def test_a_long_number_is_no_statute():
    assert read_charge("art. 12345678901, theft", None, "en").statutes == ()


PLAIN_WORDS = {concept.words for concept in concepts().values()}
LANGUAGES = st.sampled_from([None, "en", "es", "fr", "de", "ar-Latn", "und", "nl"])
PIECES = ["smuggling", "of", "drugs", "not", "art.", "12", "§", "migrants", ";", "\n", "acquitted", "but", "1)", "ـ"]
WORDS = st.lists(st.sampled_from(PIECES)).map(" ".join)


@given(text=st.one_of(st.text(max_size=300), WORDS), translation=st.none() | WORDS, language=LANGUAGES)
def test_any_text_is_read_and_explained_in_our_words_alone(text, translation, language):
    reading = read_charge(text, translation, language)

    assert (reading.lead is None) == (reading.ask is not None)
    assert len({label.category for label in reading.labels}) == len(reading.labels)
    for label in reading.labels:
        assert set(label.words) <= PLAIN_WORDS
        assert 0 < label.confidence <= 1


@given(WORDS, LANGUAGES)
def test_the_same_text_is_always_read_the_same(text, language):
    assert read_charge(text, None, language) == read_charge(text, None, language)
