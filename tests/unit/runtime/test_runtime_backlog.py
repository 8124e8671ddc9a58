import asyncio

import hypothesis.strategies as st
import pytest
from aiokafka.structs import TopicPartition
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from runtime.backlog import Backlog
from runtime.watermark import Watermark
from tests.support.records import PLACE, record

PLACES = (TopicPartition("notes", 0), TopicPartition("notes", 1))
KEYS = st.sampled_from([b"a", b"b", b"c", None])
OFFSETS = st.lists(st.integers(0, 500), min_size=1, max_size=40, unique=True).map(sorted)


@given(OFFSETS, st.randoms())
def test_the_watermark_is_always_the_end_of_the_unbroken_run_of_finished_messages(offsets, random):
    watermark = Watermark()
    for offset in offsets:
        watermark.fetched(offset)
    finished: set[int] = set()

    for offset in random.sample(offsets, len(offsets)):
        watermark.finished(offset)
        finished.add(offset)

        unbroken = [o for at, o in enumerate(offsets) if set(offsets[: at + 1]) <= finished]
        assert watermark.committable == (unbroken[-1] + 1 if unbroken else None)
        assert len(watermark) == len(offsets) - len(unbroken)
        assert watermark.next == next((o for o in offsets if o not in unbroken), offsets[-1] + 1)


@given(OFFSETS)
def test_a_message_that_comes_twice_or_too_late_is_an_error_of_ours(offsets):
    watermark = Watermark()
    for offset in offsets:
        watermark.fetched(offset)

    with pytest.raises(ValueError, match="after"):
        watermark.fetched(offsets[-1])


class BacklogBesideAModel(RuleBasedStateMachine):
    """Fetch, take, finish, put back, revoke and assign in any order, beside a model made of lists."""

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.backlog = Backlog()
        self.next_offset = dict.fromkeys(PLACES, 0)
        self.unfinished = {}
        self.finished = {}
        self.in_work = []
        self.delayed = set()

    def teardown(self):
        self.loop.close()

    def call(self, action):
        """Run something within the loop, with all that it made ready."""

        async def run():
            result = action()
            for _ in range(3):
                await asyncio.sleep(0)
            return result

        return self.loop.run_until_complete(run())

    def key_of(self, message):
        return message.key if message.key is not None else message.offset

    @rule(place=st.sampled_from(PLACES))
    def assign(self, place):
        if place in self.unfinished:
            return
        self.call(lambda: self.backlog.begin([place]))
        self.unfinished[place], self.finished[place] = [], []

    @rule(place=st.sampled_from(PLACES), keys=st.lists(KEYS, min_size=1, max_size=5), gap=st.integers(0, 3))
    def fetch(self, place, keys, gap):
        first = self.next_offset[place] + gap
        records = [record(first + at, key, place=place) for at, key in enumerate(keys)]
        self.next_offset[place] = first + len(keys)
        self.call(lambda: self.backlog.add(place, records))
        if place in self.unfinished:
            self.unfinished[place] += records

    @rule(most=st.integers(1, 4))
    def take(self, most):
        taking = self.loop.create_task(self.backlog.take(most))
        self.call(lambda: None)
        if not taking.done():
            taking.cancel()
            self.call(lambda: None)
            busy = {(p.partition, p.key) for p in self.in_work}
            assert not self.may_be_taken(), busy
            return
        batch = taking.result()
        assert 0 < len(batch) <= most
        for pending in batch:
            place = TopicPartition(pending.record.topic, pending.record.partition)
            same_key = [r for r in self.unfinished[place] if self.key_of(r) == pending.key]
            assert same_key[0] is pending.record, "an earlier message of this key is not finished"
        self.in_work += batch
        keys = [(p.record.partition, p.key) for p in self.in_work if self.belongs(p)]
        assert len(keys) == len(set(keys)), "two messages of one key are in work"

    def belongs(self, pending):
        place = TopicPartition(pending.record.topic, pending.record.partition)
        return any(r is pending.record for r in self.unfinished.get(place, ()))

    def may_be_taken(self):
        """First messages of their keys that nobody works on and that wait for no delay."""
        busy = {id(p.record) for p in self.in_work} | self.delayed
        firsts = []
        for records in self.unfinished.values():
            seen = set()
            for message in records:
                if self.key_of(message) not in seen and id(message) not in busy:
                    firsts.append(message)
                seen.add(self.key_of(message))
        return firsts

    @precondition(lambda self: self.in_work)
    @rule(data=st.data())
    def finish(self, data):
        pending = self.in_work.pop(data.draw(st.integers(0, len(self.in_work) - 1)))
        belonged = self.belongs(pending)
        self.call(lambda: self.backlog.finish(pending))
        if belonged:
            place = TopicPartition(pending.record.topic, pending.record.partition)
            self.unfinished[place] = [r for r in self.unfinished[place] if r is not pending.record]
            self.finished[place].append(pending.record.offset)

    @precondition(lambda self: self.in_work)
    @rule(data=st.data())
    def put_back(self, data):
        pending = self.in_work.pop(data.draw(st.integers(0, len(self.in_work) - 1)))
        self.call(lambda: self.backlog.put_back(pending, 0.0))

    @rule(places=st.sets(st.sampled_from(PLACES), min_size=1))
    def revoke(self, places):
        drained = self.call(lambda: self.backlog.let_go(places))
        for pending in [p for p in self.in_work if p.record.partition in {place.partition for place in places}]:
            if self.belongs(pending):
                assert not drained.is_set()
                self.in_work.remove(pending)
                self.call(lambda pending=pending: self.backlog.finish(pending))
        assert drained.is_set()
        self.call(lambda: self.backlog.forget(places))
        for place in places:
            self.unfinished.pop(place, None)
            self.finished.pop(place, None)

    @invariant()
    def nothing_unfinished_may_be_committed(self):
        offsets = self.backlog.committables()
        for place, unfinished in self.unfinished.items():
            done = self.finished[place]
            before = [o for o in done if not unfinished or o < unfinished[0].offset]
            assert offsets.get(place) == (max(before) + 1 if before else None)
        assert set(offsets) <= set(self.unfinished)

    @invariant()
    def what_is_unfinished_is_counted(self):
        for place in PLACES:
            records = self.unfinished.get(place, [])
            finished = self.finished.get(place, [])
            counted = len(records) + len([o for o in finished if records and o > records[0].offset])
            assert self.backlog.unfinished(place) == counted


TestBacklogBesideAModel = BacklogBesideAModel.TestCase
TestBacklogBesideAModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


async def test_a_message_put_back_is_offered_again_only_after_its_delay_and_before_later_ones_of_its_key():
    backlog = Backlog()
    backlog.begin([PLACE])
    backlog.add(PLACE, [record(0, b"slow"), record(1, b"slow"), record(2, b"other")])
    [first, other] = await backlog.take(5)

    backlog.put_back(first, 0.05)
    backlog.finish(other)

    [again] = await backlog.take(5)
    assert again is first
    backlog.finish(first)
    [second] = await backlog.take(5)
    assert (other.record.offset, second.record.offset) == (2, 1)


async def test_revoking_a_partition_twice_at_once_tells_both_when_it_is_drained():
    backlog = Backlog()
    backlog.begin([PLACE])
    backlog.add(PLACE, [record(0)])
    [pending] = await backlog.take(1)

    first, second = backlog.let_go([PLACE]), backlog.let_go([PLACE])
    assert not first.is_set()
    backlog.finish(pending)

    assert first.is_set()
    assert second.is_set()
    assert backlog.committable(PLACE) == 1


async def test_a_partition_begun_again_without_having_been_let_go_starts_nothing_of_its_earlier_life():
    backlog = Backlog()
    backlog.begin([PLACE])
    backlog.add(PLACE, [record(0, b"early")])

    backlog.begin([PLACE])
    backlog.add(PLACE, [record(0, b"late")])

    assert [pending.key for pending in await backlog.take(5)] == [b"late"]


async def test_what_was_fetched_of_a_partition_that_is_gone_is_dropped():
    backlog = Backlog()
    backlog.begin([PLACE])
    backlog.let_go([PLACE])

    backlog.add(PLACE, [record(0)])
    backlog.forget([PLACE])
    backlog.add(PLACE, [record(1)])

    backlog.begin([PLACE])
    backlog.add(PLACE, [record(2)])
    assert [pending.record.offset for pending in await backlog.take(5)] == [2]


async def test_in_order_a_partition_is_one_sequence_whatever_its_keys():
    backlog = Backlog(in_order=True)
    backlog.begin(PLACES)
    for place in PLACES:
        backlog.add(place, [record(offset=0, key=b"a"), record(offset=1, key=b"b"), record(offset=2, key=None)])

    taken = []
    for _ in range(3):
        batch = await backlog.take(10)
        taken.append([pending.record.offset for pending in batch])
        for pending in batch:
            backlog.finish(pending)

    assert taken == [[0, 0], [1, 1], [2, 2]]
