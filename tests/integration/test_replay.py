"""Replays on a real MongoDB: what would change is what deciding again one by one finds, also after a kill -9."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.mongo import Database, Document, open_database
from schemas.events import ReferralReceived
from services.routing.domain import decide
from services.routing.facts import facts_of
from services.routing.tables import load_ruleset, shipped
from tests.golden.corpus import NOW
from tests.support.past_decisions import past_decisions
from tests.support.routing_desk import RoutingDesk, open_routing_desk
from tests.support.waiting import until

DRAFT = "stricter"
MANY = 12_000


@pytest.fixture
async def desk(kafka_settings, mongo_settings) -> AsyncIterator[RoutingDesk]:
    async with open_routing_desk(kafka_settings, mongo_settings) as opened:
        yield opened


@pytest.fixture
async def stored(mongo_settings) -> AsyncIterator[Database]:
    async with open_database(mongo_settings, "routing") as database:
        yield database


def stricter() -> dict[str, str]:
    """Tables by which a weaker nexus goes to a person, and Italy to another desk."""
    texts = shipped()
    figures = texts["ruleset.toml"].replace("lead_from = 0.4", "lead_from = 0.65")
    return {"ruleset.toml": figures, "countries.tsv": texts["countries.tsv"].replace("IT\tEUR", "IT\tMEA")}


async def drafted(desk: RoutingDesk, stored: Database, count: int) -> list[Document]:
    """Store past decisions and a draft that would change some of them."""
    decisions = list(past_decisions(count, load_ruleset(NOW.date())))
    for first in range(0, count, 5_000):
        await stored["decisions"].insert_many(decisions[first : first + 5_000])
    answer = await desk.draft(DRAFT, tables=stricter())
    assert answer.status_code == 201, answer.text
    return decisions


def changed_one_by_one(decisions: list[Document]) -> list[dict[str, Any]]:
    """Decide all again, as plainly as can be."""
    ruleset = replace(load_ruleset(datetime.now(UTC).date(), {**shipped(), **stricter()}), version=DRAFT)
    found = []
    for old in decisions:
        at = old["decided_at"]
        facts = facts_of(ReferralReceived.model_validate(old["facts"]), tuple(old["owners"]))
        new = decide(facts, ruleset, at.date(), at)
        same = (
            (new.office, new.proposed, new.desk, str(new.category), str(new.outcome))
            == (old["office"], old["proposed"], old["desk"], old["category"], old["outcome"])
            and (list(new.supporting), list(new.copies), list(new.withheld))
            == (old["supporting"], old["copies"], old["withheld"])
            and list(new.grounds) == old["grounds"]
            and new.suggested_urgency == old["suggested_urgency"]
        )
        if not same:
            found.append(
                {
                    "referral_id": old["_id"],
                    "from": old["office"] or old["desk"],
                    "to": new.office or new.desk,
                    "rule_from": old["rule"],
                    "rule_to": new.rule,
                    "category": str(new.category),
                    "because": new.because,
                }
            )
    return found


async def ended(desk: RoutingDesk, address: str) -> dict[str, Any]:
    async def state():
        told = (await desk.http.get(address)).json()
        return told if told["state"] not in ("waiting", "running") else None

    return await until(state)


async def test_a_replay_finds_what_deciding_again_one_by_one_finds(desk, stored):
    decisions = await drafted(desk, stored, 1_500)
    wanted = changed_one_by_one(decisions)

    address = await desk.replay(DRAFT)
    told = await ended(desk, address)
    summary = (await desk.http.get(f"{address}/summary")).json()
    changes = await desk.pages(f"{address}/changes", "changes", limit=170)

    assert (told["state"], told["total"], told["done"], told["share"]) == ("done", 1_500, 1_500, 1.0)
    assert told["changed"] == len(wanted) > 100
    assert told["moved"] == sum(one["from"] != one["to"] for one in wanted)
    assert [{name: one[name] for name in wanted[0]} for one in changes] == wanted
    assert counted(summary["moves"], "from", "to") == Counter((one["from"], one["to"]) for one in wanted)
    assert counted(summary["reasons"], "rule_from", "rule_to", "category") == Counter(
        (one["rule_from"], one["rule_to"], one["category"]) for one in wanted
    )


def counted(rows: list[dict[str, Any]], *names: str) -> Counter[tuple[str, ...]]:
    return Counter({tuple(row[name] for name in names): row["count"] for row in rows})


async def test_changes_can_be_asked_for_by_where_they_come_from_and_where_they_go(desk, stored):
    wanted = changed_one_by_one(await drafted(desk, stored, 600))
    address = await desk.replay(DRAFT)
    await ended(desk, address)
    source, target = Counter((one["from"], one["to"]) for one in wanted if one["from"] != one["to"]).most_common(1)[0][
        0
    ]

    by_source = await desk.pages(f"{address}/changes", "changes", **{"from": source, "limit": 3})
    by_move = await desk.pages(f"{address}/changes", "changes", **{"from": source, "to": target, "limit": 3})

    assert [one["referral_id"] for one in by_source] == [one["referral_id"] for one in wanted if one["from"] == source]
    assert {(one["from"], one["to"]) for one in by_move} == {(source, target)}


async def test_the_ruleset_that_decided_would_change_nothing(desk, stored):
    await drafted(desk, stored, 600)

    told = await ended(desk, await desk.replay("2026-11-01"))

    assert (told["done"], told["changed"]) == (600, 0)


async def test_a_replay_can_be_of_some_days_and_of_one_desk_only(desk, stored):
    decisions = await drafted(desk, stored, 600)
    since, until_ = NOW - timedelta(days=3), NOW - timedelta(days=1)
    wanted = [one for one in decisions if since <= one["decided_at"] < until_ and one["desk"] == "EUR"]

    address = await desk.replay(DRAFT, since=since.isoformat(), until=until_.isoformat(), desk="EUR")
    told = await ended(desk, address)

    assert (told["total"], told["done"]) == (len(wanted), len(wanted))
    assert told["changed"] == len(changed_one_by_one(wanted)) > 0


async def test_a_replay_of_no_time_at_all_is_refused(desk):
    moment = "2026-11-01T00:00:00Z"

    answer = await desk.http.post(
        "/v1/rulesets/2026-11-01/replays", json={"staff": "anna", "since": moment, "until": moment}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "no_time_between")


async def test_a_replay_changes_no_decision_and_tells_nobody(desk, stored):
    decisions = await drafted(desk, stored, 300)

    await ended(desk, await desk.replay(DRAFT))

    assert await stored["decisions"].find().sort("_id", 1).to_list(None) == decisions


async def test_a_replay_whose_worker_is_killed_goes_on_and_finds_the_same(desk, stored):
    wanted = changed_one_by_one(await drafted(desk, stored, MANY))
    address = await desk.replay(DRAFT)

    async def under_way():
        return 0 < (await desk.http.get(address)).json()["done"] < MANY

    await until(under_way)
    os.kill(desk.workers.process.pid, signal.SIGKILL)
    told = await ended(desk, address)
    changes = await desk.pages(f"{address}/changes", "changes", limit=200)

    run = await stored["replays"].find_one({})
    assert (told["state"], told["done"], told["changed"]) == ("done", MANY, len(wanted))
    assert [one["referral_id"] for one in changes] == [one["referral_id"] for one in wanted]
    assert run["claims"] == 2


async def test_a_worker_that_was_thought_dead_writes_nothing_more(desk, stored):
    await drafted(desk, stored, MANY)
    address = await desk.replay(DRAFT)
    await until(lambda: desk.workers.process is not None)
    first = desk.workers.process.pid

    await until(lambda: stored["replays"].find_one({"done": {"$gt": 0}}))
    os.kill(first, signal.SIGSTOP)
    await stored["replays"].update_one(
        {}, {"$set": {"worker": "another", "lease_until": datetime(2020, 1, 1, tzinfo=UTC)}}
    )
    before = await stored["replays"].find_one({})
    os.kill(first, signal.SIGCONT)
    told = await ended(desk, address)

    assert told["done"] == MANY
    assert before["done"] < MANY


async def test_a_cancelled_replay_stops_and_keeps_what_it_found(desk, stored):
    await drafted(desk, stored, MANY)
    address = await desk.replay(DRAFT)
    await until(lambda: stored["replays"].find_one({"done": {"$gt": 0}}))

    cancelled = (await desk.http.post(f"{address}/cancel", json={"staff": "anna"})).json()
    await until(lambda: desk.workers.process is None)
    after = (await desk.http.get(address)).json()

    assert cancelled["state"] == after["state"] == "cancelled"
    assert 0 < after["done"] < MANY
    assert (cancelled["done"], cancelled["changed"]) == (after["done"], after["changed"])


async def test_the_same_tables_are_replayed_once_at_a_time(desk, stored):
    await drafted(desk, stored, MANY)
    address = await desk.replay(DRAFT)

    second = await desk.http.post(f"/v1/rulesets/{DRAFT}/replays", json={"staff": "bruno"})
    await desk.http.post(f"{address}/cancel", json={"staff": "anna"})
    third = await desk.http.post(f"/v1/rulesets/{DRAFT}/replays", json={"staff": "bruno"})

    assert (second.status_code, second.json()["code"]) == (409, "replay_running")
    assert address.rsplit("/", 1)[1] in second.json()["detail"]
    assert third.status_code == 202


async def test_a_draft_with_faults_is_not_replayed(desk, stored):
    row = {"file": "countries.tsv", "kind": "change", "row": {"country": "IT"}, "to": {"desk": "ATLANTIS"}}
    await desk.draft("broken", row)

    answer = await desk.http.post("/v1/rulesets/broken/replays", json={"staff": "anna"})

    assert (answer.status_code, answer.json()["code"]) == (422, "ruleset_faulty")
    assert answer.json()["faults"]


async def test_a_replay_is_followed_live_to_its_end(desk, stored):
    await drafted(desk, stored, 3_000)
    address = await desk.replay(DRAFT)

    stream = (await desk.http.get(f"{address}/stream")).text

    told = [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")]
    done = [one["done"] for one in told]
    assert done == sorted(done)
    assert (told[-1]["state"], told[-1]["done"], told[-1]["share"]) == ("done", 3_000, 1.0)
    assert "event: ended" in stream


async def test_facts_that_are_no_longer_read_are_counted_and_hold_up_nothing(desk, stored):
    await drafted(desk, stored, 300)
    await stored["decisions"].update_one({}, {"$set": {"facts": {"of": "another form"}}})

    told = await ended(desk, await desk.replay(DRAFT))

    assert (told["state"], told["done"], told["unreadable"]) == ("done", 300, 1)


async def test_a_replay_can_be_run_from_a_terminal(desk, stored, mongo_settings):
    wanted = changed_one_by_one(await drafted(desk, stored, 600))
    names = {"MONGO_URI": mongo_settings.uri, "MONGO_DATABASE_PREFIX": mongo_settings.database_prefix}
    command = (sys.executable, "-m", "services.routing.replay", DRAFT, "--staff", "anna", "--json")

    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **names}, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()

    summary = json.loads(printed)
    assert process.returncode == 0
    assert (summary["run"]["state"], summary["run"]["changed"]) == ("done", len(wanted))


async def test_a_stream_that_is_over_gives_its_place_back(desk, stored):
    await drafted(desk, stored, 300)
    address = await desk.replay(DRAFT)
    await ended(desk, address)

    streams = [(await desk.http.get(f"{address}/stream")).status_code for _ in range(60)]

    assert streams == [200] * 60
