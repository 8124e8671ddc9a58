"""What is told about one key of a topic, live: read from the one partition that its records are in.

A place in it is one number, the same for every process and after every restart: how many records lie before it, so that
the beginning has a number too. Each stream reads for itself: a slow reader holds up nobody and is held in no memory of
ours.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.structs import TopicPartition
from pydantic import BaseModel

from runtime.apart import apart
from runtime.closing import close_consumer
from runtime.errors import BrokerAway, Unreadable
from runtime.events import Message, RawRecord, read_event, read_message
from runtime.settings import KafkaSettings

LOOK_BACK = 500
"""Records before a place that are read to know them again: what a relay sends twice, it sends twice soon."""


@dataclass(frozen=True, slots=True)
class Told:
    """One fact about the key, and the place just after it."""

    position: int
    message: Message
    event: BaseModel


@dataclass(frozen=True, slots=True)
class Missed:
    """Facts between two places are no longer kept: whoever resumes must read what stands now."""

    position: int


@dataclass(frozen=True, slots=True)
class Here:
    """Where a reader stands, and how many records behind the end that is."""

    position: int
    behind: int


class Feed:
    """Opens readers of a topic, each for one key."""

    def __init__(self, settings: KafkaSettings, topic: str, partitions: int, facts: Sequence[type[BaseModel]]) -> None:
        self._settings = settings
        self._topic = settings.topic_prefix + topic
        self._partitions = list(range(partitions))
        self._facts = {str(fact.model_fields["type"].default): fact for fact in facts}
        self._partitioner = DefaultPartitioner()

    @asynccontextmanager
    async def open(self, key: str, at: int | None) -> AsyncIterator["Reader"]:
        """Open a reader that stands at a place, or at the end; raises `BrokerAway`."""
        place = TopicPartition(self._topic, self._partitioner(key.encode(), self._partitions, self._partitions))
        client = AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        reader = Reader(client, place, key, self._facts)
        try:
            with _broker_errors():
                await apart(reader.begin(at), 10.0)
            yield reader
        finally:
            await close_consumer(client)


class Reader:
    """Reads the facts about one key in order, each once."""

    def __init__(
        self, client: AIOKafkaConsumer, place: TopicPartition, key: str, facts: dict[str, type[BaseModel]]
    ) -> None:
        self._client = client
        self._place = place
        self._key = key.encode()
        self._facts = facts
        self._next = 0
        self._missed = False
        self._known: dict[str, None] = {}

    async def begin(self, at: int | None) -> None:
        """Connect, and go to a place; to the end when none is given or it lies in the future."""
        await self._client.start()
        self._client.assign([self._place])
        first = (await self._client.beginning_offsets([self._place]))[self._place]
        end = (await self._client.end_offsets([self._place]))[self._place]
        wanted = end if at is None else min(at, end)
        self._missed = wanted < first
        self._next = max(wanted, first)
        self._client.seek(self._place, max(self._next - LOOK_BACK, first))

    async def read(self, wait_milliseconds: int) -> list[Told | Missed | Here]:
        """Give what has happened since the last call, waiting for it; at the end, where the reader stands."""
        told: list[Told | Missed | Here] = []
        if self._missed:
            self._missed = False
            told.append(Missed(self._next))
        with _broker_errors():
            fetching = self._client.getmany(self._place, timeout_ms=wait_milliseconds, max_records=200)
            fetched = await apart(fetching, wait_milliseconds / 1_000 + 10.0)
            if not fetched and wait_milliseconds:
                # Silence can also be a broker that is away, which the library keeps to itself.
                await apart(self._client.end_offsets([self._place]), 10.0)
        for record in fetched.get(self._place, []):
            told += self._new(record)
            self._next = max(self._next, record.offset + 1)
        end = self._client.highwater(self._place)
        told.append(Here(self._next, max((end or self._next) - self._next, 0)))
        return told

    def _new(self, record: RawRecord) -> list[Told]:
        """Give a record if it is about this key, of our making, and neither read before nor sent twice."""
        if record.key != self._key:
            return []
        try:
            message = read_message(record)
            if message.type not in self._facts:
                return []
            event = read_event(message, self._facts[message.type])
        except Unreadable:
            return []  # not of our making: what is, stands in a document too
        came_before = message.event_id in self._known
        self._known[message.event_id] = None
        if len(self._known) > LOOK_BACK:
            del self._known[next(iter(self._known))]
        return [] if came_before or record.offset < self._next else [Told(record.offset + 1, message, event)]


@contextmanager
def _broker_errors() -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as exc:
        raise BrokerAway(type(exc).__name__) from exc
