"""What a rule does: it names a lead or a desk, or adds to whatever is decided; and the sentence says so."""

from dataclasses import replace

import pytest
from routing_cases import EARLIER, LAREDO, case, decided, nexus
from rule_rows import with_rows

from services.routing.domain import Ruleset
from services.routing.domain.rules import compile_rules

SEATTLE = nexus("person_location", state="WA")
SPLIT = nexus("person_location", state="TX")
PHOENIX_PHONE = nexus("phone", state="AZ")
ART = [{"category": "cultural-property"}]


def test_a_rule_names_an_office_and_the_sentence_says_for_what(ruleset: Ruleset) -> None:
    rules = with_rows(ruleset, {"category": "cultural-property", "place": "gateway LAX", "lead": "SAC-SAN"})

    decision = decided(
        rules, offences=ART, nexus=[nexus("goods_entry", gateway="LAX"), SEATTLE | {"kind": "associate"}]
    )

    assert (decision.outcome, decision.office, decision.rule, decision.confidence) == (
        "office",
        "SAC-SAN",
        "R-740",
        1.0,
    )
    assert decision.because == (
        "SAC-SAN leads: rule R-740 names it for gateway LAX, cultural-property, over goods entry LAX (CA) at rank 4; "
        "SAC-LAX, SAC-SEA supporting; "
        "CPAA copied for cultural-property; rule R-740, ruleset 2026-11-01"
    )
    assert [candidate.lost for candidate in decision.candidates] == [
        "rule R-740 names another office",
        "confidence 0.3 is below 0.4",
    ]


def test_a_rule_without_conditions_names_an_office_for_every_referral(ruleset: Ruleset) -> None:
    decision = decided(with_rows(ruleset, {"lead": "SAC-SAN"}), nexus=[])

    assert decision.because.startswith("SAC-SAN leads: rule R-740 names it for every referral; ")


def test_an_office_that_a_rule_and_the_best_nexus_name_is_told_once(ruleset: Ruleset) -> None:
    decision = decided(with_rows(ruleset, {"lead": "SAC-SAT"}), nexus=[LAREDO, SEATTLE])

    assert (decision.office, decision.supporting) == ("SAC-SAT", ("SAC-SEA",))
    assert [c.lost for c in decision.candidates] == [
        "rule R-740 names another office",
        "speaks for the lead as well",
    ]


def test_a_programme_that_a_rule_names_leads_and_not_only_pro_tem(ruleset: Ruleset) -> None:
    decision = decided(with_rows(ruleset, {"lead": "TTU"}))

    assert (decision.outcome, decision.office, decision.copies) == ("programme", "TTU", ())
    assert decision.because.startswith("TTU leads: rule R-740 names it")


def test_the_lowest_priority_decides_and_then_the_name(ruleset: Ruleset) -> None:
    rows = ({"rule": "R-9", "lead": "SAC-SAN"}, {"rule": "R-2", "lead": "SAC-SEA"}, {"priority": "51", "lead": "C3"})

    assert decided(with_rows(ruleset, *rows)).rule == "R-2"
    assert decided(with_rows(ruleset, *rows[::-1])).rule == "R-2"


def test_only_the_row_that_decides_says_what_it_adds(ruleset: Ruleset) -> None:
    rows = (
        {"lead": "@nexus", "supporting": "SAC-SEA", "copies": "LEP"},
        {"rule": "R-741", "priority": "51", "lead": "@nexus", "supporting": "SAC-BOS", "flags": "rule_asks"},
    )

    decision = decided(with_rows(ruleset, *rows))

    assert (decision.office, decision.supporting, decision.copies) == ("SAC-SAT", ("SAC-SEA",), ("TTU", "LEP"))
    assert "SAC-SEA supporting by rule R-740; TTU copied for money-laundering; LEP copied by rule R-740" in (
        decision.because
    )


def test_every_row_that_neither_leads_nor_names_a_desk_adds(ruleset: Ruleset) -> None:
    rows = (
        {"rule": "R-801", "category": "money-laundering", "copies": "C3|LEP"},
        {"rule": "R-802", "requester": "EUR", "copies": "LEP", "supporting": "SAC-SEA|SAC-SAT"},
        {"rule": "R-803", "requester": "JP", "copies": "BCSC"},
    )

    decision = decided(with_rows(ruleset, *rows))

    assert (decision.supporting, decision.copies, decision.rule) == (("SAC-SEA",), ("TTU", "C3", "LEP"), "R-NEXUS-03")
    assert "C3 copied by rule R-801; LEP copied by rule R-801" in decision.because


def test_what_rules_add_is_added_for_the_owner_of_a_case_too(ruleset: Ruleset) -> None:
    rules = with_rows(ruleset, {"copies": "C3"}, {"rule": "R-741", "lead": "SAC-SAN"})

    owned = decided(rules, nexus=[LAREDO, case("SAC-BOS", deconflicted=True)])
    follows = decided(rules, earlier=[EARLIER], owners=("SAC-MIA",))

    assert (owned.office, owned.rule, owned.copies) == ("SAC-BOS", "R-EXISTING-CASE", ("TTU", "C3"))
    assert (follows.office, follows.rule, follows.copies) == ("SAC-MIA", "R-FOLLOW-UP", ("TTU", "C3"))


def test_an_owner_who_is_not_known_leaves_the_proposal_to_the_rules(ruleset: Ruleset) -> None:
    decision = decided(with_rows(ruleset, {"lead": "SAC-SAN"}), nexus=[LAREDO, case(None, deconflicted=True)])

    assert (decision.proposed, decision.rule, decision.grounds) == (
        "SAC-SAN",
        "R-EXISTING-CASE",
        ("case_owner_unknown",),
    )
    assert "SAC-SAN is proposed: rule R-740 names it for every referral" in decision.because


def test_a_rule_that_only_proposes_adds_nothing(ruleset: Ruleset) -> None:
    rules = with_rows(ruleset, {"lead": "SAC-SAN", "copies": "C3", "flags": "repression"})

    decision = decided(rules, nexus=[LAREDO, case(None, deconflicted=True)])

    assert (decision.grounds, decision.withheld) == (("case_owner_unknown",), ("SAC-SAT", "TTU"))


def test_a_request_that_is_no_investigation_meets_no_rule(ruleset: Ruleset) -> None:
    decision = decided(
        with_rows(ruleset, {"copies": "C3", "flags": "rule_asks"}, {"rule": "R-741", "lead": "C3"}),
        request_type="training",
    )

    assert (decision.rule, decision.withheld, decision.proposed) == ("R-DESK-ONLY", (), None)
    assert decision.grounds == ("desk_only_request",)


def test_a_tenth_office_is_told_where_a_rule_names_it(ruleset: Ruleset) -> None:
    states = ("GA", "MD", "MA", "NC", "IL", "OK", "CO", "MI", "NM", "HI")
    ties = [LAREDO, *(nexus("associate", state=state) for state in states)]

    decision = decided(with_rows(ruleset, {"rule": "R-801", "supporting": "SAC-SAN"}), nexus=ties)

    assert len(decision.supporting) == 10
    assert decision.supporting[-1] == "SAC-SAN"


def test_a_flag_of_a_rule_holds_the_referral(ruleset: Ruleset) -> None:
    decision = decided(with_rows(ruleset, {"requester": "IT", "flags": "rule_asks|repression"}))

    assert (decision.outcome, decision.proposed, decision.withheld) == ("triage", "SAC-SAT", ("TTU",))
    assert decision.grounds == ("rule_asks", "repression")
    assert "rule_asks, repression by rule R-740; SAC-SAT is proposed: destination address" in decision.because


@pytest.mark.parametrize(
    ("desk", "ties", "given"),
    [
        ("ASIA", [LAREDO], "ASIA"),
        ("@requester", [LAREDO], "EUR"),
        ("@place", [LAREDO], "EUR"),
        ("@place", [nexus("person_location", country="JP")], "ASIA"),
        ("@place", [], "EUR"),
    ],
)
def test_a_person_at_the_desk_that_a_rule_names_decides(
    ruleset: Ruleset, desk: str, ties: list[dict[str, object]], given: str
) -> None:
    decision = decided(with_rows(ruleset, {"desk": desk}), nexus=ties)

    assert (decision.outcome, decision.desk, decision.proposed) == ("triage", given, None)


def test_a_rule_that_sends_a_clear_case_to_a_desk_says_so(ruleset: Ruleset) -> None:
    decision = decided(with_rows(ruleset, {"requester": "IT", "urgency": "U1|U2", "desk": "ASIA"}), nexus=[LAREDO])

    assert decision.because == (
        "a person at desk ASIA decides: rule_asks; rule R-740 asks a person for U2, IT; rule R-740, ruleset 2026-11-01"
    )
    assert [candidate.lost for candidate in decision.candidates] == ["rule R-740 names a desk"]


def test_an_office_behind_an_unclear_place_loses_to_the_desk_that_a_rule_names(ruleset: Ruleset) -> None:
    decision = decided(with_rows(ruleset, {"desk": "ASIA"}), nexus=[SPLIT, LAREDO])

    assert (decision.grounds, decision.proposed) == (("place_unclear",), None)
    assert decision.candidates[-1].lost == "rule R-740 names a desk"


@pytest.mark.parametrize(
    ("ties", "ground", "proposed"),
    [
        ([SPLIT, LAREDO], "place_unclear", "SAC-SAT"),
        ([PHOENIX_PHONE], "below_floor", "SAC-PHX"),
        ([nexus("person_location", country="JP")], "place_abroad", None),
        ([], "no_nexus", None),
    ],
)
def test_a_nexus_that_cannot_be_relied_on_is_held_whichever_rule_takes_it(
    ruleset: Ruleset, ties: list[dict[str, object]], ground: str, proposed: str | None
) -> None:
    decision = decided(with_rows(ruleset, {"lead": "@nexus"}), nexus=ties)

    assert (decision.rule, decision.outcome, decision.proposed) == ("R-740", "triage", proposed)
    assert decision.grounds == (ground,)


def test_a_rule_for_programmes_pro_tem_takes_only_what_has_one(ruleset: Ruleset) -> None:
    rules = with_rows(ruleset, {"lead": "@pro-tem"})

    assert decided(rules, offences=[{"category": "cybercrime"}]).office == "C3"
    assert decided(rules).office == "SAC-SAT"


def test_a_person_decides_what_no_rule_takes(ruleset: Ruleset) -> None:
    decision = decided(replace(ruleset, rules=compile_rules([])))

    assert (decision.outcome, decision.proposed, decision.desk) == ("triage", None, "EUR")
    assert (decision.rule, decision.grounds) == ("R-NONE", ("rule_asks",))
    assert [candidate.lost for candidate in decision.candidates] == ["no rule takes it"]


def test_marks_are_looked_at_after_a_rule_has_named_a_lead(ruleset: Ruleset) -> None:
    rules = with_rows(ruleset, {"lead": "SAC-SAN", "supporting": "SAC-SEA"})
    marks = {"tlp": "GREEN", "handling": ["H0"], "release_to": ["SAC-SAT", "SAC-SEA"]}

    decision = decided(rules, marks=marks)

    assert (decision.outcome, decision.proposed, decision.grounds) == ("triage", "SAC-SAN", ("lead_not_allowed",))
    assert decision.withheld == ("SAC-SAT", "SAC-SEA", "TTU")


def test_an_office_that_is_away_is_stood_in_for_and_the_sentence_says_so(ruleset: Ruleset) -> None:
    away = replace(ruleset, stand_ins={"SAC-SAT": "SAC-HOU", "SAC-SEA": "SAC-SFO"})

    decision = decided(away, nexus=[LAREDO, SEATTLE | {"kind": "associate"}, nexus("associate", state="GA")])

    assert (decision.office, decision.supporting) == ("SAC-HOU", ("SAC-ATL", "SAC-SFO"))
    assert decision.because.startswith(
        "SAC-HOU leads: destination address ZIP 78040 (TX) at rank 3 beat associate GA at rank 13; "
        "SAC-HOU acts for SAC-SAT; SAC-ATL supporting; SAC-SFO supporting for SAC-SEA; "
    )
    assert decision.candidates[0].office == "SAC-SAT"


def test_an_office_that_a_rule_adds_is_stood_in_for(ruleset: Ruleset) -> None:
    away = replace(
        with_rows(ruleset, {"supporting": "SAC-SEA|SAC-MIA"}), stand_ins={"SAC-SEA": "SAC-SFO", "SAC-MIA": "SAC-SAT"}
    )

    assert decided(away).supporting == ("SAC-SFO",)


def test_a_stand_in_that_already_has_the_referral_is_told_once(ruleset: Ruleset) -> None:
    away = replace(ruleset, stand_ins={"SAC-SAT": "SAC-SEA"})

    leads = decided(away, nexus=[LAREDO, SEATTLE | {"kind": "associate"}])
    supports = decided(away, nexus=[SEATTLE, LAREDO])

    assert (leads.office, leads.supporting) == ("SAC-SEA", ())
    assert (supports.office, supports.supporting) == ("SAC-SEA", ())


def test_the_marks_are_asked_about_the_stand_in(ruleset: Ruleset) -> None:
    away = replace(ruleset, stand_ins={"SAC-SAT": "SAC-HOU"})
    marks = {"tlp": "GREEN", "handling": ["H0"], "release_to": ["SAC-SAT"]}

    decision = decided(away, marks=marks)

    assert (decision.proposed, decision.grounds) == ("SAC-HOU", ("lead_not_allowed",))
    assert "SAC-HOU is proposed: destination address ZIP 78040 (TX) at rank 3; SAC-HOU acts for SAC-SAT" in (
        decision.because
    )
