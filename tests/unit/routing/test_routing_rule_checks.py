"""What the checks over rules say must be so: held to a search through every referral of a small world."""

from collections.abc import Sequence
from datetime import date
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from routing_cases import TODAY

from schemas.vocabulary.facts import Category
from schemas.vocabulary.requests import Urgency
from services.routing.domain.rules import Dimension, Keys, Rule, compile_rules
from services.routing.tables import load_ruleset
from services.routing.tables.implied import implied_by
from services.routing.tables.rows import Tables
from services.routing.tables.rule_order import check_order

PLACES = load_ruleset(TODAY).places
AT = (
    (),
    ("country FR",),
    ("US",),
    ("LA", "US", "SAC-MSY"),
    ("AR", "US", "SAC-MSY"),
    ("TX", "US", "SAC-SAT", "TX/webb", "ZIP 780", "ZIP 78040"),
    ("TX", "US", "SAC-DAL", "TX/dallas"),
)
CATEGORIES = (Category.TOBACCO, Category.GANGS, Category.CYBERCRIME)
WORLD: list[Keys] = [
    {Dimension.PLACE: at, Dimension.CATEGORY: (category,), Dimension.URGENCY: (urgency,)}
    for at, category, urgency in product(AT, CATEGORIES, Urgency)
]
CONDITIONS = {
    Dimension.PLACE: sorted({word for at in AT for word in at}),
    Dimension.CATEGORY: CATEGORIES,
    Dimension.URGENCY: tuple(Urgency),
}


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    def one(number: int) -> Rule:
        conditions = {
            dimension: frozenset(map(str, values))
            for dimension, words in CONDITIONS.items()
            if (values := draw(st.sets(st.sampled_from(words), max_size=3)))
        }
        lead = draw(st.sampled_from(["SAC-SAN", "SAC-HOU"]))
        return Rule(f"R-{number}", draw(st.integers(1, 4)), conditions, lead, row=number)

    return [one(number) for number in range(2, draw(st.integers(3, 9)))]


def told(listed: Sequence[Rule], *codes: str) -> set[int | None]:
    tables = Tables({}, date(2026, 11, 24))
    check_order(compile_rules(listed).deciding, implied_by(PLACES), tables)
    return {fault.row for fault in tables.faults if fault.code in codes}


@settings(max_examples=100, deadline=None)
@given(rules())
def test_a_rule_that_is_called_dead_never_wins(listed: list[Rule]) -> None:
    index = compile_rules(listed).deciding

    dead = told(listed, "dead-rule", "dead-among-several")

    assert not dead & {winner.row for keys in WORLD if (winner := index.first(keys)) is not None}


@settings(max_examples=100, deadline=None)
@given(rules())
def test_a_rule_that_one_earlier_rule_covers_in_its_own_words_is_called_dead(listed: list[Rule]) -> None:
    ordered = compile_rules(listed).deciding.rules
    covered = {
        later.row
        for number, later in enumerate(ordered)
        for earlier in ordered[:number]
        if all(
            later.asks(dimension) and later.asks(dimension) <= words for dimension, words in earlier.conditions.items()
        )
    }

    assert covered <= told(listed, "dead-rule")


@settings(max_examples=100, deadline=None)
@given(rules())
def test_rules_of_one_priority_that_meet_and_disagree_are_told(listed: list[Rule]) -> None:
    index = compile_rules(listed).deciding
    tied = told(listed, "tied-rules")

    for keys in WORLD:
        fitting = list(index.every(keys))
        for rule in fitting:
            others = [other for other in fitting if other.priority == rule.priority and other.lead != rule.lead]
            assert not others or tied & {rule.row, *(other.row for other in others)}


@settings(max_examples=100, deadline=None)
@given(rules())
def test_rules_that_are_not_told_to_leave_a_gap_decide_every_referral(listed: list[Rule]) -> None:
    index = compile_rules(listed).deciding

    if not told(listed, "nothing-decides"):
        assert all(index.first(keys) is not None for keys in WORLD)


def test_rules_that_share_out_every_urgency_leave_no_gap() -> None:
    shared = [
        Rule(f"R-{urgency}", 5, {Dimension.URGENCY: frozenset({str(urgency)})}, desk="EUR") for urgency in Urgency
    ]

    assert told(shared, "nothing-decides") == set()
    assert told(shared[1:], "nothing-decides") == {None}


def test_an_office_of_two_states_is_covered_by_the_country_and_not_by_one_of_them() -> None:
    def at(name: str, priority: int, *places: str) -> Rule:
        return Rule(name, priority, {Dimension.PLACE: frozenset(places)}, "SAC-HOU", row=priority)

    assert told([at("R-1", 1, "LA"), at("R-2", 2, "SAC-MSY")], "dead-rule") == set()
    assert told([at("R-1", 1, "US"), at("R-2", 2, "SAC-MSY")], "dead-rule") == {2}
