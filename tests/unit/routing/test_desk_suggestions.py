import pytest
from desk_cases import CLOSED, NOW, held
from routing_cases import LAREDO, TODAY, facts, nexus, received

from schemas.events import LabelFact
from schemas.vocabulary.facts import AskGround, Category, Flag
from schemas.vocabulary.placements import PlacementGround
from services.routing.domain import Ground, decide
from services.routing.domain.explained import GROUNDS, explain
from services.routing.domain.placements import Seat
from services.routing.domain.rule_draft import COLUMNS, Case, Condition, rule_of
from services.routing.domain.suggestions import Why, suggest_categories, suggest_desks, suggest_offices
from services.routing.domain.weights import weigh

IN_MASSACHUSETTS = nexus("phone", state="MA")
IN_LAREDO = nexus("phone", age=200, zip="78040")
IN_JAPAN = nexus("person_location", country="JP")


def rule_for(ruleset, *, grounds=(), office="SAC-BOS", ground="nexus_confirmed", keep=None, supporting=(), **changes):
    known = facts(**changes)
    seat = Seat("EUR", Category.BULK_CASH, known.urgency, known.marks, office, supporting, ("C3",))
    case = Case(received().referral_id, known, weigh(known, ruleset, TODAY), grounds)
    return rule_of(case, 2, seat, PlacementGround(ground), ruleset, TODAY, keep)


def cells(row):
    return {
        name: cell for name, cell in row.items() if cell and name not in ("rule", "priority", "valid_from", "source")
    }


def test_offices_are_ranked_from_the_proposed_one_to_the_weakest_each_with_its_reason(ruleset):
    decision = decide(facts(nexus=[IN_LAREDO, IN_MASSACHUSETTS]), ruleset, TODAY, NOW)
    here = held()

    found = suggest_offices(here, decision.candidates, ["SAC-NYC", "EUR"], ruleset.programmes, NOW)

    assert [(each.office, each.why) for each in found] == [
        ("SAC-SAT", Why.PROPOSED),
        ("SAC-NYC", Why.EARLIER_OWNER),
        ("SAC-BOS", Why.NEXUS),
    ]
    assert found[2].explained == "phone MA at rank 9, confidence 0.3"
    assert found[0].explained.startswith("the decision proposes it: phone ZIP 78040")


def test_the_programme_pro_tem_is_suggested_where_the_category_has_one(ruleset):
    cyber = held(category="cybercrime", proposed=None)

    [found] = suggest_offices(cyber, (), (), ruleset.programmes, NOW)

    assert (found.office, found.why) == ("C3", Why.PRO_TEM)


@pytest.mark.parametrize(
    ("marks", "may_lead", "may_join"),
    [
        (None, True, True),
        (CLOSED, True, False),
        ({"tlp": "GREEN", "handling": ["H0"], "release_to": ["SAC-BOS"]}, False, False),
    ],
)
def test_a_suggestion_says_whether_the_marks_let_it_be_followed(ruleset, marks, may_lead, may_join):
    [found] = suggest_offices(held(marks=marks), (), (), ruleset.programmes, NOW)

    assert (found.may_lead, found.may_join) == (may_lead, may_join)


def test_categories_come_with_the_words_that_led_to_them():
    labels = [
        LabelFact(category=Category.TOBACCO, confidence=0.6, words=("smuggling", "cigarettes")),
        LabelFact(category=Category.TRADE_FRAUD, confidence=0.7),
    ]

    found = suggest_categories(held(), labels, [Category.TOBACCO, Category.BULK_CASH])

    assert [(each.category, each.confidence) for each in found] == [
        (Category.MONEY_LAUNDERING, None),
        (Category.TRADE_FRAUD, 0.7),
        (Category.TOBACCO, 0.6),
        (Category.BULK_CASH, None),
    ]
    assert found[2].explained == "the charge was read so: smuggling, cigarettes"


def test_desks_of_places_abroad_are_suggested_best_first_but_not_the_one_it_is_at(ruleset):
    ties = weigh(facts(nexus=[nexus("phone", country="FR"), IN_JAPAN, nexus("phone", country="BR")]), ruleset, TODAY)

    found = suggest_desks(held(), ties)

    assert [(each.desk, each.explained) for each in found] == [
        ("ASIA", "country JP is in its region"),
        ("SACAR", "country BR is in its region"),
    ]


@pytest.mark.parametrize("ground", [*Ground, *Flag, *AskGround], ids=str)
def test_every_ground_says_what_it_means_and_what_to_do(ground):
    [explained] = explain([str(ground)])

    assert str(ground) in GROUNDS
    assert explained.meaning.endswith(".")
    assert explained.to_do.endswith(".")


def test_no_two_grounds_share_a_code_so_that_each_has_its_own_explanation():
    codes = [str(ground) for ground in (*Ground, *Flag, *AskGround)]

    assert len(set(codes)) == len(codes)


def test_a_ground_that_nobody_knows_is_explained_by_the_rule_that_gave_it():
    [explained] = explain(["some_new_ground"])

    assert "rule" in explained.meaning


def test_a_confirmed_nexus_becomes_a_rule_for_such_ties_in_that_place(ruleset):
    row = rule_for(ruleset, nexus=[LAREDO])

    assert tuple(row) == COLUMNS
    assert cells(row) == {
        "nexus": "destination_address",
        "place": "ZIP 780",
        "category": "bulk-cash",
        "lead": "SAC-BOS",
        "copies": "C3",
    }
    assert row["source"] == f"placement 2 of referral {received().referral_id}: nexus_confirmed"


@pytest.mark.parametrize(
    ("ground", "word"),
    [("place_unclear", "unclear"), ("below_floor", "below-floor"), ("no_nexus", "nowhere"), ("place_abroad", "abroad")],
)
def test_why_no_tie_led_is_a_condition_too(ruleset, ground, word):
    row = rule_for(ruleset, grounds=(ground,), nexus=[IN_MASSACHUSETTS])

    assert row["nexus"] == word


@pytest.mark.parametrize(
    ("tie", "place"),
    [
        (nexus("person_location", state="MA"), "MA"),
        (nexus("person_location", state="tx", county="Webb"), "SAC-SAT"),
        (nexus("person_location", state="Ivana Horvat", zip="78040"), "ZIP 780"),
        (IN_JAPAN, "JP"),
        (nexus("goods_entry", gateway="USLAX"), "SAC-LAX"),
        (nexus("person_location", city="Ivana Horvat"), ""),
    ],
)
def test_a_place_is_said_in_words_of_our_tables_never_as_it_was_typed(ruleset, tie, place):
    row = rule_for(ruleset, nexus=[tie])

    assert row["place"] == place
    assert "Ivana" not in str(row)


def test_an_officer_chooses_what_the_rule_asks_for(ruleset):
    row = rule_for(ruleset, keep=frozenset({Condition.REQUESTER, Condition.CHANNEL, Condition.URGENCY}))

    assert {name: cell for name, cell in cells(row).items() if name in set(Condition)} == {
        "urgency": "U2",
        "requester": "IT",
        "channel": "attache",
    }


def test_a_condition_that_the_referral_has_nothing_for_is_refused_by_name(ruleset):
    [fault] = rule_for(ruleset, nexus=[], keep=frozenset({Condition.PLACE, Condition.CATEGORY}))

    assert (fault.code, fault.pointer) == ("condition_unknown", "/keep")
    assert "place" in fault.problem


def test_a_rule_without_conditions_is_refused(ruleset):
    [fault] = rule_for(ruleset, keep=frozenset())

    assert fault.code == "no_condition"


def test_a_move_becomes_a_rule_for_the_desk(ruleset):
    row = rule_for(ruleset, office=None, ground="wrong_desk")

    assert cells(row) == {"category": "bulk-cash", "requester": "IT", "desk": "EUR"}


def test_a_programme_that_supported_gets_a_copy_by_the_rule(ruleset):
    row = rule_for(ruleset, supporting=("SAC-NYC", "TTU"))

    assert (row["supporting"], row["copies"]) == ("SAC-NYC", "TTU|C3")
