"""What a run left behind: client logs, every record of every topic, every document, every group's offsets.

Read with plain clients that are not the services' own: pymongo, and librdkafka instead of aiokafka.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient

from tests.support.client_log import read_log

DATABASES = {"referrals": "referrals", "decisions": "routing", "items": "notify", "clocks": "notify"}
"""Each collection of aggregates, and the database that it is in."""

EVENT_TOPICS = ("referral.events", "routing.events", "queue.events", "office.feed")
READERS = {
    "referral.events": ("routing", "notify", "notify.clock", "referrals.links"),
    "routing.events": ("notify", "referrals", "notify.clock"),
    "queue.events": ("referrals", "routing", "notify.clock"),
}
"""Which groups must read each topic to its end."""

DEAD_LETTER_TOPICS = ("referrals.dlq", "routing.dlq", "notify.dlq")
SECONDS_TO_ANSWER = 15.0
SECONDS_TO_READ = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a log."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True)
class Event:
    """One record that can be read as an event."""

    place: Place
    key: str
    id: str
    type: str
    referral_id: str
    sequence: int
    body: Mapping[str, Any]

    @property
    def aggregate(self) -> str:
        """Whose numbering the sequence is: in queues the item's or the clock's, else the referral's."""
        if self.is_of_clock:
            return f"clock {self.referral_id}"
        return str(self.body.get("item_id", self.referral_id))

    @property
    def is_of_clock(self) -> bool:
        """Whether a clock tells it, and not an office's own step."""
        return self.type.startswith("dragoman.clock.")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record set aside, and where it came from."""

    place: Place
    service: str
    origin: Place
    code: str


@dataclass(frozen=True, slots=True)
class GroupLag:
    """How far one group is behind in one partition."""

    group: str
    topic: str
    partition: int
    committed: int
    end: int


@dataclass(slots=True)
class History:
    """Everything that the checker looks at."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    unreadable: list[Place] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    referrals: dict[str, dict[str, Any]] = field(default_factory=dict)
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    clocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    lag: list[GroupLag] = field(default_factory=list)

    def events_of(self, topic: str) -> list[Event]:
        """Give one topic's events in the order of its log."""
        return [event for event in self.events if event.place.topic == topic]


def read_history(kafka: str, mongo: str, logs: Sequence[Path]) -> History:
    """Read everything once; what is still moving is read as it stands."""
    history = History()
    for log in logs:
        for line in read_log(log):
            (history.posts if line["what"] in ("sent", "answered") else history.told).append(line)
    for topic, records in read_topics(kafka, (*EVENT_TOPICS, *DEAD_LETTER_TOPICS)).items():
        _sort_in(history, topic, records)
    with MongoClient(mongo) as client:
        history.referrals = _documents(client, "referrals", {"content": 0, "intake": 0, "summary": 0})
        history.decisions = _documents(client, "decisions", {"facts": 0, "candidates": 0})
        history.items = _documents(client, "items", {"lease": 0, "token": 0})
        history.clocks = _documents(client, "clocks", {"facts": 0})
    history.lag = read_lag(kafka)
    return history


def _documents(client: MongoClient[dict[str, Any]], name: str, without: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    return {row["_id"]: row for row in client[DATABASES[name]][name].find({}, dict(without))}


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record byte for byte."""

    place: Place
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


def read_topics(kafka: str, topics: Iterable[str]) -> dict[str, list[RawRecord]]:
    """Read topics from their beginning to where they end now."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "checker",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "check.crcs": True,
        }
    )
    found: dict[str, list[RawRecord]] = {topic: [] for topic in topics}
    try:
        known = consumer.list_topics(timeout=SECONDS_TO_ANSWER).topics
        places = [TopicPartition(topic, at, OFFSET_BEGINNING) for topic in found for at in known[topic].partitions]
        ends = {(p.topic, p.partition): consumer.get_watermark_offsets(p, SECONDS_TO_ANSWER)[1] for p in places}
        consumer.assign(places)
        reading = {place for place, end in ends.items() if end > 0}
        deadline = time.monotonic() + SECONDS_TO_READ
        while reading:
            if time.monotonic() > deadline:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
            for message in consumer.consume(1_000, 0.1):
                error = message.error()
                if error is None:
                    found[message.topic()].append(_raw(message))
                elif error.code() == KafkaError._PARTITION_EOF:
                    reading.discard((message.topic(), message.partition()))
                else:
                    raise KafkaException(error)
    finally:
        consumer.close()
    return found


def _raw(message: Any) -> RawRecord:
    place = Place(message.topic(), message.partition(), message.offset())
    return RawRecord(place, message.key(), message.value(), tuple(message.headers() or ()))


def _sort_in(history: History, topic: str, records: Sequence[RawRecord]) -> None:
    for record in records:
        if topic in DEAD_LETTER_TOPICS:
            history.dead_letters.append(_dead_letter(record))
            continue
        try:
            history.events.append(_event(record))
        except (KeyError, ValueError, TypeError, AttributeError):
            history.unreadable.append(record.place)


def _event(record: RawRecord) -> Event:
    headers = {name: (value or b"").decode() for name, value in record.headers}
    body = json.loads(record.value or b"")
    if body["type"] != headers["ce_type"] or body["referral_id"] != headers["ce_subject"]:
        raise ValueError("the envelope and the body speak of different things")
    return Event(
        record.place,
        (record.key or b"").decode(),
        str(UUID(headers["ce_id"])),
        headers["ce_type"],
        str(UUID(headers["ce_subject"])),
        int(headers["ce_sequence"]),
        body,
    )


def _dead_letter(record: RawRecord) -> DeadLetter:
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    origin = Place(headers["dlq_topic"], int(headers["dlq_partition"]), int(headers["dlq_offset"]))
    return DeadLetter(record.place, headers["dlq_service"], origin, headers["dlq_code"])


def read_lag(kafka: str) -> list[GroupLag]:
    """Ask how far each group is behind in each partition that has anything in it."""
    ends = read_ends(kafka)
    admin = AdminClient({"bootstrap.servers": kafka})
    committed: dict[tuple[str, str, int], int] = defaultdict(int)
    for group in sorted({group for groups in READERS.values() for group in groups}):
        asked = admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group)], request_timeout=SECONDS_TO_ANSWER
        )
        for place in asked[group].result().topic_partitions:
            committed[group, place.topic, place.partition] = max(place.offset, 0)
    return [
        GroupLag(group, topic, partition, committed[group, topic, partition], end)
        for (topic, partition), end in sorted(ends.items())
        for group in READERS.get(topic, ())
        if end > 0
    ]


def read_ends(kafka: str) -> dict[tuple[str, int], int]:
    """Ask where each partition of the event topics ends."""
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "checker"})
    try:
        known = consumer.list_topics(timeout=SECONDS_TO_ANSWER).topics
        return {
            (topic, at): consumer.get_watermark_offsets(TopicPartition(topic, at), SECONDS_TO_ANSWER)[1]
            for topic in EVENT_TOPICS
            for at in known[topic].partitions
        }
    finally:
        consumer.close()


def count_waiting(mongo: str) -> int:
    """Count documents that still have events to send."""
    with MongoClient(mongo) as client:
        return sum(
            client[database][name].count_documents(
                {"$or": [{"outbox_since": {"$exists": True}}, {"outbox.0": {"$exists": True}}]}
            )
            for name, database in DATABASES.items()
        )
