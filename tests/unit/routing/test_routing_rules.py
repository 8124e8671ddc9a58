from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from runtime.errors import StoreAway, Transient
from services.routing.domain import Ruleset
from services.routing.rules import RulesInForce, RulesUnreadable
from services.routing.tables import BadTable, TableFault, load_ruleset

TODAY = datetime.now(UTC).date()


def header(version: str, digest: str = "tables") -> dict[str, Any]:
    return {"_id": version, "digest": digest, "tables": []}


@dataclass
class Activated:
    """Activations of which one is in force, or a database that is away."""

    version: str = "first"
    digest: str = "tables"
    away: bool = False

    async def at(self, moment: datetime) -> dict[str, Any]:
        if self.away:
            raise StoreAway("Test")
        return {"_id": 1, "version": self.version, "digest": self.digest}


@dataclass
class Headers:
    """Rulesets of which all are there, with the same tables."""

    async def by_version(self, version: str) -> dict[str, Any]:
        return header(version)


@dataclass
class Loader:
    """Loads the shipped tables under any name, unless they are bad, and remembers what it loaded."""

    ruleset: Ruleset
    loaded: list[str] = field(default_factory=list)
    bad: bool = False

    async def on(self, header: dict[str, Any], day: date) -> Ruleset:
        if self.bad:
            raise BadTable(TableFault("areas.tsv", 2, "gone", "it is gone", "bring it back"))
        self.loaded.append(header["_id"])
        return replace(self.ruleset, version=header["_id"])


@pytest.fixture
def loader() -> Loader:
    return Loader(load_ruleset(TODAY))


async def in_force(activated: Activated, loader: Loader) -> RulesInForce:
    rules = RulesInForce(activated, Headers(), loader, every=0.1)
    await rules.refresh()
    return rules


def test_the_shipped_rules_can_be_read_on_every_day_on_which_a_row_begins_or_ends():
    day, days = TODAY, []

    while day is not None:
        days.append(load_ruleset(day).good_from)
        day = load_ruleset(day).good_until

    assert days[0] <= TODAY
    assert days == sorted(set(days))


async def test_rules_are_read_again_only_when_others_are_in_force(loader):
    activated = Activated()
    rules = await in_force(activated, loader)
    read_once = list(loader.loaded)

    await rules.refresh()
    unchanged = list(loader.loaded)
    activated.version = "second"
    await rules.refresh()

    assert unchanged == read_once
    assert rules.on(TODAY).version == "second"


async def test_rules_that_cannot_be_read_make_referrals_wait(loader):
    activated = Activated()
    rules = await in_force(activated, loader)
    activated.version, loader.bad = "second", True

    await rules.refresh()

    with pytest.raises(RulesUnreadable) as raised:
        rules.on(TODAY)
    assert isinstance(raised.value, Transient)
    assert rules.readiness() == {"ok": False, "ruleset": None}


async def test_the_log_says_where_the_faults_are_and_repeats_no_cell(loader):
    loader.bad = True

    with capture_logs() as logged:
        await in_force(Activated(), loader)

    assert [entry["why"] for entry in logged if entry["event"] == "ruleset cannot be read"] == ["areas.tsv row 2: gone"]


async def test_rules_that_can_be_read_again_are_used_again(loader):
    loader.bad = True
    rules = await in_force(Activated(), loader)

    loader.bad = False
    await rules.refresh()

    assert rules.on(TODAY).version == "first"


async def test_tables_that_are_not_those_that_were_activated_decide_nothing(loader):
    rules = await in_force(Activated(digest="others"), loader)

    with pytest.raises(RulesUnreadable):
        rules.on(TODAY)


async def test_while_the_database_is_away_the_rules_stay_as_they_are(loader):
    activated = Activated()
    rules = await in_force(activated, loader)
    activated.away = True

    with pytest.raises(StoreAway):
        await rules.refresh()

    assert rules.on(TODAY).version == "first"


async def test_a_day_that_was_not_read_waits_for_the_next_look(loader):
    loader.ruleset = replace(loader.ruleset, good_from=TODAY)
    rules = await in_force(Activated(), loader)

    with pytest.raises(RulesUnreadable):
        rules.on(date(2024, 1, 1))
