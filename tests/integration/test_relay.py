"""The relay on a real Kafka and MongoDB: at once when idle, in order always, and by another relay when one dies."""

import asyncio
import random
from collections import Counter
from datetime import timedelta

import pytest

from runtime.errors import BrokerAway
from runtime.leases import BucketLeases
from runtime.producer import LARGEST_RECORD, Producer
from runtime.relay import Relay
from runtime.store import BUCKETS, Store, Work
from runtime.telemetry import tracer
from tests.support.kafka import header
from tests.support.noted import COPIES, NOTES, PUBLISHER, Copied, note_document, noted
from tests.support.office import NobodyListens
from tests.support.waiting import until

SENT = "sent"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class SilentlyLost(BucketLeases):
    """Leases of a relay that dies: it gives nothing back."""

    async def give_up(self):
        """Die."""


class Scripted:
    """A producer that answers as the test says, one list of outcomes a batch, and then acknowledges everything."""

    def __init__(self, *script):
        self.script = list(script)
        self.batches = []

    async def publish(self, records, *, largest=0):
        if not records:
            return []
        self.batches.append([dict(record.headers)["ce_sequence"] for record in records])
        return self.script.pop(0) if self.script else [None] * len(records)


@pytest.fixture
async def producer(kafka_settings):
    opened = Producer(kafka_settings, "relay")
    yield opened
    await opened.close()


@pytest.fixture
def make_relay(database, producer, kafka_settings):
    def make(owner="one", sender=producer, look_every=30.0, kind=Relay, lease=timedelta(seconds=10), **more):
        relay = kind(
            database,
            sender,
            collections=[SENT],
            owner=owner,
            topic_prefix=kafka_settings.topic_prefix,
            look_every=look_every,
            **more,
        )
        relay._leases = BucketLeases(database, owner, lease=lease)
        return relay

    return make


@pytest.fixture
async def run():
    """Run relays until the test ends."""
    started = []

    async def start(*relays):
        tasks = []
        for relay in relays:
            await relay.prepare()
            tasks.append(asyncio.create_task(relay.run()))
            started.append((relay, tasks[-1]))
        return tasks

    yield start
    for relay, _ in started:
        await relay.stop()
    async with asyncio.timeout(30):
        await asyncio.gather(*(task for _, task in started), return_exceptions=True)


def deaf_store(database):
    """A store that gives no hint to any relay."""
    return Store(database, PUBLISHER, NobodyListens())


async def create(store, *events, emits=None, **more):
    work = Work()
    for event in events:
        work.create(SENT, note_document(event, **more), emits=emits or [event])
    await store.write(store.prepared(work))


def has_settled(relay):
    return relay.ready and not relay._look and relay._last_look > 0


async def waiting_documents(database):
    return await database[SENT].count_documents({"outbox_since": {"$exists": True}})


def nothing_waits(database):
    async def ask():
        return not await waiting_documents(database)

    return ask


def keys_of(records):
    return [record.key.decode() for record in records]


async def test_when_idle_an_event_goes_out_at_once_without_looking(kafka, database, make_relay, run):
    await kafka.make(NOTES)
    relay = make_relay(look_every=600.0)
    await run(relay)
    await until(lambda: has_settled(relay))
    looked, event = relay._last_look, noted()

    await create(Store(database, PUBLISHER, relay), event)

    [record] = await kafka.read_until(NOTES, lambda record: True)
    assert keys_of([record]) == [str(event.note_id)]
    await until(nothing_waits(database))
    assert relay._last_look == looked


async def test_an_event_whose_hint_was_lost_is_found_by_looking(kafka, database, make_relay, run):
    await kafka.make(NOTES)
    relay = make_relay(look_every=0.1)
    await run(relay)
    await until(lambda: has_settled(relay))
    event = noted()

    await create(deaf_store(database), event)

    assert keys_of(await kafka.read_until(NOTES, lambda record: True)) == [str(event.note_id)]
    await until(nothing_waits(database))


async def test_what_waited_while_no_relay_ran_goes_out_when_one_starts(kafka, database, make_relay, run):
    await kafka.make(NOTES)
    events = [noted(number) for number in range(450)]
    await create(deaf_store(database), *events)

    await run(make_relay())

    waiting = {str(event.note_id) for event in events}
    await kafka.read_until(NOTES, lambda record: waiting.discard(record.key.decode()) or not waiting)
    await until(nothing_waits(database))


async def test_events_of_one_document_go_out_in_order_to_every_topic_with_its_key(kafka, database, make_relay, run):
    await kafka.make(NOTES, COPIES)
    event = noted()
    copied = Copied(note_id=event.note_id, desk="back")
    relay = make_relay()
    await run(relay)
    store = Store(database, PUBLISHER, relay)

    await create(store, event, emits=[event, copied])
    for number in range(5):
        await store.advance(SENT, {"_id": str(event.note_id)}, {"number": number}, emits=[event])

    records = await kafka.read_until(NOTES, lambda record: header(record, "ce_sequence") == "7")
    assert list(dict.fromkeys(header(record, "ce_sequence") for record in records)) == list("1234567")
    [copy] = await kafka.read_until(COPIES, lambda record: True)
    assert (copy.key, header(copy, "ce_sequence")) == (b"back", "2")
    assert header(copy, "ce_id") == header(records[1], "ce_id")


async def test_a_document_handed_over_twice_in_a_row_is_sent_once(kafka, database, make_relay, run):
    await kafka.make(NOTES)
    relay = make_relay()
    await run(relay)
    await until(lambda: has_settled(relay))
    event, marker = noted(), noted()
    told = []

    class Remembers:
        def offer(self, collection, documents):
            told.extend(documents)

    store = Store(database, PUBLISHER, Remembers())
    await create(store, event)
    await store.advance(SENT, {"_id": str(event.note_id)}, {"number": 1}, emits=[event])
    await create(store, marker)

    relay.offer(SENT, told)

    records = await kafka.read_until(NOTES, lambda record: record.key == str(marker.note_id).encode())
    assert [header(record, "ce_sequence") for record in records] == ["1", "2", "1"]


async def test_only_the_unbroken_beginning_that_was_acknowledged_is_removed(database, make_relay, run):
    event = noted()
    sender = Scripted([None, BrokerAway("unknown"), None])
    relay = make_relay(sender=sender, look_every=0.1)
    await create(deaf_store(database), event, emits=[event, event, event])

    await relay.prepare()
    await relay._leases.renew()
    with pytest.raises(BrokerAway):
        await relay._send_some()
    await relay._removals.flush()

    document = await database[SENT].find_one()
    assert [entry["sequence"] for entry in document["outbox"]] == [2, 3]
    assert "outbox_since" in document
    await run(relay)
    await until(nothing_waits(database))
    assert sender.batches == [[b"1", b"2", b"3"], [b"2", b"3"]]


async def test_after_a_crash_between_acknowledgement_and_removal_the_same_event_goes_out_again(
    kafka, database, make_relay, run
):
    await kafka.make(NOTES)

    class Crashes(Relay):
        def _sent(self, batch):
            raise RuntimeError("killed here")

    event = noted()
    await create(deaf_store(database), event)
    [crashing] = await run(make_relay(kind=Crashes, look_every=0.1))
    await asyncio.wait([crashing])
    assert isinstance(crashing.exception(), RuntimeError)

    await run(make_relay(look_every=0.1))
    await until(nothing_waits(database))

    marker = noted()
    await create(deaf_store(database), marker)
    first, again, *_ = await kafka.read_until(NOTES, lambda record: record.key == str(marker.note_id).encode())
    assert (first.key, first.value, first.headers) == (again.key, again.value, again.headers)


async def test_two_relays_share_the_work_and_when_one_is_killed_the_other_takes_its_buckets(
    kafka, database, make_relay, run
):
    await kafka.make(NOTES)
    lease = timedelta(seconds=2)
    one, two = (make_relay(name, look_every=0.1, renew_every=0.2, lease=lease) for name in ("one", "two"))
    one._leases = SilentlyLost(database, "one", lease=lease)
    [killed, _] = await run(one, two)
    await until(lambda: len(one._leases.held) == len(two._leases.held) == BUCKETS // 2)
    before = [noted(number) for number in range(100)]
    await create(deaf_store(database), *before)
    await until(nothing_waits(database))

    killed.cancel()
    after = [noted(number) for number in range(100)]
    await create(deaf_store(database), *after)

    await until(nothing_waits(database))
    assert len(two._leases.held) == BUCKETS
    marker = noted()
    await create(deaf_store(database), marker)
    records = await kafka.read_until(NOTES, lambda record: record.key == str(marker.note_id).encode())
    times = Counter(keys_of(records))
    assert set(times) == {str(event.note_id) for event in [*before, *after, marker]}
    assert set(times.values()) == {1}, "nobody was killed while sending, so nothing was sent twice"


async def test_an_event_that_is_too_large_is_set_aside_whole_and_its_bucket_goes_on(kafka, database, make_relay, run):
    await kafka.make(NOTES)
    large = noted(text=random.Random(7).randbytes(LARGEST_RECORD).hex())
    others = [noted(number) for number in range(50)]
    store = deaf_store(database)
    await create(store, large, emits=[noted(note_id=large.note_id), large, noted(note_id=large.note_id)])
    await create(store, *others)
    relay = make_relay(look_every=0.1)

    await run(relay)
    await until(nothing_waits(database))

    document = await database[SENT].find_one({"_id": str(large.note_id)})
    assert [entry["sequence"] for entry in document["outbox"]] == [2, 3]
    assert document["outbox_refused"]
    # A later event of the same document must not overtake the one that is set aside.
    await store.advance(SENT, {"_id": str(large.note_id)}, {"number": 1}, emits=[noted(note_id=large.note_id)])
    await until(nothing_waits(database))
    marker = noted()
    await create(store, marker)
    records = await kafka.read_until(NOTES, lambda record: record.key == str(marker.note_id).encode())
    assert {str(event.note_id) for event in others} < set(keys_of(records))
    mine = [record for record in records if record.key == str(large.note_id).encode()]
    assert {header(record, "ce_sequence") for record in mine} == {"1"}


async def test_the_trace_that_an_event_was_created_in_goes_with_it_untouched(kafka, database, make_relay, run):
    await kafka.make(NOTES)
    event = noted()
    store = deaf_store(database)
    await create(store, event)
    await database[SENT].update_one({}, {"$set": {"outbox.0.traceparent": TRACE}})

    with tracer.start_as_current_span("something else"):
        await run(make_relay())

    [record] = await kafka.read_until(NOTES, lambda record: True)
    assert header(record, "traceparent") == TRACE


async def test_events_whose_topic_is_missing_wait_for_it_and_others_do_not_wait_for_them(
    kafka, kafka_settings, database, make_relay, run
):
    await kafka.make(NOTES)
    impatient = Producer(kafka_settings.model_copy(update={"request_timeout_ms": 1_000}), "impatient")
    event, other = noted(), noted()
    store = deaf_store(database)
    await create(store, event, emits=[Copied(note_id=event.note_id)])
    relay = make_relay(sender=impatient, look_every=0.1)
    [running] = await run(relay)

    await create(store, other)
    await kafka.read_until(NOTES, lambda record: record.key == str(other.note_id).encode())
    assert (await database[SENT].find_one({"_id": str(event.note_id)}))["outbox"]
    await kafka.make(COPIES)
    await kafka.read_until(COPIES, lambda record: True)
    await until(nothing_waits(database))
    await relay.stop()
    await asyncio.wait([running])
    await impatient.close()


async def test_a_relay_that_stops_sends_what_it_was_handed_and_gives_its_buckets_back(kafka, database, make_relay, run):
    await kafka.make(NOTES)
    relay = make_relay()
    [running] = await run(relay)
    await until(lambda: has_settled(relay))

    await create(Store(database, PUBLISHER, relay), *(noted(number) for number in range(300)))
    await relay.stop()
    await asyncio.wait([running])

    assert not await waiting_documents(database)
    assert not await database["relay_leases"].count_documents({"owner": "one"})


async def test_a_relay_whose_leases_fail_for_good_ends_instead_of_going_silent(database, make_relay, run):
    class Broken(BucketLeases):
        async def renew(self):
            raise RuntimeError("a bug")

    relay = make_relay(sender=Scripted(), look_every=0.05)
    relay._leases = Broken(database, "one")

    [running] = await run(relay)
    await asyncio.wait([running], timeout=10)

    assert isinstance(running.exception(), RuntimeError)
