from dataclasses import replace
from typing import Any

import pytest
from routing_cases import LAREDO, OPEN_MARKS, decided, nexus

from schemas.vocabulary.facts import Flag
from services.routing.domain import Decision, Ruleset

TIES = [LAREDO, nexus("bank_account", state="AZ")]
SOON, PAST = "2026-12-01T00:00:00Z", "2026-11-20T12:00:00Z"


def marked(ruleset: Ruleset, **marks: Any) -> Decision:
    return decided(ruleset, nexus=TIES, channel="ncb", marks={**OPEN_MARKS, **marks})


def test_open_marks_let_everyone_have_it(ruleset: Ruleset) -> None:
    decision = marked(ruleset)

    assert (decision.office, decision.supporting, decision.copies) == ("SAC-SAT", ("SAC-PHX",), ("TTU", "USNCB"))


@pytest.mark.parametrize("marks", [{"handling": ["H2"]}, {"tlp": "RED"}, {"handling": []}, {"handling": ["H1", "H2"]}])
def test_nothing_goes_out_without_consent(ruleset: Ruleset, marks: dict[str, Any]) -> None:
    decision = marked(ruleset, **marks)

    assert (decision.outcome, decision.grounds) == ("triage", ("consent_missing",))
    assert (decision.office, decision.proposed) == (None, "SAC-SAT")
    assert (decision.supporting, decision.copies) == ((), ())
    assert decision.withheld == ("SAC-PHX", "TTU", "USNCB")


@pytest.mark.parametrize("marks", [{"handling": ["H2"]}, {"tlp": "RED"}])
@pytest.mark.parametrize("until", [None, SOON, "2026-12-01T00:00:00"])
def test_with_consent_exactly_the_consented_have_it(ruleset: Ruleset, marks: dict[str, Any], until: str | None) -> None:
    consent = {"recipients": ["SAC-SAT", "USNCB", "SAC-MIA"], "until": until}

    decision = marked(ruleset, **marks, consent=consent)

    assert (decision.office, decision.supporting, decision.copies) == ("SAC-SAT", (), ("USNCB",))
    assert decision.withheld == ("SAC-PHX", "TTU")
    assert "SAC-PHX, TTU withheld by the marks" in decision.because


def test_a_consent_ends(ruleset: Ruleset) -> None:
    decision = marked(ruleset, handling=["H2"], consent={"recipients": ["SAC-SAT"], "until": PAST})

    assert decision.grounds == ("consent_expired",)


def test_a_consent_for_others_is_none_for_the_lead(ruleset: Ruleset) -> None:
    decision = marked(ruleset, handling=["H2"], consent={"recipients": ["SAC-PHX"]})

    assert (decision.grounds, decision.proposed, decision.supporting) == (("lead_not_allowed",), "SAC-SAT", ())


@pytest.mark.parametrize(
    ("marks", "ground"),
    [
        ({"handling": ["H3"]}, "restriction_to_read"),
        ({"conditions": ["see_restriction_text"]}, "restriction_to_read"),
        ({"conditions": ["named_recipients"]}, "recipients_not_named"),
        ({"interpol": {"level": "CONFIDENTIAL"}}, "recipients_not_named"),
        ({"interpol": {"denied_members": ["US"]}}, "united_states_denied"),
        ({"us": {"protected_person": True}}, "protected_person"),
        ({"expires": "2026-11-19"}, "marks_expired"),
        ({"review_due": "2026-11-19"}, "review_due"),
        ({"release_to": []}, "lead_not_allowed"),
        ({"release_to": ["SAC-PHX", "TTU"]}, "lead_not_allowed"),
    ],
)
def test_a_mark_calls_for_a_person(ruleset: Ruleset, marks: dict[str, Any], ground: str) -> None:
    decision = marked(ruleset, **marks)

    assert (decision.outcome, decision.grounds, decision.proposed) == ("triage", (ground,), "SAC-SAT")
    assert (decision.supporting, decision.copies) == ((), ())


def test_marks_hold_through_their_last_day(ruleset: Ruleset) -> None:
    assert marked(ruleset, expires="2026-11-20", review_due="2026-11-20").outcome == "office"


def test_release_to_is_a_list_for_every_recipient(ruleset: Ruleset) -> None:
    decision = marked(ruleset, release_to=["SAC-SAT", "TTU"])

    assert (decision.office, decision.supporting, decision.copies) == ("SAC-SAT", (), ("TTU",))


def test_release_and_consent_must_both_allow(ruleset: Ruleset) -> None:
    decision = marked(
        ruleset, handling=["H2"], release_to=["SAC-SAT", "SAC-PHX"], consent={"recipients": ["SAC-SAT", "TTU"]}
    )

    assert (decision.office, decision.supporting, decision.copies) == ("SAC-SAT", (), ())


def test_amber_strict_stays_inside_the_organisation(ruleset: Ruleset) -> None:
    decision = marked(ruleset, tlp="AMBER+STRICT")

    assert (decision.supporting, decision.copies, decision.withheld) == (("SAC-PHX",), ("TTU",), ("USNCB",))


@pytest.mark.parametrize("flag", Flag)
def test_every_flag_calls_for_a_person(ruleset: Ruleset, flag: Flag) -> None:
    decision = decided(ruleset, flags=[flag])

    assert (decision.outcome, decision.grounds, decision.proposed) == ("triage", (str(flag),), "SAC-SAT")


def test_a_child_as_victim_is_the_normal_case_of_its_category(ruleset: Ruleset) -> None:
    ties = [nexus("victim_at_risk", state="AZ")]

    assert decided(ruleset, offences=[{"category": "child-exploitation"}], nexus=ties).office == "SAC-PHX"


def test_several_grounds_are_all_told_once(ruleset: Ruleset) -> None:
    decision = decided(
        ruleset,
        nexus=[],
        flags=["protected_person", "article_3"],
        marks={"tlp": "RED", "handling": ["H3"], "us": {"protected_person": True}},
    )

    assert decision.grounds == ("no_nexus", "consent_missing", "restriction_to_read", "article_3", "protected_person")


def with_host(ruleset: Ruleset, country: str) -> Ruleset:
    return replace(ruleset, programmes=replace(ruleset.programmes, tciu_hosts=frozenset({country})))


def test_a_vetted_unit_is_copied_only_in_its_host_state(ruleset: Ruleset) -> None:
    offences = [{"category": "contraband-smuggling"}]

    assert decided(ruleset, offences=offences).copies == ()
    assert decided(with_host(ruleset, "IT"), offences=offences).copies == ("TCIU",)
    assert decided(with_host(ruleset, "MX"), offences=offences).copies == ()


@pytest.mark.parametrize("marks", [{"us": {"ldc": ["NOFORN"]}}, {"tlp": "AMBER+STRICT"}])
def test_a_vetted_unit_is_foreign(ruleset: Ruleset, marks: dict[str, Any]) -> None:
    decision = decided(
        with_host(ruleset, "IT"), offences=[{"category": "contraband-smuggling"}], marks={**OPEN_MARKS, **marks}
    )

    assert (decision.copies, decision.withheld) == ((), ("TCIU",))
