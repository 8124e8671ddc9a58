"""Every case of `cases/` decides as written there; whoever knows of another one adds a line."""

from collections import Counter

import pytest

from schemas.vocabulary.facts import Category, NexusKind
from schemas.vocabulary.offices import DESKS, OFFICES
from services.routing.domain import Ruleset, decide
from services.routing.facts import facts_of
from tests.support.case_table import NOW, TODAY, Case, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.where)
def test_a_case_decides_as_the_field_expects(ruleset: Ruleset, case: Case) -> None:
    decision = decide(facts_of(case.event(), case.owners), ruleset, TODAY, NOW)

    assert case.faults(decision) == [], f"{case['reason']}: {decision.because}"


def test_no_case_is_told_twice() -> None:
    told = Counter(case.told for case in CASES)

    assert [case for case, times in told.items() if times > 1] == []


def test_every_office_desk_category_and_kind_of_nexus_has_its_cases() -> None:
    leads, desks, categories = ({case[column] for case in CASES} for column in ("lead", "desk", "category"))
    kinds = {nexus.kind for case in CASES for nexus in case.event().nexus}

    assert leads >= set(OFFICES)
    assert desks >= set(DESKS)
    assert categories >= set(Category)
    assert kinds == set(NexusKind)


def test_there_are_more_than_five_hundred_cases() -> None:
    assert len(CASES) > 500
