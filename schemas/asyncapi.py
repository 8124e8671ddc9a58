"""The AsyncAPI 3.0 document of everything on Kafka, made from the topics and the events."""

from collections.abc import Iterator
from typing import Any

from schemas.events import Fact, name_of
from schemas.topics import DEAD_LETTERS, NCB_INBOUND, TOPICS, Topic

JSON_SCHEMA = "application/schema+json;version=draft-2020-12"
DAY_MILLISECONDS = 24 * 60 * 60 * 1000

_UUID = {"type": "string", "format": "uuid"}
ENVELOPE: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 in Kafka's binary binding: the envelope is in the headers.",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_sequence", "ce_time"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {**_UUID, "description": "The event's id; a duplicate carries the same one."},
        "ce_type": {"type": "string", "description": "The event's name."},
        "ce_source": {"type": "string", "description": "/dragoman/ and the service that wrote it."},
        "ce_subject": {**_UUID, "description": "The referral's id, or the notice's."},
        "ce_sequence": {"type": "string", "description": "Version of the writer's document after this event."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it was written down."},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C trace context in which it was written down."},
    },
}
EVIDENCE: dict[str, Any] = {
    "type": "object",
    "description": "The headers of the original, and why it could not be handled.",
    "required": ["dlq_service", "dlq_topic", "dlq_partition", "dlq_offset", "dlq_code", "dlq_error", "dlq_time"],
    "properties": {
        "dlq_service": {"type": "string", "description": "Which service could not handle it."},
        "dlq_topic": {"type": "string", "description": "Where it was read."},
        "dlq_partition": {"type": "string"},
        "dlq_offset": {"type": "string"},
        "dlq_timestamp": {"type": "string", "description": "Of the original, in milliseconds."},
        "dlq_value": {"type": "string", "enum": ["null", "bytes"], "description": "Whether the original had a body."},
        "dlq_code": {"type": "string", "description": "Why, as a code."},
        "dlq_error": {"type": "string", "description": "Kinds of the errors, without what they quoted."},
        "dlq_at": {"type": "string", "description": "Where in the source."},
        "dlq_attempts": {"type": "string"},
        "dlq_time": {"type": "string", "format": "date-time"},
    },
}
DEAD_LETTER = "dead-letter"
NCB_LINES = "ncb-lines"


def asyncapi_document() -> dict[str, Any]:
    """Describe every topic, what is on it, who sends it and who receives it."""
    events = {name_of(event): event for topic in TOPICS for event in topic.events}
    messages = {name: _message(event) for name, event in events.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Dragoman",
            "version": "1",
            "description": "What the services tell each other over Kafka. Delivery is at least once.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {"host": "localhost:9092", "protocol": "kafka", "description": "What `make up` starts."},
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operations()),
        "components": {
            "messages": {**messages, DEAD_LETTER: _dead_letter(), NCB_LINES: _ncb_lines()},
            "messageTraits": {"envelope": {"headers": ENVELOPE}},
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    settings = {"retention.ms": topic.retention_days * DAY_MILLISECONDS, "max.message.bytes": topic.largest_message}
    return {
        "address": topic.name,
        "description": f"Keyed by {topic.key}; KAFKA_TOPIC_PREFIX is put before the name.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _carried(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": settings,
                "bindingVersion": "0.5.0",
            }
        },
    }


def _carried(topic: Topic) -> list[str]:
    if topic is NCB_INBOUND:
        return [NCB_LINES]
    return [DEAD_LETTER] if topic in DEAD_LETTERS else [name_of(event) for event in topic.events]


def _message(event: type[Fact]) -> dict[str, Any]:
    name = name_of(event)
    return {
        "name": name,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/envelope"}],
        "payload": {"schemaFormat": JSON_SCHEMA, "schema": {"$ref": f"./json/{name}.schema.json"}},
    }


def _dead_letter() -> dict[str, Any]:
    return {
        "name": DEAD_LETTER,
        "summary": "A message that a service could not handle, as it came; a person reads it.",
        "headers": EVIDENCE,
        "payload": {"description": "The bytes of the original."},
    }


def _ncb_lines() -> dict[str, Any]:
    return {
        "name": NCB_LINES,
        "summary": "Messages of INTERPOL Washington, one or several to a record: one JSON object a line.",
        "contentType": "application/x-ndjson",
        "payload": {"description": "Each line as docs/ncb.md says; without headers of ours, under any key."},
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in TOPICS:
        yield f"{topic.writer}.sends.{topic.name}", _operation("send", topic.writer, topic)
        for reader in topic.readers:
            yield f"{reader}.receives.{topic.name}", _operation("receive", reader, topic)


def _operation(action: str, service: str, topic: Topic) -> dict[str, Any]:
    return {
        "action": action,
        "summary": f"{service} {'writes' if action == 'send' else 'reads'} {topic.name}.",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "tags": [{"name": service}],
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in _carried(topic)],
    }
