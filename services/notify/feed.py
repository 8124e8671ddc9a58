"""What happens in an office's queue, live: read from the office's own partition of the feed topic.

All facts of one office are in one partition, so a place in it is one number, the same for every process and after
every restart: how many records lie before it, so that the beginning has a number too. Each stream reads for itself:
a slow reader holds up nobody and is held in no memory of ours.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.structs import TopicPartition

from runtime.errors import BrokerAway, Unreadable
from runtime.events import Message, RawRecord, read_event, read_message
from runtime.settings import KafkaSettings
from schemas.events import name_of
from schemas.topics import OFFICE_FEED

_FACTS = {name_of(event): event for event in OFFICE_FEED.events}


@dataclass(frozen=True, slots=True)
class Told:
    """One fact of an office, and the place just after it."""

    position: int
    message: Message


@dataclass(frozen=True, slots=True)
class Missed:
    """Facts between two places are no longer kept: whoever resumes must read the queue again."""

    position: int


@dataclass(frozen=True, slots=True)
class Here:
    """Where a reader stands, and how many records behind the end that is."""

    position: int
    behind: int


class OfficeFeed:
    """Opens readers of offices' facts."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._topic = settings.topic_prefix + OFFICE_FEED.name
        self._partitioner = DefaultPartitioner()

    @asynccontextmanager
    async def open(self, office: str, at: int | None) -> AsyncIterator["Reader"]:
        """Open a reader that stands at a place, or at the end; raises `BrokerAway`."""
        partitions = list(range(OFFICE_FEED.partitions))
        place = TopicPartition(self._topic, self._partitioner(office.encode(), partitions, partitions))
        client = AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        reader = Reader(client, place, office)
        try:
            with _broker_errors():
                await asyncio.wait_for(client.start(), 10.0)
                client.assign([place])
                await reader.stand(at)
            yield reader
        finally:
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(client.stop(), 5.0)


class Reader:
    """Reads one office's facts in order."""

    def __init__(self, client: AIOKafkaConsumer, place: TopicPartition, office: str) -> None:
        self._client = client
        self._place = place
        self._key = office.encode()
        self._next = 0
        self._missed = False

    async def stand(self, at: int | None) -> None:
        """Go to a place; to the end when none is given or it lies in the future."""
        first = (await self._client.beginning_offsets([self._place]))[self._place]
        end = (await self._client.end_offsets([self._place]))[self._place]
        wanted = end if at is None else min(at, end)
        self._missed = wanted < first
        self._next = max(wanted, first)
        self._client.seek(self._place, self._next)

    async def read(self, wait_milliseconds: int) -> list[Told | Missed | Here]:
        """Give what has happened since the last call, waiting for it; at the end, where the reader stands."""
        told: list[Told | Missed | Here] = []
        if self._missed:
            self._missed = False
            told.append(Missed(self._next))
        with _broker_errors():
            fetched = await self._client.getmany(self._place, timeout_ms=wait_milliseconds, max_records=200)
            if not fetched and wait_milliseconds:
                # Silence can also be a broker that is away, which the library keeps to itself.
                await asyncio.wait_for(self._client.end_offsets([self._place]), 10.0)
        for record in fetched.get(self._place, []):
            self._next = record.offset + 1
            told += self._of_this_office(record)
        end = self._client.highwater(self._place)
        told.append(Here(self._next, max((end or self._next) - self._next, 0)))
        return told

    def _of_this_office(self, record: RawRecord) -> list[Told]:
        if record.key != self._key:
            return []
        try:
            message = read_message(record)
            if message.type not in _FACTS:
                return []
            read_event(message, _FACTS[message.type])
        except Unreadable:
            return []  # not of our making: every fact of ours is in the queue too
        return [Told(record.offset + 1, message)]


@contextmanager
def _broker_errors() -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as exc:
        raise BrokerAway(type(exc).__name__) from exc
