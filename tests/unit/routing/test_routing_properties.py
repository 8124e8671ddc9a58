from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from routing_cases import NOW, TODAY
from routing_strategies import ANY, LIKELY, MIXES, RECIPIENTS, mixed

from schemas.events import ReferralReceived
from schemas.marks import Condition, HandlingCode, Marks
from schemas.vocabulary.offices import QUEUES
from services.routing.domain import Decision, Ruleset, decide
from services.routing.domain.rules import Rule, compile_rules
from services.routing.facts import facts_of

Mix = tuple[int, int]


def on(event: ReferralReceived, ruleset: Ruleset, marks: Marks | None = None) -> Decision:
    return decide(facts_of(event.model_copy(update={"marks": marks}) if marks else event), ruleset, TODAY, NOW)


def rules_of(ruleset: Ruleset) -> list[Rule]:
    return [*ruleset.rules.deciding.rules, *ruleset.rules.adding.rules]


def recipients(decision: Decision) -> set[str]:
    return {*([decision.office] if decision.office else []), *decision.supporting, *decision.copies}


@given(ANY, MIXES)
@settings(max_examples=100, deadline=None)
def test_every_referral_is_decided_and_the_same_way_twice(event: ReferralReceived, mix: Mix) -> None:
    ruleset = mixed(mix)

    first, second = on(event, ruleset), on(event, ruleset)

    assert first == second
    assert first.because
    assert (first.outcome == "triage") == (first.office is None) == bool(first.grounds)


@given(ANY | LIKELY, MIXES, st.integers())
@settings(max_examples=100, deadline=None)
def test_the_order_of_rows_does_not_change_a_decision(event: ReferralReceived, mix: Mix, seed: int) -> None:
    ruleset = mixed(mix)
    rules = rules_of(ruleset)
    Random(seed).shuffle(rules)

    assert on(event, replace(ruleset, rules=compile_rules(rules))) == on(event, ruleset)


@given(ANY | LIKELY, MIXES)
@settings(max_examples=100, deadline=None)
def test_nobody_is_told_twice_and_everybody_has_a_queue(event: ReferralReceived, mix: Mix) -> None:
    decision = on(event, mixed(mix))

    told = [*([decision.office] if decision.office else []), *decision.supporting, *decision.copies]
    assert len(told) == len(set(told))
    assert {*told, decision.desk, *decision.withheld} <= QUEUES
    assert not set(told) & set(decision.withheld)


@given(ANY | LIKELY, MIXES)
@settings(max_examples=100, deadline=None)
def test_nine_offices_support_by_a_nexus_at_most(event: ReferralReceived, mix: Mix) -> None:
    ruleset = mixed(mix)

    decision = on(event, ruleset)

    named = {office for rule in rules_of(ruleset) for office in rule.supporting}
    by_rule = {ruleset.stand_ins.get(office, office) for office in named}
    assert len(set(decision.supporting) - by_rule) <= 9


@given(ANY | LIKELY, MIXES)
@settings(max_examples=100, deadline=None)
def test_nobody_is_told_without_consent_and_release(event: ReferralReceived, mix: Mix) -> None:
    told, marks = recipients(on(event, mixed(mix))), event.marks

    if marks.tlp == "RED" or not marks.handling or HandlingCode.NO_DISSEMINATION in marks.handling:
        assert told <= set(marks.consent.recipients if marks.consent else ())
    if marks.release_to is not None:
        assert told <= set(marks.release_to)


@given(ANY | LIKELY, MIXES, st.sampled_from(["", "EUR"]))
@settings(max_examples=100, deadline=None)
def test_a_further_rule_that_only_holds_back_tells_nobody_more(event: ReferralReceived, mix: Mix, desk: str) -> None:
    ruleset = mixed(mix)
    holding = Rule("R-HOLDS", 1, desk=desk, flags=("rule_asks",))

    held = on(event, replace(ruleset, rules=compile_rules([*rules_of(ruleset), holding])))

    assert recipients(held) <= recipients(on(event, ruleset))
    assert desk or recipients(held) == set()


STRICTER = st.sampled_from(["tlp", "handling", "release", "consent", "expires", "protected", "noforn", "condition"])


def stricter(marks: Marks, which: str, recipients: list[str]) -> Marks:
    """Make marks stricter in one way; a referral without a code counts as H2 already, so that code is kept."""
    codes = marks.handling or (HandlingCode.NO_DISSEMINATION,)
    labels = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]
    kept = tuple(marks.release_to) if marks.release_to is not None else tuple(sorted(QUEUES))
    names_wanted = Condition.NAMED_RECIPIENTS in marks.conditions and marks.release_to is None
    changes: dict[str, dict[str, Any]] = {
        "tlp": {"tlp": labels[min(labels.index(marks.tlp) + 1, 4)]},
        "handling": {"handling": (*codes, HandlingCode.NO_DISSEMINATION, HandlingCode.OTHER_RESTRICTION)},
        # Names that were asked for and are given now do not make marks stricter.
        "release": {} if names_wanted else {"release_to": tuple(r for r in kept if r in recipients)},
        "consent": {"consent": None},
        "expires": {"expires": date(2020, 1, 1)},
        "protected": {"us": marks.us.model_copy(update={"protected_person": True})},
        "noforn": {"us": marks.us.model_copy(update={"ldc": ("NOFORN",)})},
        "condition": {"conditions": (*marks.conditions, Condition.NAMED_RECIPIENTS)},
    }
    return marks.model_copy(update=changes[which])


@given(LIKELY, MIXES, STRICTER, RECIPIENTS)
@settings(max_examples=200, deadline=None)
def test_a_stricter_mark_never_adds_a_recipient(event: ReferralReceived, mix: Mix, which: str, some: list[str]) -> None:
    ruleset = mixed(mix)
    strict = stricter(event.marks, which, some)

    assert recipients(on(event, ruleset, strict)) <= recipients(on(event, ruleset))


@given(ANY, MIXES)
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_ties_are_told_does_not_choose_the_lead(event: ReferralReceived, mix: Mix) -> None:
    facts = facts_of(event)
    turned = replace(facts, nexus=facts.nexus[::-1])

    forward, backward = (decide(f, mixed(mix), TODAY, NOW) for f in (facts, turned))

    assert (forward.outcome, forward.office, forward.grounds) == (backward.outcome, backward.office, backward.grounds)
