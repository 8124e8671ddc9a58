"""The index finds what a walk over all rows would find."""

import pytest
from hypothesis import given, settings
from routing_cases import TODAY
from routing_strategies import ANY, LIKELY, MIXES, mixed

from schemas.events import ReferralReceived
from services.routing.domain.described import keys_of
from services.routing.domain.matter import matter_of
from services.routing.domain.rules import BadRule, Dimension, Keys, Rows, Rule, compile_rules
from services.routing.facts import facts_of


def walked(rows: Rows, keys: Keys) -> list[Rule]:
    """Look at every row, one after the other: what the index has to agree with."""
    fitting = [
        rule
        for rule in rows.rules
        if all(any(key in values for key in keys[dimension]) for dimension, values in rule.conditions.items())
    ]
    return sorted(fitting, key=lambda rule: (rule.priority, rule.name))


@given(ANY | LIKELY, MIXES)
@settings(max_examples=150, deadline=None)
def test_the_index_finds_what_a_walk_over_all_rows_finds(event: ReferralReceived, mix: tuple[int, int]) -> None:
    ruleset = mixed(mix)
    keys = keys_of(matter_of(facts_of(event), ruleset, TODAY), Dimension)

    competing, adding = ruleset.rules.deciding, ruleset.rules.adding

    assert competing.first(keys) == walked(competing, keys)[0]
    assert list(competing.every(keys)) == walked(competing, keys)
    assert list(adding.every(keys)) == walked(adding, keys)


def test_the_lowest_priority_wins_and_then_the_name():
    late, second, first = Rule("R-A", 2, lead="C3"), Rule("R-C", 1, lead="C3"), Rule("R-B", 1, lead="C3")

    assert compile_rules([late, second, first]).deciding.rules == (first, second, late)


def test_a_rule_that_asks_for_marks_tells_nobody():
    asked = {Dimension.MARKS: frozenset({"H3"})}

    for named in ({"lead": "C3"}, {"supporting": ("SAC-SAN",)}, {"copies": ("C3",)}):
        with pytest.raises(BadRule):
            Rule("R-1", 1, asked, **named)
    assert Rule("R-1", 1, asked, desk="EUR", flags=("rule_asks",)).decides


def test_a_rule_names_a_lead_or_a_desk():
    with pytest.raises(BadRule):
        Rule("R-1", 1, lead="C3", desk="EUR")


def test_nothing_fits_where_no_row_does():
    index = compile_rules([Rule("R-1", 1, {Dimension.CHANNEL: frozenset({"ncb"})}, lead="C3")])

    assert index.deciding.first({Dimension.CHANNEL: ("attache",)}) is None
    assert list(index.adding.every({Dimension.CHANNEL: ("attache",)})) == []
