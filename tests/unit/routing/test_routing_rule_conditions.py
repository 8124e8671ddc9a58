"""What a rule may ask of a referral, and in which words: each word meets what it means and nothing else."""

from typing import Any

import pytest
from routing_cases import LAREDO, OPEN_MARKS, decided, nexus
from rule_rows import read_rows, with_rows

from services.routing.domain import Ruleset

LIVES = "person_location"


def fits(ruleset: Ruleset, asked: dict[str, str], **changes: Any) -> bool:
    return decided(with_rows(ruleset, asked | {"flags": "rule_asks"}), **changes).grounds.count("rule_asks") == 1


@pytest.mark.parametrize(
    ("words", "ties"),
    [
        ("destination_address", [LAREDO, nexus("bank_account", state="WA")]),
        ("goods_entry|destination_address", [LAREDO]),
        ("unclear", [nexus(LIVES, state="TX"), LAREDO]),
        ("below-floor", [nexus("phone", state="AZ")]),
        ("abroad", [nexus(LIVES, country="JP")]),
        ("nowhere", []),
        ("nowhere", [nexus("online_provider", state="WA")]),
    ],
)
def test_the_nexus_that_leads_is_asked_for_or_why_none_does(
    ruleset: Ruleset, words: str, ties: list[dict[str, Any]]
) -> None:
    others = "conveyance_arrival|bank_account|crypto_service"

    assert fits(ruleset, {"nexus": words}, nexus=ties)
    assert not fits(ruleset, {"nexus": others}, nexus=ties)


@pytest.mark.parametrize(
    ("words", "tie"),
    [
        ("US", LAREDO),
        ("TX", LAREDO),
        ("SAC-SAT", LAREDO),
        ("ZIP 780", LAREDO),
        ("ZIP 78040", LAREDO),
        ("WA|ZIP 780", LAREDO),
        ("TX/Webb", nexus(LIVES, state="TX", county="Webb County")),
        ("TX/webb", nexus(LIVES, zip="78040", county="Webb")),
        ("AZ/Pima", nexus(LIVES, state="AZ", county="Pima")),
        ("SAC-LAX", nexus(LIVES, state="CA", city="Los Angeles")),
        ("CA", nexus(LIVES, state="CA", city="Los Angeles")),
        ("TX", nexus(LIVES, state="TX")),
        ("WA", nexus(LIVES, city="Bellevue", state="Washington")),
        ("gateway JFK", nexus("goods_entry", gateway="Kennedy")),
        ("NY", nexus("goods_entry", gateway="Kennedy")),
        ("KY", nexus("goods_entry", gateway="CVG", state="OH")),
        ("gateway DUB", nexus("goods_entry", gateway="DUB")),
        ("country IE", nexus("goods_entry", gateway="DUB")),
        ("country CA", nexus(LIVES, country="CA")),
        ("AE", nexus(LIVES, state="AE")),
        ("PR", nexus(LIVES, country="PR")),
        ("UM", nexus(LIVES, country="UM")),
    ],
)
def test_a_rule_asks_where_the_best_tie_lies(ruleset: Ruleset, words: str, tie: dict[str, Any]) -> None:
    elsewhere = "GU|SAC-BOS|SAC-MIA|ZIP 331|ZIP 33101|FL/Dade|gateway LAX|country FR|IL|MA/Suffolk"

    assert fits(ruleset, {"place": words}, nexus=[tie])
    assert not fits(ruleset, {"place": elsewhere}, nexus=[tie])


@pytest.mark.parametrize(
    ("words", "tie"),
    [
        ("CA", nexus(LIVES, country="CA")),
        ("US", nexus(LIVES, country="CA")),
        ("country CA", nexus(LIVES, state="CA", city="Los Angeles")),
        ("country AE", nexus(LIVES, state="AE")),
        ("US", nexus(LIVES, state="AE")),
        ("OH", nexus("goods_entry", gateway="CVG", state="OH")),
        ("SAC-DAL", nexus(LIVES, state="TX")),
        ("AZ|TX", nexus(LIVES, state="AZ", zip="78040")),
        ("US|country FR", nexus("associate")),
    ],
)
def test_a_place_is_not_taken_for_another(ruleset: Ruleset, words: str, tie: dict[str, Any]) -> None:
    assert not fits(ruleset, {"place": words}, nexus=[tie])


def test_the_place_asked_for_is_that_of_the_tie_that_leads(ruleset: Ruleset) -> None:
    ties = [LAREDO, nexus("bank_account", state="WA", evidence=("branch",))]

    assert not fits(ruleset, {"place": "WA"}, nexus=ties)


@pytest.mark.parametrize(
    ("asked", "met", "not_met"),
    [
        ({"category": "bulk-cash|tobacco"}, {"offences": [{"category": "tobacco"}]}, {}),
        ({"urgency": "U0|U1"}, {"urgency": "U1"}, {"urgency": "U2"}),
        ({"requester": "IT"}, {"requester_country": "Italy"}, {"requester_country": "FR"}),
        ({"requester": "EUR"}, {"requester_country": "IT"}, {"requester_country": "JP"}),
        ({"requester": "SPECOPS"}, {"requester_country": "YU"}, {"requester_country": "IT"}),
        ({"requester": "international-body"}, {"requester_kind": "international_body"}, {}),
        ({"request_type": "fugitive"}, {"request_type": "fugitive"}, {"request_type": "asset_tracing"}),
        ({"channel": "ncb"}, {"channel": "ncb"}, {"channel": "direct"}),
        ({"marks": "H1"}, {"marks": {"tlp": "GREEN", "handling": ["H0", "H1"]}}, {}),
        ({"marks": "H2"}, {"marks": {"tlp": "GREEN", "handling": []}}, {}),
        ({"marks": "AMBER"}, {"marks": {"tlp": "AMBER+STRICT", "handling": ["H0"]}}, {}),
        ({"marks": "AMBER"}, {"marks": {"tlp": "RED", "handling": ["H0"]}}, {}),
        ({"marks": "GREEN"}, {}, {"marks": {"tlp": "CLEAR", "handling": ["H0"]}}),
        ({"marks": "no_capital_use"}, {"marks": OPEN_MARKS | {"conditions": ["no_capital_use"]}}, {}),
        ({"marks": "NOFORN"}, {"marks": OPEN_MARKS | {"us": {"ldc": ["NOFORN"]}}}, {}),
        ({"marks": "protected-person"}, {"marks": OPEN_MARKS | {"us": {"protected_person": True}}}, {}),
        ({"marks": "flag:protected_person"}, {"marks": OPEN_MARKS | {"us": {"protected_person": True}}}, {}),
        ({"marks": "flag:article_3"}, {"flags": ["article_3"]}, {"flags": ["repression"]}),
        ({"category": "tobacco", "requester": "IT"}, {"offences": [{"category": "tobacco"}]}, {}),
    ],
)
def test_a_rule_asks_for_what_the_referral_is(
    ruleset: Ruleset, asked: dict[str, str], met: dict[str, Any], not_met: dict[str, Any]
) -> None:
    assert fits(ruleset, asked, **met)
    assert not fits(ruleset, asked, **not_met)


def test_only_the_lead_category_is_asked_for(ruleset: Ruleset) -> None:
    offences = [{"category": "human-trafficking"}, {"category": "tobacco"}]

    assert fits(ruleset, {"category": "human-trafficking"}, offences=offences)
    assert not fits(ruleset, {"category": "tobacco"}, offences=offences)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"rule": "R 740"}, "bad-rule-name"),
        ({"rule": "R-FOLLOW-UP"}, "reserved-rule-name"),
        ({"priority": "0"}, "bad-priority"),
        ({"priority": "-1"}, "bad-priority"),
        ({"nexus": "existing_us_case"}, "unknown-nexus"),
        ({"place": "XX"}, "unknown-place"),
        ({"place": "ZIP 7"}, "unknown-zip"),
        ({"place": "ZIP 000"}, "unknown-zip"),
        ({"place": "TX/Nowhere"}, "unknown-county"),
        ({"place": "XX/Webb"}, "unknown-area"),
        ({"place": "gateway Atlantis"}, "unknown-gateway"),
        ({"place": "country US"}, "unknown-country"),
        ({"category": "piracy"}, "unknown-category"),
        ({"urgency": "U9"}, "unknown-urgency"),
        ({"requester": "Italy"}, "unknown-requester"),
        ({"request_type": "favour"}, "unknown-request-type"),
        ({"request_type": "training"}, "desk-only-request-type"),
        ({"channel": "pigeon"}, "unknown-channel"),
        ({"marks": "SECRET", "lead": "", "flags": "rule_asks"}, "unknown-mark"),
        ({"marks": "H3"}, "marks-name-somebody"),
        ({"marks": "H3", "lead": "", "copies": "C3"}, "marks-name-somebody"),
        ({"category": "|"}, "no-condition"),
        ({"lead": "SAC-XXX"}, "unknown-lead"),
        ({"lead": "TCIU"}, "foreign-lead"),
        ({"lead": ""}, "rule-does-nothing"),
        ({"desk": "EUR"}, "lead-and-desk"),
        ({"lead": "", "desk": "SAC"}, "unknown-desk"),
        ({"supporting": "C3"}, "unknown-supporting"),
        ({"supporting": "SAC-SAN"}, "lead-told-twice"),
        ({"supporting": "SAC-SEA|SAC-SEA"}, "named-twice"),
        ({"copies": "SAC-SEA"}, "unknown-copies"),
        ({"flags": "owners_differ"}, "unknown-flags"),
        ({"lead": "@pro-tem", "category": "tobacco"}, "no-programme-pro-tem"),
    ],
)
def test_a_row_that_is_wrong_is_left_out_and_told(ruleset: Ruleset, cells: dict[str, str], code: str) -> None:
    rules, faults = read_rows(ruleset, {"lead": "SAC-SAN"} | cells, {"rule": "R-741", "lead": "SAC-SAN"})

    assert [(fault.file, fault.row, fault.code) for fault in faults] == [("rules.tsv", 2, code)]
    assert all(fault.mend for fault in faults)
    assert [rule.name for rule in rules] == ["R-741"]


def test_two_rules_of_one_name_are_refused(ruleset: Ruleset) -> None:
    rules, faults = read_rows(ruleset, {"lead": "SAC-SAN"}, {"lead": "SAC-SEA"})

    assert [(fault.row, fault.code) for fault in faults] == [(3, "told-twice")]
    assert len(rules) == 1
