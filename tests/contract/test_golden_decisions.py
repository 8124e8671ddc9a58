"""No build decides a referral otherwise than before unless the corpus says so in the same commit."""

from collections import Counter

import pytest

from schemas.vocabulary.facts import Category
from services.routing.tables import load_ruleset
from tests.golden.corpus import NOW, changes, decided_anew, read_corpus

CASES = list(read_corpus())


@pytest.fixture(scope="module")
def ruleset():
    return load_ruleset(NOW.date())


def test_every_referral_of_the_corpus_is_decided_as_it_was(ruleset):
    changed = {case["title"]: changes(case["decision"], decided_anew(case, ruleset)) for case in CASES}

    assert {title: lines for title, lines in changed.items() if lines} == {}, "if this is meant, run `make golden`"


def test_the_corpus_holds_every_way_a_decision_can_go():
    outcomes = Counter(case["decision"]["outcome"] for case in CASES)
    categories = {case["decision"]["category"] for case in CASES}

    assert len(CASES) == len({case["title"] for case in CASES})
    assert min(outcomes[name] for name in ("office", "programme", "triage")) >= 5
    assert categories == {category.value for category in Category}
