"""Sending to a real Kafka: what is refused, what is unknown, and how sending goes on afterwards."""

import asyncio
import random
import time

import pytest

from runtime.errors import BrokerAway
from runtime.producer import LARGEST_DEAD_LETTER, LARGEST_RECORD, Producer, Record, RecordRefused
from tests.support.noted import NOTES
from tests.support.waiting import until


@pytest.fixture
async def producer(kafka_settings):
    opened = Producer(kafka_settings.model_copy(update={"request_timeout_ms": 1_000}), "test")
    yield opened
    await opened.close()


@pytest.fixture
def record(kafka_settings):
    """Make records for a topic of this test's own."""

    def make(key, value=b"value", topic=NOTES):
        return Record(kafka_settings.topic_prefix + topic, key, value, [("name", b"text"), ("null", None)])

    return make


def noise(size):
    return random.Random(7).randbytes(size)


async def test_records_go_out_byte_for_byte_and_in_order(kafka, producer, record):
    await kafka.make(NOTES)
    records = [record(b"\x00key", bytes([number]) + b"\xff") for number in range(100)]

    outcomes = await producer.publish([*records, record(None, b"end"), record(b"tombstone", None)])

    assert outcomes == [None] * 102
    found = await kafka.read_until(NOTES, lambda read: read.value is None)
    assert [read.value for read in found[:-2]] == [sent.value for sent in records]
    assert list(found[0].headers) == [("name", b"text"), ("null", None)]
    assert [read.key for read in found[-2:]] == [None, b"tombstone"]


async def test_a_record_as_large_as_allowed_arrives_and_a_larger_one_is_refused_without_being_sent(
    kafka, producer, record
):
    await kafka.make(NOTES)

    outcomes = await producer.publish(
        [record(b"a", noise(LARGEST_RECORD - 100)), record(b"b", noise(LARGEST_RECORD)), record(b"c")]
    )

    assert [type(outcome) for outcome in outcomes] == [type(None), RecordRefused, type(None)]
    assert len(await kafka.read_until(NOTES, lambda read: read.key == b"c")) == 2


async def test_after_a_record_that_the_broker_refused_the_same_partition_takes_the_next(kafka, producer, record):
    await kafka.make(NOTES)
    assert await producer.publish([record(b"a")]) == [None]

    [refused] = await producer.publish([record(b"a", noise(1_500_000))], largest=LARGEST_DEAD_LETTER)
    assert isinstance(refused, RecordRefused)

    for number in range(3):
        assert await producer.publish([record(b"a", str(number).encode())]) == [None]
    found = await kafka.read_until(NOTES, lambda read: read.value == b"2")
    assert [read.value for read in found] == [b"value", b"0", b"1", b"2"]


async def test_a_refused_record_holds_back_later_ones_of_its_key_and_no_others(producer, kafka, record):
    await kafka.make(NOTES)

    outcomes = await producer.publish([record(b"a", noise(LARGEST_RECORD)), record(b"b"), record(b"a"), record(b"c")])

    assert [type(outcome) for outcome in outcomes] == [RecordRefused, type(None), BrokerAway, type(None)]
    found = await kafka.read_until(NOTES, lambda read: read.key == b"c")
    assert [read.key for read in found] == [b"b", b"c"]


async def test_a_topic_that_is_missing_costs_one_wait_and_the_records_of_other_topics_go_out(kafka, producer, record):
    await kafka.make(NOTES)
    missing = [record(str(number).encode(), topic="missing") for number in range(50)]
    began = time.monotonic()

    outcomes = await producer.publish([*missing, record(b"a"), record(b"0")])

    assert time.monotonic() - began < 15
    assert [type(outcome) for outcome in outcomes] == [BrokerAway] * 50 + [type(None), BrokerAway]
    await kafka.make("missing")
    assert await producer.publish([*missing, record(b"0")]) == [None] * 51


async def test_many_may_send_at_once_and_one_that_fails_does_not_fail_the_others_for_good(kafka, producer, record):
    await kafka.make(NOTES)

    async def insist(number):
        for _ in range(10):
            if await producer.publish([record(str(number).encode())]) == [None]:
                return

    async def spoil():
        await producer.publish([record(b"spoiled", noise(1_500_000))], largest=LARGEST_DEAD_LETTER)

    async with asyncio.timeout(40):
        await asyncio.gather(*(insist(number) for number in range(20)), spoil(), spoil())

    waiting = {str(number).encode() for number in range(20)}
    await kafka.read_until(NOTES, lambda read: waiting.discard(read.key) or not waiting)


async def test_nothing_is_left_running_when_a_producer_is_closed(kafka, kafka_settings, record):
    await kafka.make(NOTES)
    before = asyncio.all_tasks()
    producer = Producer(kafka_settings, "test")

    await producer.publish([record(b"a")])
    await producer.publish([record(b"a", noise(1_500_000))], largest=LARGEST_DEAD_LETTER)
    await producer.publish([record(b"b")])
    await producer.close()

    await until(lambda: asyncio.all_tasks() <= before)


async def test_no_broker_at_all_is_an_absence_that_is_noticed_soon(kafka_settings):
    settings = kafka_settings.model_copy(update={"bootstrap_servers": "127.0.0.1:9"})
    before = asyncio.all_tasks()
    producer = Producer(settings, "test")

    [outcome] = await producer.publish([Record("notes", b"a", b"b", [])])
    await producer.close()

    assert isinstance(outcome, BrokerAway)
    await until(lambda: asyncio.all_tasks() <= before)
