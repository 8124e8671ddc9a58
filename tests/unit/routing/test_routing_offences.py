from typing import Any

import pytest
from routing_cases import decided, nexus

from schemas.vocabulary.facts import Category
from schemas.vocabulary.requests import Urgency
from services.routing.domain import Decision, Ruleset

URGENCY = """
human-smuggling U2, human-trafficking U1, contraband-smuggling U2, narcotics-smuggling U2, stolen-vehicles-cargo U2,
wildlife-trafficking U3, money-laundering U2, bulk-cash U1, trade-based-laundering U2, corruption-proceeds U2,
export-control U2, conventional-arms U1, wmd-military U1, sanctions-evasion U2, trade-fraud U3, ipr-theft U3,
tobacco U3, forced-labour-goods U2, cultural-property U3, child-exploitation U1, child-sex-travel U1,
prime-bank-fraud U2, financial-fraud U2, document-benefit-fraud U2, repatriation U3, foreign-fugitive U2,
extradition-to-us U2, human-rights U2, document-printers U2, airport-interdiction U1, extraterritorial U2,
third-country-fugitive U2, terrorism U1, cybercrime U2, gangs U2, visa-vetting U1, missing-abducted U1,
victim-witness-help U2, ordinary-crime U2, unclassified U2
"""
COPIES = """
bulk-cash BCSC, child-exploitation C3, child-sex-travel C3, cybercrime C3, cultural-property CPAA,
corruption-proceeds FPCTF, foreign-fugitive FF, third-country-fugitive FF ERO, document-benefit-fraud FDL,
document-printers FDL, human-smuggling HSTC BITMAP, human-trafficking HSTC, ipr-theft IPRC, trade-fraud IPRC TTU,
money-laundering TTU, trade-based-laundering TTU, visa-vetting VSP, airport-interdiction VSP, human-rights HRVWCC,
terrorism BITMAP, extradition-to-us LEP, victim-witness-help LEP, repatriation ERO
"""


def by_sections(ruleset: Ruleset, *sections: str, **changes: Any) -> Decision:
    return decided(ruleset, offences=[{"section": section} for section in sections], **changes)


def test_every_category_has_its_default_urgency(ruleset: Ruleset) -> None:
    expected = dict(entry.split() for entry in URGENCY.split(","))

    assert {str(category): str(level) for category, level in ruleset.offences.urgency.items()} == expected


@pytest.mark.parametrize("category", [c for c in Category if c is not Category.UNCLASSIFIED])
def test_every_stated_category_is_kept_and_copied_by_the_table(ruleset: Ruleset, category: Category) -> None:
    expected = {entry.split()[0]: tuple(entry.split()[1:]) for entry in COPIES.split(",")}

    decision = decided(ruleset, offences=[{"category": category}])

    assert decision.category == category
    assert sorted(decision.copies) == sorted(expected.get(category, ()))


@pytest.mark.parametrize(
    ("section", "category"),
    [
        ("18 USC 1956", "money-laundering"),
        ("18 U.S.C. § 1956(a)(1)", "money-laundering"),
        ("18 USC 1956(c)(7)(B)", "corruption-proceeds"),
        ("18 USC 545", "contraband-smuggling"),
        ("18 USC 2320", "ipr-theft"),
        ("18 USC 554", "contraband-smuggling"),
        ("22 USC 2778", "conventional-arms"),
        ("18 USC 1546", "document-benefit-fraud"),
        ("18 USC 1591", "human-trafficking"),
        ("8 USC 1324", "human-smuggling"),
        ("8 USC 1325", "human-smuggling"),
        ("8 USC 1325(c)", "document-benefit-fraud"),
        ("8 USC 1182", "airport-interdiction"),
        ("8 USC 1182(a)(3)(B)", "terrorism"),
        ("8 USC 1182(a)(3)(E)(ii)", "human-rights"),
        ("19 USC 2609", "cultural-property"),
        ("18 USC 1583", "human-trafficking"),
        ("18 USC 2339C", "sanctions-evasion"),
        ("18 USC 2319b", "ipr-theft"),
        ("18 USC 2251", "child-exploitation"),
        ("18 USC 2423(b)", "child-sex-travel"),
        ("49 USC 46502", "airport-interdiction"),
        ("31 USC 5332", "bulk-cash"),
        ("18 USC 1030", "cybercrime"),
        ("18 USC 1343", "financial-fraud"),
        ("19 USC 1592", "trade-fraud"),
    ],
)
def test_a_section_leads_to_its_category(ruleset: Ruleset, section: str, category: str) -> None:
    assert by_sections(ruleset, section).category == category


def test_the_first_row_leads_where_no_owner_has_decided(ruleset: Ruleset) -> None:
    for key, rows in ruleset.offences.rows.items():
        plain = [row.category for row in rows if not row.parts]
        if plain and key not in ruleset.offences.leads:
            assert by_sections(ruleset, key.replace(" ", " USC ")).category == plain[0], key


def test_goods_decide_what_the_emergency_powers_act_is_about(ruleset: Ruleset) -> None:
    person, goods = [nexus("person_location", state="AZ")], [nexus("goods_exit", gateway="USLGB")]

    assert by_sections(ruleset, "50 USC 1705", nexus=person).category == "sanctions-evasion"
    assert by_sections(ruleset, "50 USC 1705", nexus=goods).category == "export-control"


@pytest.mark.parametrize(
    ("sections", "category"),
    [
        (("18 USC 545", "18 USC 554"), "contraband-smuggling"),
        (("18 USC 545", "19 USC 1527"), "wildlife-trafficking"),
        (("18 USC 1956", "31 USC 5332"), "bulk-cash"),
        (("18 USC 2342", "18 USC 545"), "tobacco"),
        (("18 USC 1956", "18 USC 1957"), "money-laundering"),
        (("18 USC 1956", "18 USC 2251"), "child-exploitation"),
    ],
)
def test_several_sections_lead_to_the_row_that_holds_most(
    ruleset: Ruleset, sections: tuple[str, ...], category: str
) -> None:
    assert by_sections(ruleset, *sections).category == category
    assert by_sections(ruleset, *reversed(sections)).category == category


def test_other_rows_become_labels_but_earn_no_copy(ruleset: Ruleset) -> None:
    decision = by_sections(ruleset, "18 USC 1956")

    assert "bulk-cash" in decision.labels
    assert decision.copies == ("TTU",)


def test_every_section_of_its_own_earns_its_copy(ruleset: Ruleset) -> None:
    assert by_sections(ruleset, "18 USC 1956", "18 USC 2251").copies == ("C3", "TTU")


def test_what_is_stated_beats_every_section(ruleset: Ruleset) -> None:
    decision = decided(ruleset, offences=[{"category": "tobacco", "section": "18 USC 2251"}])

    assert (decision.category, decision.copies) == ("tobacco", ())
    assert "child-exploitation" in decision.labels


def test_among_stated_categories_the_most_urgent_leads_then_the_table(ruleset: Ruleset) -> None:
    def lead(*stated: str) -> str:
        return decided(ruleset, offences=[{"category": category} for category in stated]).category

    assert lead("cultural-property", "money-laundering") == "money-laundering"
    assert lead("gangs", "money-laundering") == "money-laundering"
    assert lead("ordinary-crime", "cultural-property") == "cultural-property"


def test_ordinary_crime_of_a_wanted_person_is_a_fugitive(ruleset: Ruleset) -> None:
    decision = decided(ruleset, offences=[{"category": "ordinary-crime"}], request_type="fugitive")

    assert (decision.category, decision.labels) == ("foreign-fugitive", ("ordinary-crime",))


def charge(*labels: str, ask: str | None = None) -> dict[str, Any]:
    read = [{"category": label, "confidence": 0.9, "words": ["transport", "migrants"]} for label in labels]
    return {"charge_given": True, "labels": read, "ask": ask}


def read_as(ruleset: Ruleset, *offences: dict[str, Any], **changes: Any) -> Decision:
    return decided(ruleset, offences=list(offences), **changes)


def test_a_charge_leads_by_the_first_label_it_was_read_as(ruleset: Ruleset) -> None:
    decision = read_as(ruleset, charge("money-laundering", "narcotics-smuggling"))

    assert (decision.outcome, decision.category) == ("office", "money-laundering")
    assert decision.labels == ("narcotics-smuggling",)
    assert decision.copies == ("TTU",)


def test_the_sentence_says_by_which_words_a_charge_was_read(ruleset: Ruleset) -> None:
    read, stated = read_as(ruleset, charge("human-smuggling")), read_as(ruleset, {"category": "human-smuggling"})

    assert (read.category_by, stated.category_by) == ("read", "stated")
    assert "; human-smuggling read from the charge: transport, migrants (confidence 0.9); rule R-" in read.because
    assert "read from the charge" not in stated.because


@pytest.mark.parametrize(
    ("labels", "sections", "category"),
    [
        ((), ("18 USC 1956", "18 USC 1957"), "money-laundering"),
        (("narcotics-smuggling",), ("18 USC 1956",), "narcotics-smuggling"),
        (("cybercrime",), ("18 USC 1343",), "cybercrime"),
        (("tobacco",), ("18 USC 99999",), "tobacco"),
        (("tobacco",), ("18 USC 2251",), "unclassified"),
    ],
)
def test_a_section_that_a_charge_names_and_its_words_must_agree(
    ruleset: Ruleset, labels: tuple[str, ...], sections: tuple[str, ...], category: str
) -> None:
    decision = read_as(ruleset, {**charge(*labels), "sections": sections})

    assert decision.category == category
    assert (decision.outcome == "triage") == ("readings_compete" in decision.grounds) == (category == "unclassified")


@pytest.mark.parametrize("labels", [(), ("money-laundering", "bulk-cash")])
@pytest.mark.parametrize("ask", ["untranslated", "readings_compete", "denied"])
def test_no_section_in_a_charge_settles_what_a_person_must_read(
    ruleset: Ruleset, labels: tuple[str, ...], ask: str
) -> None:
    decision = read_as(ruleset, {**charge(*labels, ask=ask), "sections": ["18 USC 1956"]})

    assert (decision.outcome, decision.category, decision.grounds) == ("triage", "unclassified", ("unclassified", ask))
    assert "money-laundering" in decision.labels


@pytest.mark.parametrize("ask", ["nothing_matched", "reading_below_floor"])
def test_a_section_in_a_charge_settles_what_its_words_leave_in_doubt(ruleset: Ruleset, ask: str) -> None:
    labels = () if ask == "nothing_matched" else ("money-laundering",)

    decision = read_as(ruleset, {**charge(*labels, ask=ask), "sections": ["18 USC 1956"]})

    assert (decision.outcome, decision.category) == ("office", "money-laundering")


def test_among_charges_the_most_urgent_leads_and_an_association_never_does(ruleset: Ruleset) -> None:
    assert read_as(ruleset, charge("cultural-property"), charge("bulk-cash")).category == "bulk-cash"
    assert read_as(ruleset, charge("cultural-property"), charge("gangs")).category == "cultural-property"
    assert read_as(ruleset, charge("gangs"), charge("ordinary-crime")).category == "gangs"
    assert read_as(ruleset, charge("gangs")).category == "gangs"


def test_every_label_that_was_read_earns_its_copy(ruleset: Ruleset) -> None:
    assert read_as(ruleset, charge("human-smuggling"), charge("child-exploitation")).copies == ("C3", "HSTC", "BITMAP")


def test_ordinary_crime_that_was_read_of_a_wanted_person_is_a_fugitive(ruleset: Ruleset) -> None:
    decision = read_as(ruleset, charge("ordinary-crime"), request_type="fugitive")

    assert (decision.category, decision.labels) == ("foreign-fugitive", ("ordinary-crime",))


@pytest.mark.parametrize("said", [{"category": "tobacco"}, {"section": "18 USC 2342"}])
def test_what_is_stated_beats_what_was_read(ruleset: Ruleset, said: dict[str, str]) -> None:
    decision = read_as(ruleset, said, charge("child-exploitation"), charge(ask="readings_compete"))

    assert (decision.outcome, decision.category, decision.copies) == ("office", "tobacco", ())
    assert "child-exploitation" in decision.labels


@pytest.mark.parametrize("ask", ["untranslated", "readings_compete", "reading_below_floor"])
def test_a_charge_that_could_have_led_brings_the_others_to_a_person(ruleset: Ruleset, ask: str) -> None:
    decision = read_as(ruleset, charge("money-laundering"), charge(ask=ask))

    assert (decision.outcome, decision.category, decision.grounds) == ("triage", "unclassified", ("unclassified", ask))
    assert decision.labels == ("money-laundering",)


@pytest.mark.parametrize("ask", ["nothing_matched", "denied"])
def test_a_charge_that_says_nothing_does_not_hold_the_others_up(ruleset: Ruleset, ask: str) -> None:
    assert read_as(ruleset, charge("money-laundering"), charge(ask=ask)).category == "money-laundering"
    assert read_as(ruleset, charge(ask=ask)).outcome == "triage"


@pytest.mark.parametrize(
    "offences",
    [
        [],
        [{"charge_given": True}],
        [{"category": "unclassified"}],
        [{"section": "18 USC 99999"}],
        [{"section": "302 IPC"}],
    ],
)
def test_what_cannot_be_classified_goes_to_a_person(ruleset: Ruleset, offences: list[dict[str, Any]]) -> None:
    decision = decided(ruleset, offences=offences)

    assert (decision.outcome, decision.category, decision.proposed) == ("triage", "unclassified", "SAC-SAT")
    assert decision.grounds == ("unclassified",)


def test_urgency_is_kept_and_a_higher_one_only_suggested(ruleset: Ruleset) -> None:
    routine = decided(ruleset, urgency="U3", offences=[{"category": "bulk-cash"}])
    stated = decided(ruleset, urgency="U0", offences=[{"category": "bulk-cash"}])

    assert (routine.urgency, routine.suggested_urgency) == (Urgency.ROUTINE, Urgency.URGENT)
    assert (stated.urgency, stated.suggested_urgency) == (Urgency.LIFE, None)


@pytest.mark.parametrize(
    ("eta", "suggested"),
    [
        ("2026-11-21T12:00:00Z", "U1"),
        ("2026-11-21T12:00:00", "U1"),
        ("2026-11-22T11:59:00Z", "U1"),
        ("2026-11-22T12:00:00Z", None),
        ("2026-11-20T11:59:00Z", None),
    ],
)
def test_an_arrival_within_two_days_speaks_for_one_level_more(
    ruleset: Ruleset, eta: str, suggested: str | None
) -> None:
    arrival = {"kind": "conveyance_arrival", "place": {"gateway": "JFK"}, "eta": eta}

    assert decided(ruleset, nexus=[arrival]).suggested_urgency == suggested
