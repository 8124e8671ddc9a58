from datetime import date, timedelta

import pytest
from routing_cases import TODAY

from runtime.errors import Transient
from services.routing.rules import RulesInForce, RulesUnreadable
from services.routing.tables import BadTable, load_ruleset


def test_the_shipped_rules_can_be_read_on_every_day_on_which_a_row_begins_or_ends():
    day, days = TODAY, []

    while day is not None:
        days.append(load_ruleset(day).good_from)
        day = load_ruleset(day).good_until

    assert days[0] <= TODAY
    assert days == sorted(set(days))


def test_rules_are_read_again_only_when_they_change():
    read: list[date] = []

    def load(day: date):
        read.append(day)
        return load_ruleset(day)

    rules = RulesInForce(load, TODAY)
    rules.on(TODAY)
    rules.on(TODAY + timedelta(hours=1))

    assert read == [TODAY]


def test_rules_of_a_new_day_that_cannot_be_read_make_referrals_wait():
    def load(day: date):
        if day != TODAY:
            raise BadTable("areas.tsv row 2: gone")
        return load_ruleset(day)

    rules = RulesInForce(load, TODAY)

    with pytest.raises(RulesUnreadable) as raised:
        rules.on(load_ruleset(TODAY).good_from - timedelta(days=1))
    assert isinstance(raised.value, Transient)
