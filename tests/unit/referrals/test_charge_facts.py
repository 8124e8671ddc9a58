"""What a charge was read as, in the event that leaves and in the findings that stay."""

from datetime import UTC, datetime
from uuid import UUID

from referral_bodies import SECRET, TODAY, drop, put, read

from schemas.events import OffenceFact
from schemas.vocabulary.facts import AskGround, Category
from services.referrals.charges.shown import shown_reading
from services.referrals.facts import received
from services.referrals.intake import check

REFERRAL_ID = UUID("0193f3a0-0000-7000-8000-000000000002")
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
NOTHING_STATED = (drop("/offences/0/category"), drop("/offences/0/section"))


def offence_of(*changes) -> OffenceFact:
    referral = read(*changes)
    return received(referral, REFERRAL_ID, NOW, check(referral, TODAY)).offences[0]


def charge(text: str, language: str = "en"):
    return put("/offences/0/charge", {"text": text, "language": language})


def test_the_event_says_what_the_charge_was_read_as():
    offence = offence_of(*NOTHING_STATED, charge(f"Lavado de activos por {SECRET}", "es"))

    assert offence.ask is None
    assert offence.labels[0].category is Category.MONEY_LAUNDERING
    assert offence.labels[0].words
    assert SECRET not in offence.model_dump_json()


def test_the_event_says_why_a_person_must_read_the_charge():
    offence = offence_of(*NOTHING_STATED, charge("Trafficking"))

    assert offence.ask is AskGround.NOTHING_MATCHED


def test_a_stated_category_asks_nobody_and_keeps_the_labels_beside_it():
    offence = offence_of(charge("Trafficking in heroin, or not; unclear whether either"))

    assert offence.category is Category.CULTURAL_PROPERTY
    assert offence.ask is None
    assert [label.category for label in offence.labels] == [Category.NARCOTICS_SMUGGLING]


def test_an_offence_without_charge_text_has_neither_labels_nor_a_question():
    offence = offence_of(drop("/offences/0/charge"))

    assert (offence.labels, offence.ask) == ((), None)


def test_findings_keep_a_reading_without_anything_of_the_text():
    referral = read(charge(f"Theft by {SECRET}, art. 378 of the Penal Code"))

    (reading,) = check(referral, TODAY).readings

    assert reading is not None
    shown = shown_reading(reading)
    assert shown["lead"] == "ordinary-crime"
    assert shown["statutes"] == [{"code": "penal code", "number": "378"}]
    assert SECRET not in str(shown)
