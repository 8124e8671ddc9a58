"""Clocks on a real MongoDB: facts in any order, looked for by an index, told of once by however many watch."""

import asyncio
import json
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from uuid6 import uuid7

from runtime.events import Destination, Publisher
from runtime.store import Store, Work
from schemas.topics import published_by
from services.notify.clock.documents import history_of
from services.notify.clock.loop import ClockLoop
from services.notify.clock.office_hours import load_office_hours
from services.notify.clock.store import CLOCKS, ClockStore, heard, is_due
from tests.support.clocks import MONDAY, after, answered, asked, claimed, placed, question_answered, received
from tests.support.office import NobodyListens

OFFICES = load_office_hours()
SOURCE = Publisher(
    "/tests", {event: [Destination(*place) for place in places] for event, places in published_by("notify").items()}
)
MANY = 3_000


class Watch:
    """Clocks, and a time of day that a test may set."""

    def __init__(self, database):
        self.collection = database[CLOCKS]
        self.store = Store(database, SOURCE, NobodyListens())
        self.clocks = ClockStore(self.store)
        self.now: datetime = MONDAY

    def loop(self, hears_all=lambda: True):
        """Start to watch, as a process would; another call is another process, or the same after a restart."""
        return ClockLoop(self.clocks, OFFICES, hears_all=hears_all, now=lambda: self.now)

    async def hear(self, referral, *facts, event_id=None):
        work = Work()
        for fact in facts:
            work.change(heard(referral, event_id or str(uuid7()), fact, self.now))
        await self.store.write(self.store.prepared(work))

    async def look_at(self, moment, *loops):
        self.now = moment
        await asyncio.gather(*(loop.look() for loop in loops or [self.loop()]))

    async def clock(self, referral):
        return await self.clocks.by_id(referral)

    async def told(self, referral):
        events = [json.loads(entry["body"]) for entry in (await self.clock(referral))["outbox"]]
        return [(event["step"], event["level"]) for event in events]


@pytest.fixture
async def watch(database):
    opened = Watch(database)
    await opened.clocks.prepare()
    return opened


async def test_each_level_is_told_of_a_missed_step_once_also_after_a_restart(watch):
    referral = uuid7()
    await watch.hear(referral, received("U0"))

    await watch.look_at(after(minutes=14))
    assert await watch.told(referral) == []
    await watch.look_at(after(minutes=15))
    await watch.look_at(after(minutes=16))
    assert await watch.told(referral) == [("acknowledge", "supervisor")]
    await watch.look_at(after(minutes=45))
    await watch.look_at(after(minutes=45))
    assert await watch.told(referral) == [
        ("acknowledge", "supervisor"),
        ("acknowledge", "desk"),
        ("acknowledge", "headquarters"),
    ]
    clock = await watch.clock(referral)
    assert (clock["next_step"], clock["next_level"], clock["next_due"]) == ("assign", "supervisor", after(hours=1))
    [first, *_] = clock["outbox"]
    event = json.loads(first["body"])
    assert (event["office"], event["urgency"]) == ("SPECOPS", "U0"), "nobody has placed it yet"
    assert [to[0] for to in first["to"]] == ["queue.events", "office.feed"]
    assert [entry["sequence"] for entry in clock["outbox"]] == [1, 2, 3]


async def test_of_many_that_watch_one_tells(watch):
    referrals = [uuid7() for _ in range(40)]
    for referral in referrals:
        await watch.hear(referral, received("U1"))

    loops = [watch.loop() for _ in range(4)]
    await watch.look_at(after(minutes=1), *loops)
    await watch.look_at(after(minutes=61), *loops)

    told = [tuple(await watch.told(referral)) for referral in referrals]
    assert Counter(told) == {(("acknowledge", "supervisor"),): len(referrals)}


async def test_what_was_taken_in_time_or_waits_for_the_requester_is_not_told(watch):
    taken, waiting = uuid7(), uuid7()
    await watch.hear(
        taken, received("U0"), claimed(after(minutes=3)), placed(after(minutes=1), "SAC-NYC", urgency="U0")
    )
    await watch.hear(waiting, received("U0"), asked(after(minutes=10)))

    await watch.look_at(after(hours=7))

    assert (await watch.told(taken), await watch.told(waiting)) == ([], [])
    await watch.hear(taken, answered(after(hours=7)))
    await watch.look_at(after(days=7))
    clock = await watch.clock(taken)
    assert (clock["open"], clock["next_due"], clock["outbox"]) == (False, None, [])


async def test_a_late_answer_to_a_question_moves_what_is_due(watch):
    referral = uuid7()
    await watch.hear(referral, received("U0"), asked(after(minutes=10)))
    await watch.look_at(after(minutes=30))
    assert (await watch.clock(referral))["next_due"] is None

    await watch.hear(referral, question_answered(after(minutes=70)))
    await watch.look_at(after(minutes=74))

    assert (await watch.clock(referral))["next_due"] == after(minutes=75)


async def test_nobody_is_told_while_there_may_be_steps_not_heard_of(watch):
    referral = uuid7()
    await watch.hear(referral, received("U0"))

    await watch.look_at(after(hours=3), watch.loop(hears_all=lambda: False))

    assert await watch.told(referral) == []
    assert (await watch.clock(referral))["next_due"] == after(minutes=15)


async def test_what_was_worked_out_from_a_clock_that_has_heard_more_since_is_not_written(watch):
    referral = uuid7()
    await watch.hear(referral, received("U0"))
    [read] = await watch.clocks.stale(10)
    await watch.hear(referral, claimed(after(minutes=2)))

    await watch.clocks.settle([(read, {"open": True, "next_due": after(minutes=15)})])

    [still] = await watch.clocks.stale(10)
    assert "next_due" not in still
    assert not await watch.clocks.tell(read, {"told": []}, [])


async def test_the_same_event_again_changes_nothing_and_tells_nothing(watch):
    referral = uuid7()
    await watch.hear(referral, received("U0"), event_id="event-1")
    await watch.look_at(after(minutes=20))
    before = await watch.clock(referral)

    await watch.hear(referral, received("U0"), event_id="event-1")
    await watch.look_at(after(minutes=20))

    clock = await watch.clock(referral)
    assert {**clock, "folds": None} == {**before, "folds": None}


async def test_facts_that_come_at_once_through_many_hands_are_all_kept(watch):
    referrals = [UUID(int=number) for number in range(20)]
    facts = [received("U1"), claimed(after(minutes=4)), asked(after(minutes=6)), placed(after(minutes=1), "C3")]

    async def until_heard(referral, fact):
        event_id = str(uuid7())
        await asyncio.gather(*(watch.hear(referral, fact, event_id=event_id) for _ in range(2)))

    await asyncio.gather(*(until_heard(referral, fact) for referral in referrals for fact in facts))

    for referral in referrals:
        clock = await watch.clock(referral)
        assert (len(clock["facts"]), clock["folds"]) == (len(facts), 2 * len(facts))
        assert history_of(clock).holder.office == "C3"


async def explained(cursor):
    """Say by which stages a query was answered, how many documents were read for it, and how many given."""
    plan = (await cursor.explain())["executionStats"]
    stages, stage = [], plan["executionStages"]
    while stage is not None:
        stages.append(stage["stage"])
        stage = stage.get("inputStage")
    return stages, plan["totalKeysExamined"], plan["totalDocsExamined"], plan["nReturned"]


async def test_what_is_due_is_found_by_the_index_and_nothing_else_is_read(watch):
    await watch.collection.insert_many(
        {"_id": str(uuid7()), "open": number % 3 > 0, "next_due": MONDAY + timedelta(minutes=number)}
        for number in range(MANY)
    )

    stages, keys, documents, given = await explained(
        watch.collection.find(is_due(after(minutes=300))).sort("next_due", 1).limit(200)
    )
    first = await explained(watch.collection.find(is_due(after(days=99))).sort("next_due", 1).limit(1))

    assert "IXSCAN" in stages
    assert not {"COLLSCAN", "SORT"} & set(stages)
    assert (documents, given, keys) == (200, 200, 200)
    assert first[1:] == (1, 1, 1)


async def test_the_lists_of_an_office_and_of_a_level_are_read_by_their_indexes(watch):
    referrals = [uuid7() for _ in range(6)]
    for referral in referrals:
        await watch.hear(referral, received("U0"), placed(after(minutes=1), "SAC-NYC", urgency="U0"))
    await watch.hear(referrals[0], asked(after(minutes=2)))
    await watch.look_at(after(minutes=1))
    await watch.look_at(after(minutes=25))

    office = await watch.clocks.listed({"seen_by": "SAC-NYC"}, (), 10)
    desk = await watch.clocks.listed({"seen_by": "EUR"}, (), 10)
    told = await watch.clocks.listed({"level": "desk"}, (), 10)

    assert [clock["_id"] for clock in office] == [*map(str, referrals[1:]), str(referrals[0])], "what waits comes last"
    assert {clock["_id"] for clock in desk} == {clock["_id"] for clock in told} == set(map(str, referrals[1:]))
    rest = await watch.clocks.listed({"seen_by": "SAC-NYC"}, (office[3]["soonest"], office[3]["_id"]), 10)
    assert [clock["_id"] for clock in rest] == [clock["_id"] for clock in office[4:]]
    stages, *_ = await explained(
        watch.collection.find({"open": True, "seen_by": "EUR"}).sort([("soonest", 1), ("_id", 1)])
    )
    assert "IXSCAN" in stages
    assert not {"COLLSCAN", "SORT"} & set(stages)
