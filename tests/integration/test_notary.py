"""The notary on a real MongoDB: every entry and every reading is in its chain exactly once, whatever ends or races."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from runtime.mongo import Database
from runtime.store import Store, Work
from services.referrals.evidence.custody_store import CustodyStore, Settled
from services.referrals.evidence.notary import Notary
from services.referrals.evidence.page import GATHER_MS, next_look, write_page
from services.referrals.evidence.verify import verify
from services.referrals.store import COLLECTION, fold
from tests.support.evidence import (
    SIGNER,
    WAITS,
    at,
    bundle,
    claimed,
    noted,
    queued,
    reading,
    record,
    routed,
    stages,
)
from tests.support.noted import PUBLISHER
from tests.support.office import NobodyListens
from tests.support.waiting import until


@pytest.fixture
async def custody(database: Database) -> CustodyStore:
    store = CustodyStore(database)
    await store.prepare()
    return store


def notary_of(custody: CustodyStore, owner: str = "one") -> Notary:
    return Notary(custody, SIGNER, WAITS, owner)


async def put(database: Database, *timeline: dict[str, Any]) -> str:
    """Store a referral with what happened since, due at once, and give its id."""
    new = record(*timeline, referral_id=str(uuid7()))
    await database[COLLECTION].insert_one({**new, "notary_at": at(0)})
    return str(new["_id"])


async def tell(database: Database, referral_id: str, entry: dict[str, Any]) -> None:
    """Fold one entry into a referral's timeline, as the handlers do."""
    store = Store(database, PUBLISHER, NobodyListens())
    facts = {name: value for name, value in entry.items() if name != "event_id"}
    work = Work()
    work.change(fold(referral_id, entry["event_id"], facts, [1, 1, 1], None))
    await store.write(store.prepared(work))


async def read(database: Database, referral_id: str, number: int = 1) -> None:
    """Note that somebody has read a referral."""
    made = reading(number, referral_id=referral_id)
    await database["readings"].insert_one({**made, "_id": f"{referral_id}-{number}"})


def told_in(entries: list[dict[str, Any]]) -> list[str]:
    """What the events of a chain are, and which readings are in it."""
    bodies = [entry["body"] for entry in entries]
    return [body.get("type", body.get("reading_id")) for body in bodies if "type" in body or "reading_id" in body]


def soon() -> datetime:
    """Give the moment at which everything that was told until now is due."""
    return datetime.now(UTC) + timedelta(milliseconds=GATHER_MS)


async def due(database: Database, moment: datetime) -> int:
    return await database[COLLECTION].count_documents({"notary_at": {"$lte": moment}})


async def test_what_was_told_is_linked_and_proved_and_then_nothing_is_due(database, custody):
    referral_id = await put(database, routed(), queued(), claimed())
    await read(database, referral_id)

    await notary_of(custody).notarise_due(at(5))

    entries = await custody.entries(referral_id)
    assert stages(entries) == ["SUBMISSION_ACCEPTANCE", "RELAY_ACCEPTANCE", "DELIVERY", "RETRIEVAL"]
    assert told_in(entries) == ["received", "routed", "queued", "claimed", f"{referral_id}-1"]
    assert await due(database, at(10_000)) == 0
    assert await custody.unchained(10) == []


async def test_what_is_told_later_is_due_at_once_and_goes_on_from_there(database, custody):
    referral_id = await put(database, routed())
    await notary_of(custody).notarise_due(at(5))
    await tell(database, referral_id, queued())

    [waiting] = await custody.due(soon(), 10)
    await notary_of(custody).notarise_due(soon())

    assert waiting["_id"] == referral_id
    assert stages(await custody.entries(referral_id)) == ["SUBMISSION_ACCEPTANCE", "RELAY_ACCEPTANCE", "DELIVERY"]


async def test_silence_is_proved_by_nothing_but_the_time(database, custody):
    referral_id = await put(database)
    await notary_of(custody).notarise_due(at(1))

    assert await due(database, at(14)) == 0
    await notary_of(custody).notarise_due(at(15))

    assert stages(await custody.entries(referral_id)) == ["SUBMISSION_ACCEPTANCE", "RELAY_FAILURE"]


async def test_a_process_that_ended_before_it_could_say_so_leaves_nothing_to_be_doubled(database, custody):
    referral_id = await put(database, routed())
    await read(database, referral_id)
    [stored] = await custody.due(at(5), 10)
    half_done = write_page(stored, await custody.unchained(10), SIGNER, WAITS, at(5))
    assert half_done is not None
    await custody.add([half_done])
    await tell(database, referral_id, queued())

    for _ in range(3):
        await notary_of(custody).notarise_due(soon())

    entries = await custody.entries(referral_id)
    assert told_in(entries) == ["received", "routed", f"{referral_id}-1", "queued"]
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    assert await custody.unchained(10) == []


async def test_what_is_told_while_a_page_is_written_stays_due(database, custody):
    referral_id = await put(database, routed())
    [stored] = await custody.due(at(5), 10)
    written = write_page(stored, [], SIGNER, WAITS, at(5))
    assert written is not None
    await tell(database, referral_id, queued())

    await custody.add([written])
    await custody.settle([Settled(stored, written.standing, next_look(stored, written.standing.issued, WAITS, at(5)))])

    assert await due(database, soon()) == 1


async def test_many_notaries_at_once_write_one_chain_of_each_referral(database, custody):
    ids = [await put(database, routed(), queued()) for _ in range(60)]
    for referral_id in ids:
        await read(database, referral_id)

    async def write_and_ask(owner: str) -> None:
        notary = notary_of(custody, owner)
        await notary.notarise_due(at(5))
        for referral_id in ids[::7]:
            await notary.notarise(referral_id)

    async def go_on() -> None:
        for referral_id in ids:
            await tell(database, referral_id, claimed())
            await read(database, referral_id, 2)

    await asyncio.gather(*(write_and_ask(str(number)) for number in range(4)), go_on())
    await notary_of(custody).notarise_due(soon())

    for referral_id in ids:
        entries = await custody.entries(referral_id)
        wanted = ["received", "routed", "queued", "claimed", f"{referral_id}-1", f"{referral_id}-2"]
        assert sorted(told_in(entries)) == sorted(wanted)
        assert stages(entries) == ["SUBMISSION_ACCEPTANCE", "RELAY_ACCEPTANCE", "DELIVERY", "RETRIEVAL"]
        assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))


async def test_a_chain_of_many_pages_is_valid(database, custody):
    referral_id = "019ab0c4-5d1e-7a3b-9c2d-4e5f60718293"
    await database[COLLECTION].insert_one({**record(routed(), referral_id=referral_id), "notary_at": at(0)})
    for number in range(12):
        await read(database, referral_id, number)
        await notary_of(custody).notarise_due(at(5))

    verdict = verify(bundle(await custody.entries(referral_id)), SIGNER.jwks)

    assert (verdict.valid, verdict.sentence) == (True, verdict.sentence)
    assert await database["custody"].count_documents({}) == 12


async def test_what_is_due_is_found_by_an_index(database, custody):
    await put(database, routed())

    records = await database[COLLECTION].find({"notary_at": {"$lte": at(5)}}).sort("notary_at", 1).explain()
    readings = await database["readings"].find({"chained": None}).sort("_id", 1).explain()

    assert "notary_due" in str(records["queryPlanner"]["winningPlan"])
    assert "not_chained" in str(readings["queryPlanner"]["winningPlan"])


async def test_one_notary_at_a_time_has_the_lease_and_gives_it_back(custody):
    assert await custody.lease("one", timedelta(seconds=30))
    assert await custody.lease("one", timedelta(seconds=30))
    assert not await custody.lease("two", timedelta(seconds=30))

    await custody.give_up("one")

    assert await custody.lease("two", timedelta(seconds=30))


async def test_the_loop_writes_what_is_due_until_it_is_stopped(database, custody):
    referral_id = await put(database, routed(), queued())
    notary = notary_of(custody)

    running = asyncio.create_task(notary.run())
    assert await until(lambda: custody.entries(referral_id))
    await notary.stop()
    await running

    assert await custody.lease("another", timedelta(seconds=30))


async def test_a_reading_of_a_referral_that_there_is_not_holds_up_nobody(database, custody):
    await read(database, str(uuid7()))
    referral_id = await put(database, noted("sent-to-triage", 1, desk="EUR"))

    await notary_of(custody).notarise_due(at(5))

    assert await custody.unchained(10) == []
    assert len(await custody.entries(referral_id)) == 4
