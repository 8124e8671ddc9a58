from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import hypothesis.strategies as st
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from opentelemetry.sdk.trace import TracerProvider

from runtime.errors import Permanent, Unreadable
from runtime.events import as_it_came, headers_of, read_event, read_message
from runtime.logs import describe
from runtime.telemetry import read_traceparent, within
from tests.support.noted import PUBLISHER, Copied, Noted, as_sent, noted
from tests.support.records import record

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
NOTES = st.builds(Noted, note_id=st.uuids(), desk=TEXTS, number=st.integers(-(2**60), 2**60), text=TEXTS)
MOMENTS = st.datetimes(
    datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-11))])
)
GARBAGE = st.none() | st.binary(max_size=60)


def sent(event=None, **changes):
    """The record of an event, with some headers changed and those that are None left out."""
    key, value, headers = as_sent(event or noted())
    found = {**dict(headers), **{name.replace("__", "-"): text for name, text in changes.items()}}
    return record(7, key, value, [(name, text) for name, text in found.items() if text is not None])


@given(NOTES, st.integers(0, 2**40), MOMENTS)
def test_what_is_written_down_is_read_back(event, sequence, now):
    [entry] = PUBLISHER.entries([event], sequence, now)

    message = read_message(record(7, b"key", entry["body"], headers_of(entry, str(event.note_id))))

    assert read_event(message, Noted) == event
    assert (message.type, message.sequence, message.subject) == (event.type, sequence, str(event.note_id))
    assert message.event_id == entry["event_id"]
    assert timedelta(0) <= now - message.time < timedelta(milliseconds=1)
    assert (message.topic, message.partition, message.offset) == ("notes", 0, 7)


@given(NOTES)
def test_the_cloudevents_library_reads_what_we_write(event):
    key, value, headers = as_sent(event)

    read = from_binary(KafkaMessage(dict(headers), None, value), JSONFormat(), CloudEvent)

    ours = read_message(record(0, key, value, headers))
    assert read.get_id() == ours.event_id
    assert read.get_type() == ours.type
    assert read.get_source() == "/tests"
    assert read.get_subject() == ours.subject
    assert read.get_specversion() == "1.0"
    assert read.get_time() == ours.time
    assert read.get_datacontenttype() == "application/json"
    assert int(read.get_extension("sequence")) == ours.sequence
    assert Noted.model_validate(read.get_data()) == event


@given(NOTES, MOMENTS, st.integers(0, 2**40))
def test_we_read_what_the_cloudevents_library_writes(event, now, sequence):
    attributes = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/elsewhere",
        "type": event.type,
        "subject": str(event.note_id),
        "time": now,
        "datacontenttype": "application/json",
        "sequence": str(sequence),
    }
    written = to_binary(CloudEvent(attributes, event.model_dump(mode="json")), JSONFormat())

    message = read_message(record(0, None, written.value, list(written.headers.items())))

    assert read_event(message, Noted) == event
    assert (message.event_id, message.sequence, message.time) == (attributes["id"], sequence, now)


def test_an_event_is_kept_as_exactly_as_the_database_keeps_it():
    now = datetime(2026, 1, 1, 12, 0, 0, 123_456, UTC)

    [entry] = PUBLISHER.entries([noted()], 1, now)

    assert entry["time"] == datetime(2026, 1, 1, 12, 0, 0, 123_000, UTC)


def test_events_of_one_change_are_numbered_in_order_and_go_where_the_topics_say():
    event = noted()
    copied = Copied(note_id=event.note_id, desk="back")

    entries = PUBLISHER.entries([event, copied], 5, datetime.now(UTC))

    assert [entry["sequence"] for entry in entries] == [5, 6]
    assert entries[0]["event_id"] < entries[1]["event_id"]
    assert entries[1]["to"] == [["notes", str(event.note_id)], ["copies", "back"]]


def test_an_event_carries_the_trace_it_was_created_in():
    with within(TracerProvider().get_tracer("test").start_span("create")) as _:
        key, value, headers = as_sent(noted())
    outside = as_sent(noted())

    assert read_traceparent(read_message(record(0, key, value, headers)).traceparent) is not None
    assert "traceparent" not in dict(outside[2])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ce_specversion": None}, "envelope_unreadable"),
        ({"ce_specversion": b"2.0"}, "unknown_cloudevents_version"),
        ({"content__type": b"application/cloudevents+json; charset=UTF-8"}, "structured_mode_not_supported"),
        ({"ce_id": None}, "envelope_unreadable"),
        ({"ce_id": b"not a uuid"}, "envelope_unreadable"),
        ({"ce_id": b"\xff\xfe"}, "envelope_unreadable"),
        ({"ce_type": None}, "envelope_unreadable"),
        ({"ce_type": b"\xff"}, "envelope_unreadable"),
        ({"ce_subject": None}, "envelope_unreadable"),
        ({"ce_subject": b"Ivana Horvat"}, "envelope_unreadable"),
        ({"ce_sequence": None}, "envelope_unreadable"),
        ({"ce_sequence": b"first"}, "envelope_unreadable"),
        ({"ce_sequence": b"9" * 5_000}, "envelope_unreadable"),
        ({"ce_sequence": b"-1"}, "envelope_unreadable"),
        ({"ce_sequence": b"9" * 30}, "envelope_unreadable"),
        ({"ce_time": None}, "envelope_unreadable"),
        ({"ce_time": b"yesterday"}, "envelope_unreadable"),
        ({"ce_time": b"2026-01-01T12:00:00"}, "envelope_unreadable"),
    ],
)
def test_an_envelope_that_is_not_ours_is_unreadable_with_a_code(changes, code):
    with pytest.raises(Unreadable) as unreadable:
        read_message(sent(**changes))

    assert unreadable.value.code == code
    assert "Ivana" not in str(unreadable.value)
    assert isinstance(unreadable.value, Permanent)


NAMES = st.sampled_from(
    ["ce_specversion", "ce_id", "ce_type", "ce_subject", "ce_sequence", "ce_time", "content-type", "traceparent", "x"]
)


@given(st.lists(st.tuples(NAMES, GARBAGE), max_size=12), GARBAGE, GARBAGE, st.booleans())
def test_garbage_is_unreadable_and_nothing_worse(headers, key, value, mostly_ours):
    ours = as_sent(noted())[2] if mostly_ours else []

    with suppress(Unreadable):
        message = read_message(record(0, key, value, [*ours, *headers]))
        read_event(message, Noted)


@given(st.binary(max_size=80))
def test_a_broken_traceparent_costs_the_trace_and_never_the_message(value):
    message = read_message(sent(traceparent=value))

    assert read_traceparent(message.traceparent) is None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "body_missing"),
        (b"", "body_does_not_follow_its_type"),
        (b"\x00\xff\xfe", "body_does_not_follow_its_type"),
        (b"[]", "body_does_not_follow_its_type"),
        (b"null", "body_does_not_follow_its_type"),
        (b'{"note_id": "Ivana Horvat"}', "body_does_not_follow_its_type"),
        (b'{"type": "test.other.v1", "note_id": "%s"}' % str(UUID(int=7)).encode(), "body_does_not_follow_its_type"),
        (b"[" * 100_000, "body_does_not_follow_its_type"),
        (b'{"note_id": 1' + b"0" * 10_000 + b"}", "body_does_not_follow_its_type"),
    ],
)
def test_a_body_that_is_not_of_its_type_is_unreadable_and_not_repeated(value, code):
    key, _, headers = as_sent(noted())
    message = read_message(record(0, key, value, headers))

    with pytest.raises(Unreadable) as unreadable:
        read_event(message, Noted)

    assert unreadable.value.code == code
    assert describe(unreadable.value) == "Unreadable"


def test_fields_that_a_later_version_added_do_not_disturb():
    event = noted()
    key, value, headers = as_sent(event)

    message = read_message(record(0, key, value[:-1] + b', "added_later": {"a": 1}}', [*headers, ("ce_new", b"1")]))

    assert read_event(message, Noted) == event


def test_what_somebody_else_writes_is_known_by_its_place_and_not_by_what_it_says_of_itself():
    lying = [("ce_id", b"7"), ("ce_type", b"dragoman.other.v1"), ("traceparent", b"00-" + b"1" * 32 + b"-" + b"1" * 16)]

    one, same, next_one = (as_it_came(record(offset, b"key", b"any\xff", lying)) for offset in (4, 4, 5))

    assert (one.event_id, one.type, one.traceparent) == (same.event_id, "notes", None)
    assert (one.value, one.offset) == (b"any\xff", 4)
    assert one.event_id != next_one.event_id
