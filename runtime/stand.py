"""What every service stands on: its database, its relay and its consumers, opened and closed together."""

import socket
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol
from uuid import uuid4

from pydantic import BaseModel

from runtime.consumer import BATCH, Consumer, Handler, Taker
from runtime.dead_letters import DeadLetters, SetsAside
from runtime.events import Destination, Publisher
from runtime.mongo import Database, open_database
from runtime.pace import Gather
from runtime.producer import Producer
from runtime.relay import Relay
from runtime.settings import KafkaSettings, MongoSettings
from runtime.store import Store


class StandSettings(Protocol):
    """The settings that a service must have to stand."""

    @property
    def kafka(self) -> KafkaSettings: ...
    @property
    def mongo(self) -> MongoSettings: ...
    @property
    def database(self) -> str: ...
    @property
    def http_host(self) -> str: ...
    @property
    def http_port(self) -> int: ...


class Stand:
    """One service's database, store and relay, and the consumers that it asks for."""

    def __init__(
        self,
        service: str,
        settings: StandSettings,
        database: Database,
        relay: Relay,
        store: Store,
        subject_name: str,
    ) -> None:
        self.database = database
        self.store = store
        self.relay = relay
        self._service = service
        self._kafka = settings.kafka
        self._subject_name = subject_name
        self._consumers: list[Consumer] = []
        # Apart from the relay's: a dead letter must not wait for, or break, what the relay is sending.
        self._dead_letter_producer = Producer(settings.kafka, f"{service}-dead-letters")

    def consumer(
        self,
        *,
        topics: Sequence[str],
        handlers: Mapping[type[BaseModel], Handler],
        ignores: Collection[type[BaseModel]] = (),
        gather: Gather | None = None,
        most: int = BATCH,
        patience: float = 0.0,
        purpose: str | None = None,
    ) -> Consumer:
        """Make the member of this service's group that handles some topics; with a purpose, of a group for that alone.

        A second group reads the same topics for itself: it is neither behind nor ahead because of the first.
        """
        dead_letters = DeadLetters(
            self._dead_letter_producer, f"{self._kafka.topic_prefix}{self._service}.dlq", self._service
        )
        consumer = Consumer(
            self._kafka,
            self.store,
            dead_letters,
            group=f"{self._service}.{purpose}" if purpose else self._service,
            topics=topics,
            handlers=handlers,
            ignores=ignores,
            subject=self._subject_name,
            gather=gather,
            most=most,
            patience=patience,
        )
        self._consumers.append(consumer)
        return consumer

    def taker(self, takes: Taker, sets_aside: SetsAside, *, topics: Sequence[str], purpose: str) -> Consumer:
        """Make the member of a group that takes what somebody else writes into some topics, as it came.

        What cannot be taken goes to `sets_aside`: dead letters may hold no content, and that of others may be any.
        """
        consumer = Consumer(
            self._kafka,
            self.store,
            sets_aside,
            group=f"{self._service}.{purpose}",
            topics=topics,
            handlers={},
            subject="record_id",
            takes=takes,
        )
        self._consumers.append(consumer)
        return consumer

    def readiness(self) -> dict[str, Any]:
        """Say of each part whether it is ready, with the figures that ops ask for first."""
        oldest = self.relay.oldest_waiting
        return {
            "relay": {"ok": self.relay.ready, "oldest_waiting": oldest.isoformat() if oldest else None},
            **{
                f"consumer {consumer.group}": {"ok": consumer.ready, "lag": consumer.lag}
                for consumer in self._consumers
            },
        }

    async def close(self) -> None:
        """Close what this stand opened itself."""
        await self._dead_letter_producer.close()


@asynccontextmanager
async def open_stand(
    service: str,
    settings: StandSettings,
    publishes: Mapping[type[BaseModel], Sequence[tuple[str, str]]],
    *,
    collections: Sequence[str],
    subject: str = "_id",
    subject_name: str,
) -> AsyncIterator[Stand]:
    """Open what a service stands on.

    `subject` is the field of its documents that its events are about; `subject_name` what logs and spans call that.
    """
    producer = Producer(settings.kafka, f"{service}-relay")
    async with open_database(settings.mongo, settings.database) as database:
        relay = Relay(
            database,
            producer,
            collections=collections,
            owner=_owner(service, settings),
            topic_prefix=settings.kafka.topic_prefix,
            subject=subject,
        )
        places = {event: [Destination(*place) for place in found] for event, found in publishes.items()}
        stand = Stand(
            service,
            settings,
            database,
            relay,
            Store(database, Publisher(f"/dragoman/{service}", places), relay),
            subject_name,
        )
        await relay.prepare()
        try:
            yield stand
        finally:
            await stand.close()
            await producer.close()


def _owner(service: str, settings: StandSettings) -> str:
    """Name this process so that it finds its buckets again after a restart, and nobody else has the name."""
    port = settings.http_port or uuid4()
    return f"{service}@{socket.gethostname()}/{settings.http_host}:{port}"
