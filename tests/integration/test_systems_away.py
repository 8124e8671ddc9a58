"""Kafka and MongoDB that freeze or are killed under load: noticed, waited for, and nothing acknowledged is lost."""

import asyncio
import os
import signal
import time

from runtime.errors import BrokerAway, StoreAway
from runtime.mongo import open_database
from runtime.producer import Producer, Record
from runtime.relay import Relay
from runtime.settings import MongoSettings
from runtime.store import SharedInsert, Store, Work
from tests.support.frozen import frozen
from tests.support.kafka import open_kafka_desk
from tests.support.noted import NOTES, PUBLISHER, note_document, noted
from tests.support.office import NobodyListens, Office
from tests.support.waiting import until

MARKER = b"marker"


async def test_a_frozen_broker_is_an_absence_and_closing_does_not_wait_for_it(fragile, fragile_kafka):
    producer = Producer(fragile_kafka, "test", patience=2.0)
    async with open_kafka_desk(fragile_kafka) as desk:
        await desk.make(NOTES)
        topic = fragile_kafka.topic_prefix + NOTES
        assert await producer.publish([Record(topic, b"a", b"0", [])]) == [None]
        before = asyncio.all_tasks()
        with frozen(fragile.pids["kafka"]):
            began = time.monotonic()
            outcomes = await producer.publish([Record(topic, b"a", b"1", []), Record(topic, b"b", b"1", [])])
            await producer.close()
            assert time.monotonic() - began < 10
        assert [type(outcome) for outcome in outcomes] == [BrokerAway, BrokerAway]
        await until(lambda: len(asyncio.all_tasks()) <= len(before))

        async def goes_out_again():
            return await producer.publish([Record(topic, b"a", MARKER, [])]) == [None]

        await until(goes_out_again)
        found = await desk.read_until(NOTES, lambda read: read.value == MARKER)
        assert found[0].value == b"0"
        await producer.close()


async def test_a_relay_and_a_consumer_go_on_by_themselves_after_the_broker_was_frozen(fragile, fragile_kafka, database):
    office = Office(fragile_kafka, database)
    producer = Producer(fragile_kafka, "relay", patience=2.0)
    relay = Relay(database, producer, collections=["sent"], owner="one", topic_prefix=fragile_kafka.topic_prefix)
    store = Store(database, PUBLISHER, relay)
    await relay.prepare()

    async def store_notes(numbers):
        work = Work()
        for number in numbers:
            event = noted(number)
            work.create("sent", note_document(event), emits=[event])
        await store.write(store.prepared(work))

    async with open_kafka_desk(fragile_kafka) as desk:
        await desk.make(NOTES, "office.dlq")
    running = asyncio.create_task(relay.run())
    async with office.running(office.consumer()):
        await store_notes(range(10))
        await until(lambda: office.has_effects(*range(10)))
        with frozen(fragile.pids["kafka"]):
            await store_notes(range(10, 40))
            await until(lambda: relay._look, seconds=20)  # a batch failed: they must be looked for
            assert await office.has_effects(*range(10))
        await until(lambda: office.has_effects(*range(40)))

        async def nothing_waits():
            return not await database["sent"].count_documents({"outbox_since": {"$exists": True}})

        await until(nothing_waits)
    await relay.stop()
    await running
    await producer.close()
    await office.producer.close()


async def test_a_consumer_asked_to_stop_while_the_broker_is_frozen_ends(fragile, fragile_kafka, database):
    office = Office(fragile_kafka, database)
    before = asyncio.all_tasks()
    async with open_kafka_desk(fragile_kafka) as desk:
        await desk.make(NOTES)
        await desk.publish(NOTES, noted(1))
    member = office.consumer()
    running = asyncio.create_task(member.run())
    await until(lambda: office.has_effects(1))

    with frozen(fragile.pids["kafka"]):
        await member.stop()
        async with asyncio.timeout(20):
            await running

    await office.producer.close()
    await until(lambda: asyncio.all_tasks() <= before)


async def test_a_killed_database_of_one_member_loses_no_write_that_it_acknowledged(fragile):
    settings = MongoSettings(uri=fragile.addresses["mongo"], database_prefix="kill_", timeout_ms=2_000)
    acknowledged: list[str] = []
    stop = asyncio.Event()
    async with open_database(settings, "load") as database:
        shared = SharedInsert(Store(database, PUBLISHER, NobodyListens()), "notes")

        async def write():
            while not stop.is_set():
                document = note_document(noted())
                try:
                    await shared.insert(document)
                except StoreAway:
                    await asyncio.sleep(0.05)
                else:
                    acknowledged.append(document["_id"])

        writers = [asyncio.create_task(write()) for _ in range(8)]
        for _ in range(2):
            already = len(acknowledged)
            await until(lambda already=already: len(acknowledged) > already + 300)
            pid = fragile.pids["mongo"]
            os.kill(pid, signal.SIGKILL)
            await fragile.wait_ready("mongo", pid)
        already = len(acknowledged)
        await until(lambda: len(acknowledged) > already + 50)
        stop.set()
        await asyncio.gather(*writers)

        stored = {document["_id"] async for document in database["notes"].find({}, {"_id": 1})}
        assert set(acknowledged) <= stored


async def test_a_frozen_database_is_an_absence_that_passes(fragile):
    settings = MongoSettings(uri=fragile.addresses["mongo"], database_prefix="frozen_", timeout_ms=1_000)
    async with open_database(settings, "load") as database:
        shared = SharedInsert(Store(database, PUBLISHER, NobodyListens()), "notes")
        await shared.insert(note_document(noted()))

        with frozen(fragile.pids["mongo"]):
            answers = await asyncio.gather(
                *(shared.insert(note_document(noted())) for _ in range(5)), return_exceptions=True
            )

        assert [type(answer) for answer in answers] == [StoreAway] * 5

        async def writes_again():
            try:
                await shared.insert(note_document(noted()))
            except StoreAway:
                return False
            return True

        await until(writes_again)


async def test_a_send_that_waits_for_what_another_closes_has_an_end(fragile, fragile_kafka):
    producer = Producer(fragile_kafka, "test", patience=1.0)
    async with open_kafka_desk(fragile_kafka) as desk:
        await desk.make(NOTES, "unheard.of")
        known, unknown = (fragile_kafka.topic_prefix + name for name in (NOTES, "unheard.of"))
        assert await producer.publish([Record(known, b"a", b"0", [])]) == [None]

        with frozen(fragile.pids["kafka"]):
            first = asyncio.create_task(producer.publish([Record(known, b"a", b"1", [])]))
            second = asyncio.create_task(producer.publish([Record(unknown, b"b", b"1", [])]))
            async with asyncio.timeout(20):
                outcomes = [*await first, *await second]

    assert [type(outcome) for outcome in outcomes] == [BrokerAway, BrokerAway]
    await producer.close()
