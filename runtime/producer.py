"""Sending to Kafka: idempotent, acknowledged by all, and built anew when the library's producer is beyond repair."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    ProducerClosed,
    RecordListTooLargeError,
)

from runtime.apart import CancelledWithin, apart
from runtime.closing import closed
from runtime.errors import BrokerAway
from runtime.settings import KafkaSettings

HOPELESS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTimestampError, InvalidTopicError)
"""What the broker or the client will refuse however often it is sent."""

LARGEST_RECORD = 900_000
"""Bytes; under the broker's and the topics' default of one mebibyte with headers."""

LARGEST_DEAD_LETTER = 4 * 1024 * 1024
"""Bytes; the largest message that Kafka let in, with room for the evidence."""


class RecordRefused(Exception):
    """A record that will never be accepted as it is."""


@dataclass(frozen=True, slots=True)
class Record:
    """What goes to a topic, byte for byte."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


Outcome = Exception | None


class Producer:
    """Sends batches of records and says of each whether it was acknowledged."""

    def __init__(self, settings: KafkaSettings, client_id: str, *, patience: float = 20.0) -> None:
        self._settings = settings
        self._client_id = client_id
        self._patience = patience
        self._client: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()

    async def publish(self, records: Sequence[Record], *, largest: int = LARGEST_RECORD) -> list[Outcome]:
        """Send records in order; for each, None once acknowledged, or why not.

        `RecordRefused` is final, among others for a record of more than `largest` bytes. `BrokerAway` means that
        the outcome is unknown: the record may have arrived.
        """
        try:
            client = await self._open()
        except (KafkaError, OSError, TimeoutError) as exc:
            return [_away(exc)] * len(records)
        try:
            # The library's wait for metadata has no end: whoever closes it meanwhile forgets those who wait.
            outcomes = await apart(self._send_all(client, records, largest), 2 * self._patience)
        except (CancelledWithin, TimeoutError) as exc:
            outcomes = [_away(exc)] * len(records)
        if any(outcome is not None for outcome in outcomes):
            # After a failed batch the library's sequence numbers have moved on for good: a new producer starts anew.
            await self._discard(client)
        return outcomes

    async def _send_all(self, client: AIOKafkaProducer, records: Sequence[Record], largest: int) -> list[Outcome]:
        outcomes: list[Outcome] = [BrokerAway("not sent")] * len(records)
        sent: dict[asyncio.Future[Any], int] = {}
        closed: set[bytes | None] = set()
        shut: set[str] = set()
        for at, record in enumerate(records):
            if record.topic in shut:  # every further record would wait as long for the same answer
                closed.add(record.key)
            if record.key in closed:  # an earlier record of this key is not through: keep their order
                continue
            try:
                _check(record, largest)
                future = await client.send(record.topic, record.value, record.key, headers=list(record.headers))
                sent[future] = at
            except RecordRefused as exc:
                outcomes[at] = exc
                closed.add(record.key)
            except (KafkaError, OSError) as exc:
                outcomes[at] = _failure(exc)
                closed.add(record.key)
                if not isinstance(exc, HOPELESS):
                    shut.add(record.topic)
        if sent:
            done, unknown = await asyncio.wait(sent, timeout=self._patience)
            for future in unknown:
                future.cancel()
            for future in done:
                outcomes[sent[future]] = _outcome(future)
        return outcomes

    async def _open(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._client is None:
                client = AIOKafkaProducer(
                    bootstrap_servers=self._settings.bootstrap_servers,
                    client_id=self._client_id,
                    enable_idempotence=True,
                    acks="all",
                    linger_ms=0,
                    compression_type="lz4",
                    max_batch_size=256 * 1024,
                    max_request_size=LARGEST_DEAD_LETTER,
                    request_timeout_ms=self._settings.request_timeout_ms,
                )
                try:
                    await apart(client.start(), self._patience)
                except BaseException:
                    await _abandon(client)
                    raise
                self._client = client
        return self._client

    async def _discard(self, client: AIOKafkaProducer) -> None:
        """Let go of the library's producer with all it still holds; the next send builds a new one."""
        if self._client is client:  # another send may have built a new one meanwhile
            self._client = None
            await _abandon(client)

    async def close(self) -> None:
        """Send what is under way, then close."""
        client, self._client = self._client, None
        if client is not None and not await closed("producer", client.stop):
            await _abandon(client)


async def _abandon(client: AIOKafkaProducer) -> None:
    # Its own stop() would wait for ever for a batch that cannot be sent (idempotent batches never expire).
    sender_task = client._sender.sender_task if client._sender is not None else None
    if sender_task is not None and not sender_task.done():
        sender_task.cancel()
        await asyncio.wait([sender_task], timeout=2.0)
    # Others may be sending through it at the same time: tell them now, or they wait out their patience.
    client._message_accumulator.fail_all(ProducerClosed())
    client._closed = True
    await closed("producer", client.client.close, 2.0)


def _check(record: Record, largest: int) -> None:
    if record.key is None and record.value is None:
        raise RecordRefused("neither key nor value")
    size = len(record.key or b"") + len(record.value or b"")
    size += sum(len(name) + len(value or b"") for name, value in record.headers)
    if size > largest:
        raise RecordRefused(f"{size} bytes are more than a record may have")


def _away(exc: BaseException) -> BrokerAway:
    away = BrokerAway(type(exc).__name__)
    away.__cause__ = exc
    return away


def _outcome(future: "asyncio.Future[Any]") -> Outcome:
    error = future.exception() if not future.cancelled() else asyncio.CancelledError()
    return _failure(error) if error is not None else None


def _failure(error: BaseException) -> Exception:
    return RecordRefused(type(error).__name__) if isinstance(error, HOPELESS) else _away(error)
