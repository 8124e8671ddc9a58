"""A sweep from its first question to who is not listed any more: what it finds, what stops it, and how it goes on."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.mongo import Database
from schemas.events.notice import NoticeChanged
from services.referrals.feed.circuit_keeper import CircuitKeeper
from services.referrals.feed.lease import Lease, LeaseLost
from services.referrals.feed.query import ListName
from services.referrals.feed.status import read_status
from services.referrals.feed.sweep_store import State
from services.referrals.feed.worker import Worker
from tests.support.scripted_http import Asked, saying
from tests.support.small_feed import SmallService, small_feed
from tests.support.waiting import until

A, B, C = "2099/10001", "2099/10002", "2099/10003"
MANY = [f"2099/{number}" for number in range(20_001, 20_031)]


def some_of(swept: Any, *names: str) -> dict[str, int]:
    return {name: swept.figures["counts"][name] for name in names}


async def test_everybody_listed_is_new_once_and_the_same_ever_after(database: Database):
    async with small_feed(database, SmallService(A, B)) as feed:
        first, second = await feed.sweep(), await feed.sweep()

        assert (first.state, second.state) == (State.COMPLETE, State.COMPLETE)
        assert first.figures["coverage"] == second.figures["coverage"] == 1.0
        assert (some_of(first, "new", "same"), some_of(second, "new", "same")) == (
            {"new": 2, "same": 0},
            {"new": 0, "same": 2},
        )
        assert await feed.kinds(A) == ["Observed"]
        assert first.figures["requests"] == {"pages": 1, "notices": 2, "lost": 0}
        assert len(feed.server.asked) == 6


async def test_what_differs_is_told_by_its_kind(database: Database):
    service = SmallService(A)
    service.add(B, pictures=("63001",))
    async with small_feed(database, service) as feed:
        await feed.sweep()
        service.add(A, nationalities=["XK", "AL"])
        service.add(B, pictures=("63001", "63002"))
        service.add(C)

        swept = await feed.sweep()

        assert some_of(swept, "new", "changed", "image_changed") == {"new": 1, "changed": 1, "image_changed": 1}
        [_, changed] = await feed.told(A)
        assert isinstance(changed, NoticeChanged)
        assert changed.fields == ("nationalities",)
        assert await feed.kinds(B) == ["Observed", "ImageChanged"]


async def test_a_first_picture_is_a_change_of_pictures_and_costs_no_list_before(database: Database):
    service = SmallService(A)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        assert not [each for each in feed.server.asked if each.path.endswith("/images")]
        service.add(A, pictures=("63001",))

        await feed.sweep()

        assert await feed.kinds(A) == ["Observed", "ImageChanged"]


async def test_who_is_absent_from_two_complete_sweeps_is_not_listed_and_can_come_back(database: Database):
    service = SmallService(A, B, C)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        del service.people[C]
        first = await feed.sweep()
        second = await feed.sweep()
        service.add(C)
        third = await feed.sweep()

        assert [each.figures["counts"]["not_listed"] for each in (first, second)] == [0, 1]
        assert some_of(third, "relisted", "new") == {"relisted": 1, "new": 0}
        assert await feed.kinds(C) == ["Observed", "NotListed", "Relisted"]


@pytest.mark.parametrize("total", [0, 400])
async def test_a_list_with_far_more_or_fewer_than_before_is_not_believed(database: Database, total: int):
    service = SmallService(*MANY)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        if not total:
            service.people.clear()
        service.total = total
        before = len(feed.server.asked)

        swept = [await feed.sweep() for _ in range(3)]

        assert {each.state for each in swept} == {State.SUSPICIOUS}
        assert {each.reason for each in swept} == {"total_implausible"}
        assert len(feed.server.asked) - before == 3
        assert await feed.kinds(MANY[0]) == ["Observed"]
        assert await database["quarantine"].count_documents({"source": "feed/red"}) == 1


async def test_what_a_person_accepts_is_believed_but_an_empty_list_is_nobodys_absence(database: Database):
    service = SmallService(*MANY)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        for entity_id in MANY[1:]:
            del service.people[entity_id]
        accepted = await feed.sweep(accept=True)
        service.people.clear()
        empty = [await feed.sweep(accept=True) for _ in range(3)]

        assert (accepted.state, accepted.figures["counts"]["absent"]) == (State.COMPLETE, 29)
        assert {each.state for each in empty} == {State.COMPLETE}
        assert await feed.kinds(MANY[0]) == ["Observed"]


async def test_more_than_a_page_that_nothing_divides_is_an_alarm_and_says_nothing_of_absence(database: Database):
    service = SmallService(*(f"2099/{number}" for number in range(30_001, 30_162)))
    async with small_feed(database, service) as feed:
        swept = await feed.sweep()

        assert (swept.state, swept.reason) == (State.INCOMPLETE, "not_all_found")
        assert swept.figures["alarms"][0]["total"] == 161
        assert some_of(swept, "new", "not_listed") == {"new": 160, "not_listed": 0}


# ---- what cannot be read ----


def only(path: str, script: Any) -> Any:
    return lambda asked: script if asked.path.endswith(path) else None


async def test_a_notice_that_cannot_be_read_is_put_aside_and_is_listed_all_the_same(database: Database):
    service = SmallService(A, B)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        service.instead = only("/2099-10001", saying(200, b'{"entity_id": 7}'))

        swept = [await feed.sweep() for _ in range(3)]

        assert {each.state for each in swept} == {State.COMPLETE}
        assert some_of(swept[0], "quarantined", "same") == {"quarantined": 1, "same": 1}
        assert await feed.kinds(A) == ["Observed"]
        [row] = [row async for row in database["quarantine"].find()]
        assert (row["source"], row["times"]) == ("feed/red", 3)


async def test_a_list_that_cannot_be_read_leaves_everything_as_it_was(database: Database):
    service = SmallService(A, B)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        service.instead = only("/red", saying(200, b'{"total": 2, "que'))
        failed = [await feed.sweep() for _ in range(3)]
        service.instead = lambda asked: None
        after = await feed.sweep()

        assert {(each.state, each.reason) for each in failed} == {(State.INCOMPLETE, "list_unreadable")}
        assert {each.figures["counts"]["quarantined"] for each in failed} == {1}
        assert after.state is State.COMPLETE
        assert await feed.kinds(A) == await feed.kinds(B) == ["Observed"]


async def test_a_notice_that_is_listed_and_yet_not_there_stays_as_it_was(database: Database):
    service = SmallService(A, B)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        service.instead = only("/2099-10001", saying(404, b"{}"))

        swept = [await feed.sweep() for _ in range(3)]

        assert some_of(swept[-1], "missing", "not_listed") == {"missing": 1, "not_listed": 0}
        assert await feed.kinds(A) == ["Observed"]


# ---- stopping and going on ----


async def test_a_service_that_is_away_pauses_the_sweep_and_it_goes_on_where_it_was(database: Database):
    service = SmallService(*MANY)
    async with small_feed(database, service, tries=1) as feed:
        calls = Counter[str]()

        def away_after_ten(asked: Asked) -> Any:
            calls[asked.path] += 1
            return saying(503) if calls.total() > 10 else None

        service.instead = away_after_ten
        paused = await feed.sweep()
        service.instead = lambda asked: None
        done = await feed.sweep()

        assert (paused.state, paused.reason) == (State.PAUSED, "status_503")
        assert (done.state, done.figures["counts"]["new"], done.figures["counts"]["away"]) == (State.COMPLETE, 28, 2)
        times = Counter(each.path for each in feed.server.asked)
        assert times["/notices/v1/red"] == 1
        assert sum(done.figures["requests"].values()) == len(feed.server.asked)
        assert await database["feed_sweeps"].count_documents({}) == 1


async def test_a_killed_sweep_asks_nothing_twice_and_tells_nothing_twice(database: Database):
    service = SmallService(*MANY)
    for stop_after in (1, 5, 6, 14, 27, 31):
        async with small_feed(database, service) as feed:
            sweeping = asyncio.create_task(feed.sweep())
            await until(lambda so_many=stop_after: service.answered >= so_many)
            sweeping.cancel()
            await asyncio.wait([sweeping])
    async with small_feed(database, service) as feed:
        swept = await feed.sweep()

        assert (swept.state, swept.figures["counts"]["new"]) == (State.COMPLETE, 30)
        assert [await feed.kinds(entity_id) for entity_id in MANY] == [["Observed"]] * 30
        assert await database["feed_sweeps"].count_documents({}) == 1
    # Only what was under way at the moment of a kill may be asked for a second time.
    assert service.answered <= 31 + 6


async def test_what_the_book_was_told_just_before_a_kill_is_not_asked_for_again(database: Database):
    service = SmallService(*MANY)
    async with small_feed(database, service, tries=1) as feed:
        service.instead = lambda asked: saying(503) if service.answered > 11 else None
        await feed.sweep()
        # As a kill leaves it: the book was told of ten, and none of the marks was written.
        await database["feed_reads"].delete_many({"became": "new"})
        service.instead = lambda asked: None
        swept = await feed.sweep()

        times = Counter(each.path for each in feed.server.asked)
        assert (swept.state, swept.figures["counts"]["new"], swept.figures["counts"]["away"]) == (State.COMPLETE, 28, 2)
        assert [path for path, count in times.items() if count > 1] == ["/notices/v1/red/2099-20013"]
        assert [await feed.kinds(MANY[number]) for number in (0, 9, 29)] == [["Observed"]] * 3


async def test_nothing_that_was_asked_is_left_behind_when_a_sweep_is_over(database: Database):
    async with small_feed(database, SmallService(A)) as feed:
        await feed.sweep()

    [row] = [row async for row in database["feed_sweeps"].find()]
    assert "key_id" not in row
    assert await database["feed_pages"].count_documents({}) == 0
    assert await database["keys"].count_documents({"erased_at": {"$exists": True}}) == 1


async def test_what_the_feed_keeps_names_nobody(database: Database):
    service = SmallService(*MANY)
    service.add(A, pictures=("63001",), name="SECRETSON")
    async with small_feed(database, service, tries=1) as feed:
        service.instead = only("/2099-20030", saying(403))
        await feed.sweep()
        kept = [
            str([row async for row in database[name].find()])
            for name in ("feed_sweeps", "feed_lists", "feed_pages", "feed_reads", "feed_circuit", "feed_leases")
        ]

    assert "feed_pages" in await database.list_collection_names()
    for secret in ("SECRETSON", "TESTSON", "2099/1", "2099-1", "63001"):
        assert [text for text in kept if secret in text] == []


async def test_one_notice_that_is_always_refused_keeps_nobody_from_being_read(database: Database):
    service = SmallService(A, B)
    service.instead = only("/2099-10001", saying(403))
    reasons = []
    for _ in range(3):
        async with small_feed(database, service) as feed:
            swept = await feed.sweep()
            reasons.append(swept.reason)
        await database["feed_circuit"].delete_many({})

    assert reasons == ["circuit_open", "circuit_open", None]
    assert swept.state is State.COMPLETE
    assert some_of(swept, "new", "away") == {"new": 1, "away": 1}


async def test_a_sweep_that_stopped_too_long_ago_is_begun_anew(database: Database):
    service = SmallService(A)
    async with small_feed(database, service, tries=1) as feed:
        service.instead = only("/2099-10001", saying(403))
        await feed.sweep()
        await database["feed_sweeps"].update_one({}, {"$set": {"started_at": datetime.now(UTC) - timedelta(days=2)}})
        await database["feed_circuit"].delete_many({})
    service.instead = lambda asked: None
    async with small_feed(database, service) as feed:
        swept = await feed.sweep()

    states = [row["state"] async for row in database["feed_sweeps"].find().sort("number")]
    assert swept.state is State.COMPLETE
    assert states == ["abandoned", "complete"]


# ---- frugality ----


async def test_what_is_offered_to_be_recognised_by_is_used_and_a_change_is_seen(database: Database):
    service = SmallService(A, B, etags=True)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        service.add(B, nationalities=["AL"])
        swept = await feed.sweep()

        conditional = [each for each in feed.server.asked if "if-none-match" in each.headers]
        assert some_of(swept, "same", "changed") == {"same": 1, "changed": 1}
        assert len(conditional) == 2
        assert await feed.kinds(B) == ["Observed", "Changed"]


async def test_who_was_not_listed_is_read_in_full_when_listed_again(database: Database):
    service = SmallService(A, B, C, etags=True)
    async with small_feed(database, service) as feed:
        await feed.sweep()
        del service.people[C]
        await feed.sweep()
        await feed.sweep()
        service.add(C)
        await feed.sweep()

        assert "if-none-match" not in feed.server.asked[-1].headers
        assert await feed.kinds(C) == ["Observed", "NotListed", "Relisted"]


async def test_a_notice_whose_entry_is_the_same_need_not_be_read_before_its_age(database: Database):
    service = SmallService(A, B)
    async with small_feed(database, service, detail_max_age_s=3600) as feed:
        await feed.sweep()
        service.add(B, nationalities=["AL"])
        before = len(feed.server.asked)
        swept = await feed.sweep()

        assert [each.path for each in feed.server.asked[before:]] == ["/notices/v1/red", "/notices/v1/red/2099-10002"]
        assert some_of(swept, "same", "changed") == {"same": 1, "changed": 1}


async def test_lists_of_pictures_are_read_in_turn_within_the_budget(database: Database):
    service = SmallService()
    service.add(*MANY[:6], pictures=("63001",))
    async with small_feed(database, service, images_per_sweep=2) as feed:
        for _ in range(3):
            await feed.sweep()

        read = [each.path for each in feed.server.asked if each.path.endswith("/images")]
        assert len(read) == len(set(read)) == 6


# ---- one worker, and what it shows ----


async def test_a_second_worker_finds_the_lease_taken_until_it_is_given_back(database: Database):
    first, second = Lease(database, "http"), Lease(database, "http")

    assert await first.take()
    assert not await second.take()
    await first.give_back()
    assert await second.take()
    with pytest.raises(LeaseLost):
        await first.renew()


async def test_the_lease_of_a_process_that_is_gone_is_taken_over(database: Database):
    dead = Lease(database, "http")
    assert await dead.take()
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    await database["feed_leases"].update_one({}, {"$set": {"owner.pid": process.pid, "owner.token": "its own"}})

    assert await Lease(database, "http").take()


async def test_the_lease_of_a_process_elsewhere_is_left_to_it(database: Database):
    there = Lease(database, "http")
    assert await there.take()
    await database["feed_leases"].update_one({}, {"$set": {"owner.machine": "another", "owner.pid": 1}})

    assert not await Lease(database, "http").take()


async def test_a_worker_sweeps_what_is_due_and_stops_in_the_middle_when_asked(database: Database):
    service = SmallService(*MANY)
    async with small_feed(database, service, requests_per_second=50) as feed:
        await feed.lease.give_back()
        circuit = CircuitKeeper(database, 1800)
        day = timedelta(days=1)
        sweeps = feed.sweeping._books.sweeps
        worker = Worker(feed.sweeping, sweeps, circuit, feed.lease, [ListName.RED], interval=day, retry=day)
        running = asyncio.create_task(worker.run())
        await until(lambda: service.answered > 3)
        await worker.stop()
        await running

        assert service.answered < 31
        assert await Lease(database, "http").take()


async def test_the_dashboard_says_how_the_feed_stands(database: Database):
    service = SmallService(A, B)
    async with small_feed(database, service, tries=1) as feed:
        nothing = await read_status(database)
        await feed.sweep()
        service.instead = lambda asked: saying(403)
        for _ in range(3):
            await feed.sweep()
        status = await read_status(database)

    [red] = status["lists"]
    assert nothing["lists"] == []
    assert (red["last_complete"]["sweep"], red["last_complete"]["coverage"]) == (1, 1.0)
    assert red["last_complete"]["counts"]["new"] == 2
    assert (red["last"]["state"], red["last"]["reason"]) == ("paused", "circuit_open")
    assert (status["circuit"]["state"], status["circuit"]["times_opened"]) == ("open", 1)
    assert status["circuit"]["until"] > status["at"]
