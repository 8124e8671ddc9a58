"""How an event is written down to be sent, and read again: CloudEvents 1.0, Kafka binary binding, JSON body."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar
from uuid import UUID, uuid5

from aiokafka.structs import ConsumerRecord
from pydantic import BaseModel, ValidationError
from uuid6 import uuid7

from runtime.errors import Unreadable
from runtime.telemetry import current_traceparent

E = TypeVar("E", bound=BaseModel)

RawRecord: TypeAlias = "ConsumerRecord[bytes | None, bytes | None]"

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """A topic and the field of an event that is its key there."""

    topic: str
    key: str


@dataclass(frozen=True, slots=True)
class Message:
    """One record as it came: who said it, about what, and where it stands in the log."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    event_id: str
    type: str
    subject: str
    sequence: int
    time: datetime
    traceparent: str | None


_CANONICAL_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


_PLACES = UUID("0f3b7c52-6d1e-5f0a-9c44-2b7a1e8d9c30")


class Publisher:
    """Turns a service's events into outbox entries; knows its name and where each event goes."""

    def __init__(self, source: str, destinations: Mapping[type[BaseModel], Sequence[Destination]]) -> None:
        self._source = source
        self._destinations = {
            event_type: [(d.topic, d.key) for d in places] for event_type, places in destinations.items()
        }

    def entries(self, events: Iterable[BaseModel], first_sequence: int, now: datetime) -> list[dict[str, Any]]:
        """Write events down once, in order, with the trace that they were created in."""
        traceparent = current_traceparent()
        # As exact as the database keeps it: sent from memory or from there, an event is the same byte for byte.
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return [
            {
                "event_id": str(uuid7()),
                "type": event.type,  # type: ignore[attr-defined]
                "source": self._source,
                "sequence": sequence,
                "time": now,
                "traceparent": traceparent,
                "to": [[topic, str(getattr(event, key))] for topic, key in self._destinations[type(event)]],
                "body": event.model_dump_json().encode(),
            }
            for sequence, event in enumerate(events, first_sequence)
        ]


def headers_of(entry: Mapping[str, Any], subject: str) -> list[tuple[str, bytes]]:
    """Give the Kafka headers of an outbox entry."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", entry["event_id"].encode()),
        ("ce_type", entry["type"].encode()),
        ("ce_source", entry["source"].encode()),
        ("ce_subject", subject.encode()),
        ("ce_sequence", str(entry["sequence"]).encode()),
        ("ce_time", entry["time"].astimezone(UTC).isoformat().encode()),
        ("content-type", b"application/json"),
    ]
    if entry["traceparent"]:
        headers.append(("traceparent", entry["traceparent"].encode()))
    return headers


def read_message(record: RawRecord) -> Message:
    """Read a record's envelope; raises `Unreadable` with a code when it is none of ours."""
    found = {name: value for name, value in record.headers if value is not None}
    if found.get("content-type", b"").startswith(b"application/cloudevents"):
        raise Unreadable("structured_mode_not_supported")
    try:
        if found["ce_specversion"] not in (b"1.0", b"1.0.3"):
            raise Unreadable("unknown_cloudevents_version")
        return Message(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value,
            headers=tuple(record.headers),
            event_id=_identity(found["ce_id"]),
            type=found["ce_type"].decode(),
            subject=_identity(found["ce_subject"]),
            sequence=_sequence(found["ce_sequence"]),
            time=_instant(found["ce_time"].decode()),
            traceparent=found["traceparent"].decode("ascii", "replace") if "traceparent" in found else None,
        )
    except (KeyError, ValueError) as exc:
        raise Unreadable("envelope_unreadable") from exc


def as_it_came(record: RawRecord) -> Message:
    """Give a record that is none of our events an envelope: it is known by its place in the log, and by nothing else.

    What it says of itself is not believed: its headers and its time could be anything.
    """
    place = uuid5(_PLACES, f"{record.topic}/{record.partition}/{record.offset}")
    return Message(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        event_id=str(place),
        type=record.topic,
        subject=str(place),
        sequence=record.offset,
        time=datetime.now(UTC),
        traceparent=None,
    )


def _identity(text: bytes) -> str:
    if _CANONICAL_UUID.fullmatch(text):
        return text.decode()
    return str(UUID(text.decode()))


def _sequence(text: bytes) -> int:
    sequence = int(text)
    if not 0 <= sequence < 2**63:
        raise ValueError("a sequence that no document can have")
    return sequence


def _instant(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without its offset")
    return time


def read_event(message: Message, model: type[E]) -> E:
    """Read a message's body as one type of event; never repeats the body in the error."""
    if message.value is None:
        raise Unreadable("body_missing")
    try:
        return model.model_validate_json(message.value)
    except ValidationError:
        raise Unreadable("body_does_not_follow_its_type") from None
