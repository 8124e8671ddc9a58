"""The consumer on a real Kafka and MongoDB: what holds through crashes, poison, rebalances and full queues."""

import asyncio
from uuid import UUID, uuid4

from aiokafka.errors import NodeNotReadyError

from runtime import closing
from runtime import consumer as consumer_module
from runtime.consumer import ATTEMPTS, BATCHES_AT_ONCE, Consumer
from runtime.errors import StoreAway
from runtime.pace import Linger
from tests.support.kafka import header
from tests.support.noted import NOTES, Copied, Noted, Unheard, as_sent, noted
from tests.support.office import EFFECTS, GROUP, LETTERS
from tests.support.waiting import until


class NeverCommits(Consumer):
    """A consumer that ends as if it had been killed before it could commit."""

    async def _commit(self, client, offsets):
        """Leave the offsets where they are."""


def committed(kafka, offset, *, partition=0):
    async def is_committed():
        return await kafka.committed(GROUP, NOTES, partition) == offset

    return is_committed


async def test_a_new_group_begins_with_the_earliest_message(kafka, office):
    await kafka.make(NOTES, LETTERS)
    await kafka.publish(NOTES, *(noted(number) for number in range(5)))

    async with office.running(office.consumer()):
        await until(lambda: office.has_effects(0, 1, 2, 3, 4))
        await until(committed(kafka, 5))


async def test_an_offset_is_committed_only_after_its_effect_is_stored(kafka, office):
    await kafka.make(NOTES, LETTERS, partitions=2)
    office.store.open.clear()
    await kafka.publish(NOTES, noted(1), partition=0)

    async with office.running(office.consumer()):
        await until(lambda: office.store.writing)
        key, _, headers = as_sent(noted())
        await kafka.put(NOTES, key, b"poison", headers, partition=1)
        await until(committed(kafka, 1, partition=1))
        assert await kafka.committed(GROUP, NOTES, 0) is None
        assert await office.effects() == []

        office.store.open.set()
        await until(committed(kafka, 1))
        assert await office.effects() == [1]


async def test_a_crash_between_effect_and_commit_is_replayed_to_no_effect(kafka, office):
    await kafka.make(NOTES, LETTERS)
    await kafka.publish(NOTES, *(noted(number) for number in range(20)))
    async with office.running(office.consumer(NeverCommits)):
        await until(lambda: office.has_effects(*range(20)))
    stored = [effect async for effect in office.database[EFFECTS].find().sort("_id", 1)]
    assert await kafka.committed(GROUP, NOTES) is None

    async with office.running(office.consumer()):
        await until(committed(kafka, 20))

    assert len(office.handled) == 40
    assert [effect async for effect in office.database[EFFECTS].find().sort("_id", 1)] == stored


async def test_a_consumer_cancelled_in_the_middle_of_a_write_loses_nothing(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.store.open.clear()
    await kafka.publish(NOTES, *(noted(number) for number in range(10)))
    async with office.running(office.consumer(NeverCommits)) as [task]:
        await until(lambda: office.store.writing)
        task.cancel()
        office.store.open.set()
        await asyncio.wait([task])

    async with office.running(office.consumer()):
        await until(committed(kafka, 10))

    assert await office.has_effects(*range(10))


async def test_messages_of_one_key_keep_their_order_while_an_early_one_is_retried(kafka, office):
    await kafka.make(NOTES, LETTERS)
    slow, other = uuid4(), uuid4()
    office.trouble = {1: [StoreAway("away")] * 1_000}
    notes = [noted(1, slow), noted(2, slow), noted(3, other), noted(4, slow), noted(5, other)]
    await kafka.publish(NOTES, *notes)

    async with office.running(office.consumer()):
        await until(lambda: office.has_effects(3, 5))
        await until(lambda: office.tries[1] > 2)
        office.trouble.clear()
        await until(lambda: office.has_effects(1, 2, 3, 4, 5))

    assert office.handled == [3, 5, 1, 2, 4]


async def test_nothing_is_committed_past_a_message_that_is_still_retried(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.trouble = {1: [StoreAway("away")] * 1_000}
    await kafka.publish(NOTES, noted(0), noted(1), noted(2), noted(3))

    async with office.running(office.consumer()) as _:
        await until(committed(kafka, 1))
        await until(lambda: office.has_effects(0, 2, 3))
        tries = office.tries[1]
        await until(lambda: office.tries[1] > tries + 1)
        assert await kafka.committed(GROUP, NOTES) == 1
        office.trouble.clear()
        await until(committed(kafka, 4))


async def test_an_error_that_may_pass_is_never_a_reason_to_set_a_message_aside(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.trouble = {1: [StoreAway("away")] * (ATTEMPTS + 1)}
    poison = uuid4()
    await kafka.publish(NOTES, noted(1))

    async with office.running(office.consumer()):
        await until(lambda: office.has_effects(1))
        await kafka.put(NOTES, poison.bytes, b"poison")
        letters = await kafka.read_until(LETTERS, lambda letter: letter.key == poison.bytes)

    assert len(letters) == 1


async def test_one_document_that_cannot_be_stored_does_not_take_its_batch_with_it(kafka, office):
    await kafka.make(NOTES, LETTERS)
    endless = 2**70  # more than the database can keep in a number
    numbers = [0, 1, 2, endless, 4, 5]
    notes = [noted(number) for number in numbers]
    await kafka.publish(NOTES, *notes)

    async with office.running(office.consumer()):
        await until(committed(kafka, 6))

    assert await office.has_effects(0, 1, 2, 4, 5)
    [letter] = await kafka.read_until(LETTERS, lambda letter: True)
    assert letter.key == str(notes[3].note_id).encode()
    assert header(letter, "dlq_error") == "OverflowError"


async def test_messages_fetched_together_are_written_together(kafka, office):
    await kafka.make(NOTES, LETTERS)
    await kafka.publish(NOTES, *(noted(number) for number in range(100)))

    async with office.running(office.consumer()):
        await until(lambda: office.has_effects(*range(100)))

    assert len(office.store.batches) <= 20


async def test_messages_that_must_be_read_for_are_read_for_side_by_side(kafka, office):
    await kafka.make(NOTES, LETTERS)
    await kafka.publish(NOTES, *(noted(number) for number in range(20)))
    more_than_batches, reading = asyncio.Event(), []

    async def meet(event, work):
        reading.append(event.number)
        if len(reading) > BATCHES_AT_ONCE:
            more_than_batches.set()
        await more_than_batches.wait()  # one after the other in each batch, nobody would ever come through
        await office.handle(event, work)

    async with office.running(office.consumer(handlers={Noted: meet}, gather=Linger(1.0))):
        await until(lambda: office.has_effects(*range(20)))

    assert sorted(office.handled) == list(range(20))


async def test_a_type_nobody_knows_is_set_aside_an_ignored_one_skipped_and_new_fields_pass(kafka, office):
    await kafka.make(NOTES, LETTERS)
    unheard, ignored, extended = Unheard(note_id=uuid4()), Copied(note_id=uuid4()), noted(3)
    await kafka.publish(NOTES, unheard, ignored)
    key, value, headers = as_sent(extended)
    await kafka.put(NOTES, key, value[:-1] + b', "new": [1]}', [*headers, ("ce_new", b"1")])

    async with office.running(office.consumer()):
        await until(committed(kafka, 3))

    assert await office.has_effects(3)
    [letter] = await kafka.read_until(LETTERS, lambda letter: True)
    assert letter.key == str(unheard.note_id).encode()
    assert header(letter, "dlq_code") == "type_unknown"


async def test_messages_without_a_key_wait_for_nobody(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.trouble = {0: [StoreAway("away")] * 1_000}
    for number in range(3):
        _, value, headers = as_sent(noted(number))
        await kafka.put(NOTES, None, value, headers)

    async with office.running(office.consumer()):
        await until(lambda: office.has_effects(1, 2))
        office.trouble.clear()
        await until(committed(kafka, 3))

    assert office.handled == [1, 2, 0]


async def test_a_partition_with_too_much_unfinished_is_paused_and_goes_on_when_there_is_room(
    kafka, office, monkeypatch
):
    monkeypatch.setattr(consumer_module, "FULL", 50)
    monkeypatch.setattr(consumer_module, "ROOM", 10)
    await kafka.make(NOTES, LETTERS, partitions=2)
    stuck, free = uuid4(), noted(1_000)
    office.trouble = {0: [StoreAway("away")] * 1_000}
    member = office.consumer()
    await kafka.publish(NOTES, *(noted(number, stuck) for number in range(60)), partition=0)

    async with office.running(member):
        await until(lambda: member._client is not None and member._client.paused())
        await kafka.publish(NOTES, *(noted(number, stuck) for number in range(60, 120)), partition=0)
        await kafka.publish(NOTES, free, partition=1)
        await until(lambda: office.has_effects(1_000))
        [full] = member._client.paused()
        assert (full.partition, member._backlog.unfinished(full)) == (0, 60)

        office.trouble.clear()
        await until(committed(kafka, 120))
        await until(lambda: not member._client.paused())

    assert office.handled == [1_000, *range(120)]


async def test_a_second_member_joins_under_load_and_nothing_is_lost_or_done_twice(kafka, office):
    await kafka.make(NOTES, LETTERS, partitions=4)
    office.takes_seconds = 0.002
    keys = [UUID(int=number) for number in range(40)]
    notes = [noted(number, keys[number % 40]) for number in range(1_200)]
    await kafka.publish(NOTES, *notes[:600])
    first, second = office.consumer(), office.consumer()

    async with office.running(first):
        await until(lambda: len(office.handled) > 50)
        async with office.running(second):
            await kafka.publish(NOTES, *notes[600:])
            await until(lambda: office.has_effects(*range(1_200)))
            await until(lambda: second._client is not None)
            await until(lambda: len(second._client.assignment()) == len(first._client.assignment()) == 2)

    for at in range(40):
        mine = [number for number in office.handled if number % 40 == at]
        firsts = list(dict.fromkeys(mine))
        assert firsts == sorted(firsts)


async def test_what_was_under_way_when_a_partition_is_taken_is_finished_and_committed_first(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.store.open.clear()
    first, second = office.consumer(), office.consumer()
    await kafka.publish(NOTES, noted(1))

    async with office.running(first):
        await until(lambda: office.store.writing)
        async with office.running(second):
            await until(lambda: first._backlog._draining)
            assert await kafka.committed(GROUP, NOTES) is None
            office.store.open.set()
            await until(lambda: first.ready and second.ready)
            assert await kafka.committed(GROUP, NOTES) == 1
            await kafka.publish(NOTES, noted(2))
            await until(lambda: office.has_effects(1, 2))

    assert office.handled == [1, 2]


async def test_a_member_with_nothing_assigned_is_ready_keeps_polling_and_takes_over(kafka, office):
    await kafka.make(NOTES, LETTERS)
    members = [office.consumer(), office.consumer()]

    async with office.running(members[0]) as [leaving]:
        await until(lambda: members[0].ready)
        async with office.running(members[1]):
            await until(lambda: all(member.ready for member in members))
            idle = next(member for member in members if not member._client.assignment())
            polled = idle._last_poll
            await until(lambda: idle._last_poll > polled)
            polled = idle._last_poll
            await until(lambda: idle._last_poll > polled)
            await members[0].stop()
            await asyncio.wait([leaving])
            await kafka.publish(NOTES, noted(1))
            await until(lambda: office.has_effects(1))


async def test_a_member_tells_how_far_it_is_behind_also_before_it_has_finished_anything(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.trouble = {0: [StoreAway("away")] * 1_000}
    member = office.consumer()
    await kafka.publish(NOTES, *(noted(number) for number in range(5)))

    async with office.running(member):
        await until(lambda: office.has_effects(1, 2, 3, 4))
        assert member.lag == 5
        office.trouble.clear()
        await until(lambda: member.lag == 0)


async def test_a_member_is_current_once_it_has_finished_all_there_is_and_not_before(kafka, office):
    await kafka.make(NOTES, LETTERS, partitions=2)
    office.store.open.clear()
    await kafka.publish(NOTES, noted(1), noted(2), partition=0)
    member = office.consumer()
    assert not member.is_current

    async with office.running(member):
        await until(lambda: office.store.writing and member.lag == 2)
        assert not member.is_current

        office.store.open.set()
        await until(lambda: member.is_current)
        assert await office.effects() == [1, 2]

    assert not member.is_current


async def test_a_member_that_is_asked_to_stop_commits_what_it_has_done(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.store.open.clear()
    member = office.consumer()
    await kafka.publish(NOTES, noted(1))

    async with office.running(member) as [task]:
        await until(lambda: office.store.writing)
        await member.stop()
        office.store.open.set()
        await asyncio.wait([task])

    assert await kafka.committed(GROUP, NOTES) == 1


async def test_a_consumer_whose_commits_are_never_answered_is_built_anew_and_commits(kafka, office, monkeypatch):
    monkeypatch.setattr(consumer_module, "COMMIT_WITHIN", 0.3)
    await kafka.make(NOTES, LETTERS)
    await kafka.publish(NOTES, *(noted(number) for number in range(5)))

    class FirstClientIsDeaf(Consumer):
        clients = 0

        def _new_client(self):
            client = super()._new_client()
            self.clients += 1
            if self.clients == 1:
                client.commit = never_answered
            return client

    async def never_answered(offsets):
        await asyncio.Event().wait()

    consumer = office.consumer(FirstClientIsDeaf)
    async with office.running(consumer):
        await until(committed(kafka, 5))

    assert consumer.clients == 2
    assert await office.effects() == [0, 1, 2, 3, 4]


async def test_a_consumer_built_anew_while_a_fetch_rests_before_it_is_tried_again_goes_on(kafka, office, monkeypatch):
    monkeypatch.setattr(consumer_module, "COMMIT_WITHIN", 0.3)
    await kafka.make(NOTES, LETTERS)
    await kafka.publish(NOTES, *(noted(number) for number in range(5)))
    resting, clients = asyncio.Event(), []

    class FirstClientLosesItsBroker(Consumer):
        def _new_client(self):
            client = super()._new_client()
            clients.append(client)
            if len(clients) == 1:
                client.commit = lambda offsets: lose_the_broker(client)
            return client

    async def lose_the_broker(client):
        async def refused(node, request):
            resting.set()
            raise NodeNotReadyError

        client._fetcher._retry_backoff = 60.0
        client._client.send = refused
        await resting.wait()
        await asyncio.Event().wait()

    async with office.running(office.consumer(FirstClientLosesItsBroker)):
        await until(committed(kafka, 5))

    first, _ = clients
    assert await office.effects() == [0, 1, 2, 3, 4]
    assert not any(connection.connected() for connection in first._client._conns.values())


async def test_a_consumer_that_hangs_while_it_closes_leaves_nothing_behind_that_keeps_its_place(
    kafka, office, monkeypatch
):
    monkeypatch.setattr(closing, "CLOSE_WITHIN", 0.3)
    await kafka.make(NOTES, LETTERS)
    await kafka.publish(NOTES, noted(1))
    member = office.consumer()
    running = asyncio.create_task(member.run())
    await until(committed(kafka, 1))
    client = member._client
    own = client._coordinator._heartbeat_task, client._coordinator._coordination_task, client._fetcher._fetch_task
    assert [task.done() for task in own] == [False] * 3

    async def hangs():
        await asyncio.Event().wait()

    client._coordinator.close = hangs
    await member.stop()
    await running

    assert [task.done() for task in own] == [True] * 3
    assert not any(connection.connected() for connection in client._client._conns.values())


async def test_a_work_that_was_overtaken_is_decided_anew_and_holds_up_nothing_but_its_key(kafka, office):
    await kafka.make(NOTES, LETTERS)
    await office.database[EFFECTS].insert_one({"_id": "queue", "version": 1, "outbox": [], "number": 0})
    read = []

    async def move(event, work):
        if event.number != 1:
            await office.handle(event, work)
            return
        stored = await office.database[EFFECTS].find_one({"_id": "queue"})
        read.append(stored["version"])
        if len(read) == 1:
            await office.database[EFFECTS].update_one({"_id": "queue"}, {"$inc": {"version": 1}})
        work.create(EFFECTS, {"_id": work.message.event_id, "number": 1})
        work.advance(EFFECTS, {"_id": "queue", "version": stored["version"]}, {"number": 7})

    await kafka.publish(NOTES, noted(1), noted(2), noted(3))
    async with office.running(office.consumer(handlers={Noted: move})):
        await until(lambda: office.has_effects(1, 2, 3, 7))
        await until(committed(kafka, 3))

    assert read == [1, 2]
    assert office.dead_letters.failures == 0
    assert await kafka.committed(GROUP, LETTERS) is None


async def test_a_cancellation_that_a_handler_lets_out_is_an_error_of_that_message_alone(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.trouble = {1: [asyncio.CancelledError()]}
    await kafka.publish(NOTES, noted(1), noted(2))

    async with office.running(office.consumer()):
        await until(lambda: office.has_effects(1, 2))
        await until(committed(kafka, 2))

    assert (office.tries[1], office.tries[2]) == (2, 1)


async def test_a_dead_letter_whose_sending_is_cancelled_by_the_library_is_sent_again(kafka, office):
    await kafka.make(NOTES, LETTERS)
    set_aside, tries = office.dead_letters.set_aside, []

    async def cancelled_once(record, error, attempts):
        tries.append(record.offset)
        if len(tries) == 1:
            raise asyncio.CancelledError
        await set_aside(record, error, attempts)

    office.dead_letters.set_aside = cancelled_once
    await kafka.put(NOTES, b"key", b"poison")

    async with office.running(office.consumer()):
        await until(committed(kafka, 1))

    assert tries == [0, 0]
    assert len(await kafka.read_until(LETTERS, lambda letter: letter.key == b"key")) == 1
