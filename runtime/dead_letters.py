"""Messages that could not be handled, kept as they came, with the evidence of why."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from runtime.errors import BrokerAway, Unreadable
from runtime.events import RawRecord
from runtime.logs import describe, where
from runtime.producer import LARGEST_DEAD_LETTER, Producer, Record


class SetsAside(Protocol):
    """Keeps what a consumer could not handle, for a person."""

    async def set_aside(self, record: RawRecord, error: BaseException, attempts: int) -> None:
        """Keep one message; until that is done its offset stays where it is."""


class DeadLetters:
    """A topic of one service's unhandled messages."""

    def __init__(self, producer: Producer, topic: str, service: str) -> None:
        self._producer = producer
        self._topic = topic
        self._service = service

    async def set_aside(self, record: RawRecord, error: BaseException, attempts: int) -> None:
        """Write one message to the dead letters; raises `BrokerAway` until that is acknowledged."""
        headers = [
            *((name, value) for name, value in record.headers),
            *self._evidence(record, error, attempts),
        ]
        # A record with neither key nor value cannot be sent by the library; the evidence says that it was none.
        value = b"" if record.key is None and record.value is None else record.value
        letter = Record(self._topic, record.key, value, headers)
        [outcome] = await self._producer.publish([letter], largest=LARGEST_DEAD_LETTER)
        if outcome is not None:
            raise BrokerAway("dead letter not written") from outcome

    def _evidence(self, record: RawRecord, error: BaseException, attempts: int) -> Sequence[tuple[str, bytes]]:
        code = error.code if isinstance(error, Unreadable) else "handler_failed"
        return [
            ("dlq_service", self._service.encode()),
            ("dlq_topic", record.topic.encode()),
            ("dlq_partition", str(record.partition).encode()),
            ("dlq_offset", str(record.offset).encode()),
            ("dlq_timestamp", str(record.timestamp).encode()),
            ("dlq_value", b"null" if record.value is None else b"bytes"),
            ("dlq_code", code.encode()),
            ("dlq_error", describe(error).encode()),
            ("dlq_at", "\n".join(where(error)).encode()),
            ("dlq_attempts", str(attempts).encode()),
            ("dlq_time", datetime.now(UTC).isoformat().encode()),
        ]
