"""Messages fetched and not finished: in order for each key, ready keys first come first served."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from aiokafka.structs import TopicPartition

from runtime.events import Message, RawRecord
from runtime.pace import Gather, Pace
from runtime.watermark import Watermark

Key = bytes | int


@dataclass(slots=True, eq=False)
class Pending:
    """One fetched message and what has been tried with it."""

    partition: "_Partition"
    key: Key
    record: RawRecord
    attempts: int = 0
    delays: int = 0
    doomed: Exception | None = None
    message: Message | None = None
    """What it says, once it could be read."""


@dataclass(slots=True, eq=False)
class _Partition:
    watermark: Watermark = field(default_factory=Watermark)
    keys: dict[Key, deque[Pending]] = field(default_factory=dict)
    in_work: int = 0
    left: bool = False


class Backlog:
    """All partitions of one consumer; `gather` says when to take what has come.

    With `in_order` a partition is one sequence, whatever keys its writer gives.
    """

    def __init__(self, gather: Gather | None = None, *, in_order: bool = False) -> None:
        self._gather = gather or Pace(0.0, 0.0)
        self._in_order = in_order
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._ready: deque[Pending] = deque()
        self._something_ready = asyncio.Event()
        self._draining: list[tuple[list[_Partition], asyncio.Event]] = []

    def begin(self, partitions: Iterable[TopicPartition]) -> None:
        """Start newly assigned partitions with nothing in them."""
        for place in partitions:
            if before := self._partitions.get(place):
                before.left = True
            self._partitions[place] = _Partition()

    @property
    def places(self) -> frozenset[TopicPartition]:
        """The partitions that are here, also those that were let go and not forgotten yet."""
        return frozenset(self._partitions)

    def add(self, place: TopicPartition, records: Sequence[RawRecord]) -> None:
        """Take fetched records; those of a partition that was just revoked come again to whoever has it."""
        partition = self._partitions.get(place)
        if partition is None or partition.left:
            return
        for record in records:
            partition.watermark.fetched(record.offset)
            key = self._key_of(record)
            pending = Pending(partition, key, record)
            waiting = partition.keys.setdefault(key, deque())
            waiting.append(pending)
            if len(waiting) == 1:
                self._ready.append(pending)
        self._something_ready.set()

    def _key_of(self, record: RawRecord) -> Key:
        key: Key = record.key if record.key is not None else record.offset
        return b"" if self._in_order else key

    async def take(self, most: int) -> list[Pending]:
        """Wait for messages, then take the first of each of up to so many keys."""
        while True:
            while not self._ready:
                self._something_ready.clear()
                await self._something_ready.wait()
            if len(self._ready) < most:
                await self._gather.next()
            batch: list[Pending] = []
            while self._ready and len(batch) < most:
                pending = self._ready.popleft()
                if not pending.partition.left:
                    pending.partition.in_work += 1
                    batch.append(pending)
            if batch:
                self._gather.took(len(batch))
                return batch

    def finish(self, pending: Pending) -> None:
        """Note that a message is done with; the next of its key becomes ready."""
        partition = pending.partition
        partition.watermark.finished(pending.record.offset)
        waiting = partition.keys[pending.key]
        waiting.popleft()
        if waiting:
            self._make_ready(waiting[0])
        else:
            del partition.keys[pending.key]
        self._out_of_work(partition)

    def put_back(self, pending: Pending, delay: float) -> None:
        """Offer a message again after a while; later ones of its key wait behind it."""
        asyncio.get_running_loop().call_later(delay, self._make_ready, pending)
        self._out_of_work(pending.partition)

    def _make_ready(self, pending: Pending) -> None:
        self._ready.append(pending)
        self._something_ready.set()

    def _out_of_work(self, partition: _Partition) -> None:
        partition.in_work -= 1
        for partitions, drained in self._draining:
            if not any(each.in_work for each in partitions):
                drained.set()

    def let_go(self, places: Collection[TopicPartition]) -> asyncio.Event:
        """Start nothing more of some partitions; the event is set once nothing of them is being worked on."""
        leaving = [self._partitions[place] for place in places if place in self._partitions]
        for partition in leaving:
            partition.left = True
        drained = asyncio.Event()
        if any(partition.in_work for partition in leaving):
            self._draining.append((leaving, drained))
        else:
            drained.set()
        return drained

    def forget(self, places: Collection[TopicPartition]) -> None:
        """Drop partitions; what was not finished comes again to whoever has them next."""
        gone = {id(self._partitions.pop(place)) for place in places if place in self._partitions}
        self._draining = [(left, event) for left, event in self._draining if not gone & {id(p) for p in left}]

    def unfinished(self, place: TopicPartition) -> int:
        """Count the messages of a partition from its watermark on."""
        partition = self._partitions.get(place)
        return len(partition.watermark) if partition is not None else 0

    def next_offset(self, place: TopicPartition) -> int | None:
        """The offset of the first message of a partition that is not finished, as far as we know."""
        partition = self._partitions.get(place)
        return partition.watermark.next if partition is not None else None

    def committable(self, place: TopicPartition) -> int | None:
        """The offset up to which a partition may be committed; None before anything is finished."""
        partition = self._partitions.get(place)
        return partition.watermark.committable if partition is not None else None

    def committables(self, places: Collection[TopicPartition] | None = None) -> dict[TopicPartition, int]:
        """The offsets that may be committed, of all partitions or of some."""
        chosen = self._partitions if places is None else places
        offsets = {place: self.committable(place) for place in chosen}
        return {place: offset for place, offset in offsets.items() if offset is not None}
