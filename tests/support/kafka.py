"""The other side of a topic: makes it, publishes to it, reads it, and asks what a group has committed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from pydantic import BaseModel

from deploy.local.topics import create_topics
from runtime.events import RawRecord
from runtime.settings import KafkaSettings
from schemas.topics import Topic
from tests.support.noted import as_sent
from tests.support.waiting import PATIENCE_SECONDS


class KafkaDesk:
    """Topics under one test's prefix."""

    def __init__(self, settings: KafkaSettings, producer: AIOKafkaProducer, admin: AIOKafkaAdminClient) -> None:
        self.settings = settings
        self._producer = producer
        self._admin = admin

    async def make(self, *names: str, partitions: int = 1, largest: int = 1024 * 1024) -> None:
        """Make topics."""
        topics = [Topic(name, "", "", (), (), partitions=partitions, largest_message=largest) for name in names]
        await create_topics(self.settings.bootstrap_servers, self.settings.topic_prefix, topics)

    async def publish(self, topic: str, *events: BaseModel, partition: int | None = None) -> None:
        """Publish events in order, as a relay would."""
        for event in events:
            key, value, headers = as_sent(event)
            await self.put(topic, key, value, headers, partition=partition)
        await self._producer.flush()

    async def put(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]] = (),
        *,
        partition: int | None = None,
    ) -> None:
        """Publish any bytes."""
        name = self.settings.topic_prefix + topic
        await self._producer.send(name, value, key, partition, headers=list(headers))

    async def read_until(self, topic: str, last: Callable[[RawRecord], Any], *, partition: int = 0) -> list[RawRecord]:
        """Read a partition from its beginning up to and with a record."""
        place = TopicPartition(self.settings.topic_prefix + topic, partition)
        reader = AIOKafkaConsumer(bootstrap_servers=self.settings.bootstrap_servers, auto_offset_reset="earliest")
        await reader.start()
        found: list[RawRecord] = []
        try:
            reader.assign([place])
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not found or not last(found[-1]):
                    found.append(await reader.getone())
        except TimeoutError:
            raise AssertionError(f"only {len(found)} records came, none of them the last") from None
        finally:
            await reader.stop()
        return found

    async def committed(self, group: str, topic: str, partition: int = 0) -> int | None:
        """Ask the broker up to where a group has committed a partition."""
        try:
            offsets = await self._admin.list_consumer_group_offsets(self.settings.topic_prefix + group)
        except GroupCoordinatorNotAvailableError:  # the broker makes its topic for that when the first group comes
            return None
        found = offsets.get(TopicPartition(self.settings.topic_prefix + topic, partition))
        return found.offset if found is not None and found.offset >= 0 else None


@asynccontextmanager
async def open_kafka_desk(settings: KafkaSettings) -> AsyncIterator[KafkaDesk]:
    """Open the other side of the topics."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers, acks="all", max_request_size=4_000_000)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await producer.start()
    try:
        await admin.start()
        yield KafkaDesk(settings, producer, admin)
    finally:
        await producer.stop()
        await admin.close()


def header(record: RawRecord, name: str) -> str:
    """Give the text of a record's only header of a name."""
    [value] = [value for found, value in record.headers if found == name]
    assert value is not None
    return value.decode()
