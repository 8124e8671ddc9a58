from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from routing_cases import NOW, nexus, received

from runtime.mongo import Document
from services.routing.differences import difference
from services.routing.domain import Ruleset, decide
from services.routing.facts import facts_of
from services.routing.store import decision_document


def stored(ruleset: Ruleset, owners: tuple[str, ...] = (), **changes: Any) -> Document:
    event = received(**changes)
    decision = decide(facts_of(event, owners), ruleset, NOW.date(), NOW)
    document = decision_document(event.referral_id, decision, event.model_dump(mode="json"), NOW)
    return {**document, "owners": list(owners)}


def stricter(ruleset: Ruleset) -> Ruleset:
    return replace(ruleset, version="stricter", weights=replace(ruleset.weights, lead_from=0.65))


def test_the_same_rules_change_nothing(ruleset):
    assert difference(stored(ruleset), ruleset) is None


def test_rules_of_another_name_that_decide_alike_change_nothing(ruleset):
    assert difference(stored(ruleset), replace(ruleset, version="other")) is None


def test_an_office_that_would_lose_its_lead_is_told_with_both_rules(ruleset):
    before = stored(ruleset, nexus=[nexus("bank_account", zip="78040")])

    change = difference(before, stricter(ruleset))

    assert change is not None
    assert (change["from"], change["to"]) == (before["office"], before["desk"])
    assert (change["rule_from"], change["rule_to"]) == (before["rule"], "R-BELOW-FLOOR")
    assert {"outcome", "office", "proposed", "grounds"} <= {*change["fields"]}
    assert (change["before"]["office"], change["after"]["office"]) == (before["office"], None)
    assert "ruleset stricter" in change["because"]


def test_the_owners_of_earlier_referrals_are_those_of_the_day_of_the_decision(ruleset):
    earlier = ["01934a2e-0000-7000-8000-000000000009"]

    assert difference(stored(ruleset, ("SAC-NYC",), earlier=earlier), ruleset) is None
    assert difference({**stored(ruleset, ("SAC-NYC",), earlier=earlier), "owners": []}, ruleset) is not None


def test_facts_count_as_old_as_they_were_when_it_was_decided(ruleset):
    before = stored(ruleset, nexus=[nexus("person_location", age=20, zip="78040")])

    assert difference(before, ruleset) is None
    later = {**before, "decided_at": NOW.replace(year=NOW.year + 5)}
    assert difference(later, ruleset) is not None


def test_facts_of_another_form_are_refused(ruleset):
    with pytest.raises(ValidationError):
        difference({**stored(ruleset), "facts": {"of": "another form"}}, ruleset)
