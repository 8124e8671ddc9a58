from typing import Any

import pytest
from routing_cases import EARLIER, LAREDO, case, decided, nexus

from schemas.vocabulary.facts import Category, NexusKind
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES, RequestType
from services.routing.domain import Ruleset

PHOENIX = nexus("phone", state="AZ")
BROOKLYN_BANK = nexus("bank_account", state="NY", county="Kings", evidence=("branch",))


def test_the_best_rank_leads_and_the_sentence_says_why(ruleset: Ruleset) -> None:
    decision = decided(ruleset, nexus=[BROOKLYN_BANK, LAREDO, PHOENIX], offences=[{"category": "human-trafficking"}])

    assert (decision.outcome, decision.office, decision.desk) == ("office", "SAC-SAT", "EUR")
    assert decision.supporting == ("SAC-NYC", "SAC-PHX")
    assert decision.copies == ("HSTC",)
    assert (decision.rule, decision.ruleset, decision.confidence) == ("R-NEXUS-03", "2026-11-01", 1.0)
    assert decision.because == (
        "SAC-SAT leads: destination address ZIP 78040 (TX) at rank 3 beat bank account Kings county, NY at rank 7; "
        "SAC-NYC, SAC-PHX supporting; HSTC copied for human-trafficking; rule R-NEXUS-03, ruleset 2026-11-01"
    )


def test_every_candidate_is_kept_with_the_reason_it_lost(ruleset: Ruleset) -> None:
    ties = [
        BROOKLYN_BANK,
        LAREDO,
        PHOENIX,
        nexus("online_provider", state="WA"),
        nexus("person_location", country="GB"),
        nexus("associate"),
        nexus("associate", state="CA"),
    ]

    lost = {(c.nexus, c.office): c.lost for c in decided(ruleset, nexus=ties).candidates}

    assert lost == {
        (1, "SAC-SAT"): "",
        (0, "SAC-NYC"): "rank 7 is behind rank 3",
        (2, "SAC-PHX"): "confidence 0.3 is below 0.4",
        (3, "SAC-SEA"): "online provider does not decide by itself",
        (4, None): "abroad, desk EUR",
        (5, None): "place unclear: not given",
        (6, "SAC-LAX"): "place unclear: ambiguous",
        (6, "SAC-SAN"): "place unclear: ambiguous",
        (6, "SAC-SFO"): "place unclear: ambiguous",
    }


def test_a_weak_tie_of_better_rank_does_not_lead(ruleset: Ruleset) -> None:
    weak = nexus("person_location", evidence=("low",), state="AZ")

    decision = decided(ruleset, nexus=[weak, BROOKLYN_BANK])

    assert (decision.office, decision.supporting) == ("SAC-NYC", ("SAC-PHX",))


@pytest.mark.parametrize(
    ("first", "second", "lead"),
    [
        (
            nexus("goods_entry", gateway="USLGB", evidence=("manifest_port",)),
            nexus("goods_exit", gateway="USHOU"),
            "SAC-HOU",
        ),
        (nexus("person_location", state="AZ", age=20), nexus("person_location", state="WA", age=10), "SAC-SEA"),
        (nexus("person_location", state="WA", age=20), nexus("person_location", state="AZ", age=20), "SAC-PHX"),
        (nexus("person_location", state="AZ", age=400), nexus("person_location", state="WA", age=31), "SAC-SEA"),
    ],
)
def test_ties_of_one_rank_are_told_apart(
    ruleset: Ruleset, first: dict[str, Any], second: dict[str, Any], lead: str
) -> None:
    assert decided(ruleset, nexus=[first, second]).office == lead
    assert decided(ruleset, nexus=[second, first]).office == lead


def test_the_thresholds_belong_to_those_who_reach_them(ruleset: Ruleset) -> None:
    exchange = nexus("crypto_service", state="WA")
    cloud = nexus("ip_server", state="GA", evidence=("vpn_or_cloud",))

    decision = decided(ruleset, nexus=[exchange, PHOENIX, cloud])

    assert (decision.office, decision.confidence, decision.supporting) == ("SAC-SEA", 0.4, ("SAC-PHX",))


def test_a_crossing_zip_gives_the_lead_to_the_majority(ruleset: Ruleset) -> None:
    decision = decided(ruleset, nexus=[nexus("destination_address", zip="798")])

    assert (decision.office, decision.supporting) == ("SAC-ELP", ("SAC-SAT",))
    assert decision.candidates[1].lost == "minority of its ZIP codes"


def test_nine_offices_support_and_every_other_one_is_listed(ruleset: Ruleset) -> None:
    states = ("GA", "MD", "MA", "NC", "IL", "OK", "CO", "MI", "NM", "HI", "NV", "MO")

    decision = decided(ruleset, nexus=[LAREDO, *(nexus("associate", state=state) for state in states)])

    assert len(decision.supporting) == 9
    assert len(decision.candidates) == 13


@pytest.mark.parametrize(
    ("ties", "ground", "proposed"),
    [
        ([PHOENIX], "below_floor", "SAC-PHX"),
        ([nexus("ip_server", state="WA", evidence=("vpn_or_cloud",)), PHOENIX], "below_floor", "SAC-PHX"),
        ([nexus("person_location", state="TX")], "place_unclear", None),
        ([nexus("person_location", state="TX"), LAREDO], "place_unclear", "SAC-SAT"),
        ([nexus("person_location", zip="78040", state="AZ")], "place_unclear", None),
        ([nexus("goods_entry", gateway="Columbus")], "place_unclear", None),
        ([nexus("goods_entry", gateway="DUB")], "place_abroad", None),
        ([nexus("person_location", state="AE")], "place_abroad", None),
        ([], "no_nexus", None),
        ([nexus("none")], "no_nexus", None),
        ([nexus("online_provider", state="WA")], "no_nexus", None),
    ],
)
def test_what_no_nexus_can_carry_goes_to_a_person(
    ruleset: Ruleset, ties: list[dict[str, Any]], ground: str, proposed: str | None
) -> None:
    decision = decided(ruleset, nexus=ties)

    assert (decision.outcome, decision.grounds, decision.proposed) == ("triage", (ground,), proposed)
    assert (decision.office, decision.supporting, decision.copies) == (None, (), ())


def test_an_unclear_place_of_lesser_rank_does_not_stop_the_lead(ruleset: Ruleset) -> None:
    assert decided(ruleset, nexus=[LAREDO, nexus("bank_account", state="CA")]).office == "SAC-SAT"


def test_a_place_abroad_goes_to_its_own_desk(ruleset: Ruleset) -> None:
    assert decided(ruleset, nexus=[nexus("person_location", state="AP")]).desk == "ASIA"
    assert decided(ruleset, nexus=[nexus("goods_entry", gateway="NAS")]).desk == "SACAR"


@pytest.mark.parametrize(
    ("category", "programme"),
    [
        ("child-exploitation", "C3"),
        ("child-sex-travel", "C3"),
        ("cybercrime", "C3"),
        ("human-rights", "HRVWCC"),
        ("cultural-property", "CPAA"),
    ],
)
@pytest.mark.parametrize("ties", [[], [nexus("online_provider", state="CA")], [nexus("ip_server")]])
def test_a_programme_leads_pro_tem_where_no_office_is_known(
    ruleset: Ruleset, category: str, programme: str, ties: list[dict[str, Any]]
) -> None:
    decision = decided(ruleset, offences=[{"category": category}], nexus=ties)

    assert (decision.outcome, decision.office, decision.rule) == ("programme", programme, "R-PRO-TEM")
    assert programme not in decision.copies
    assert decision.because.startswith(f"{programme} leads pro tem: no nexus leads to an office")


def test_a_weak_nexus_is_proposed_rather_than_the_programme(ruleset: Ruleset) -> None:
    decision = decided(ruleset, offences=[{"category": "cybercrime"}], nexus=[nexus("ip_server", state="OR")])

    assert (decision.outcome, decision.proposed) == ("triage", "SAC-SEA")


@pytest.mark.parametrize("request_type", sorted(DESK_ONLY_REQUEST_TYPES))
def test_what_is_no_investigation_stays_at_the_desk(ruleset: Ruleset, request_type: RequestType) -> None:
    decision = decided(ruleset, request_type=request_type, requester_country="JP")

    assert (decision.outcome, decision.desk, decision.grounds) == ("triage", "ASIA", ("desk_only_request",))
    assert (decision.proposed, decision.withheld) == (None, ())


@pytest.mark.parametrize("country", ["UM", "AQ", "BV", "HM", "TF", "US", "PR", "GU", "VI", "AS", "MP"])
@pytest.mark.parametrize("kind", ["agency", "international_body"])
def test_a_requester_from_home_or_nowhere_comes_to_special_operations(
    ruleset: Ruleset, country: str, kind: str
) -> None:
    decision = decided(ruleset, requester_country=country, requester_kind=kind)

    assert (decision.outcome, decision.desk, decision.proposed) == ("triage", "SPECOPS", "SAC-SAT")
    assert decision.grounds == ("home_requester",)


@pytest.mark.parametrize("country", ["YU", "ZZ", "", "914"])
def test_a_country_nobody_can_name_goes_to_a_person(ruleset: Ruleset, country: str) -> None:
    decision = decided(ruleset, requester_country=country)

    assert (decision.desk, decision.grounds) == ("SPECOPS", ("unknown_country",))


def test_an_international_body_comes_to_the_desk_of_its_seat(ruleset: Ruleset) -> None:
    decision = decided(ruleset, requester_country="NL", requester_kind="international_body")

    assert (decision.outcome, decision.desk) == ("office", "EUR")


def test_a_confirmed_case_wins_over_every_place(ruleset: Ruleset) -> None:
    decision = decided(ruleset, nexus=[LAREDO, case("SAC-BOS", deconflicted=True)])

    assert (decision.office, decision.rule) == ("SAC-BOS", "R-EXISTING-CASE")
    assert decision.supporting == ("SAC-SAT",)


@pytest.mark.parametrize(
    ("cases", "ground", "proposed"),
    [
        ([case("SAC-BOS", deconflicted=False)], "not_deconflicted", "SAC-BOS"),
        ([case("SAC-BOS", deconflicted=True), case("SAC-MIA", deconflicted=True)], "owners_differ", "SAC-BOS"),
        ([case("SAC-MIA", deconflicted=False), case("SAC-BOS", deconflicted=True)], "owners_differ", "SAC-BOS"),
        ([case(None, deconflicted=True)], "case_owner_unknown", "SAC-SAT"),
        ([case("SAC-XXX", deconflicted=True)], "case_owner_unknown", "SAC-SAT"),
    ],
)
def test_a_case_in_doubt_goes_to_a_person(
    ruleset: Ruleset, cases: list[dict[str, Any]], ground: str, proposed: str
) -> None:
    decision = decided(ruleset, nexus=[LAREDO, *cases])

    assert (decision.outcome, decision.grounds, decision.proposed) == ("triage", (ground,), proposed)


def test_a_follow_up_goes_to_its_owner(ruleset: Ruleset) -> None:
    decision = decided(ruleset, earlier=[EARLIER], owners=("SAC-MIA",))

    assert (decision.office, decision.supporting, decision.rule) == ("SAC-MIA", ("SAC-SAT",), "R-FOLLOW-UP")
    assert decision.because.startswith("SAC-MIA leads: it holds the earlier referral")


def test_a_case_without_an_owner_is_proposed_to_the_programme_pro_tem(ruleset: Ruleset) -> None:
    decision = decided(ruleset, nexus=[case(None, deconflicted=True)], offences=[{"category": "cybercrime"}])

    assert (decision.grounds, decision.proposed) == (("case_owner_unknown",), "C3")
    assert "C3 is proposed: no nexus leads to an office" in decision.because


@pytest.mark.parametrize(
    ("owners", "cases", "ground"),
    [
        ((), [], "earlier_owner_unknown"),
        (("SAC-MIA", "SAC-BOS"), [], "owners_differ"),
        (("SAC-MIA",), [case("SAC-BOS", deconflicted=True)], "owners_differ"),
    ],
)
def test_a_follow_up_in_doubt_goes_to_a_person(
    ruleset: Ruleset, owners: tuple[str, ...], cases: list[dict[str, Any]], ground: str
) -> None:
    decision = decided(ruleset, earlier=[EARLIER], owners=owners, nexus=[LAREDO, *cases])

    assert (decision.outcome, decision.grounds) == ("triage", (ground,))


def test_a_programme_that_owns_the_earlier_referral_keeps_it(ruleset: Ruleset) -> None:
    decision = decided(ruleset, earlier=[EARLIER], owners=("C3",), offences=[{"category": "cybercrime"}])

    assert (decision.outcome, decision.office, decision.copies) == ("programme", "C3", ())


def test_interpol_washington_is_copied_on_its_own_channel(ruleset: Ruleset) -> None:
    assert decided(ruleset, channel="ncb").copies == ("TTU", "USNCB")
    assert decided(ruleset, channel="direct").copies == ("TTU",)


def test_nothing_typed_by_a_requester_enters_the_sentence(ruleset: Ruleset) -> None:
    typed = {"state": "AZ", "city": "JOHN DOE", "county": "JOHN DOE", "gateway": "JOHN DOE", "zip": "JOHN"}

    decision = decided(ruleset, nexus=[nexus("person_location", **typed)])

    assert decision.office == "SAC-PHX"
    assert "DOE" not in decision.because + str(decision.candidates)


@pytest.mark.parametrize("kind", NexusKind)
def test_every_kind_of_nexus_is_decided(ruleset: Ruleset, kind: NexusKind) -> None:
    assert decided(ruleset, nexus=[nexus(kind, state="AZ")]).because


def test_the_facts_and_the_labels_stay_with_the_decision(ruleset: Ruleset) -> None:
    decision = decided(ruleset, offences=[{"section": "18 USC 1956"}])

    assert decision.facts.offences[0].section == "18 USC 1956"
    assert Category.MONEY_LAUNDERING not in decision.labels
