"""Messages that cannot be handled: kept whole, with the evidence, and in nobody's way but their own key's."""

import asyncio
import random
from uuid import uuid4

import confluent_kafka
import pytest

from runtime.consumer import ATTEMPTS
from tests.support.kafka import header
from tests.support.noted import NOTES, as_sent, noted
from tests.support.office import GROUP, LETTERS
from tests.support.waiting import until

SECRET = "Ivana Horvat"


async def test_poison_goes_to_the_dead_letters_byte_for_byte_with_the_evidence_of_why(kafka, office):
    await kafka.make(NOTES, LETTERS)
    key, value = b"\x00\xffkey", b"\x00\xff\xfe poison"
    headers = [("ce_id", b"\xff"), ("twice", b"1"), ("twice", b"2"), ("empty", b""), ("null", None)]
    await kafka.put(NOTES, key, value, headers)

    async with office.running(office.consumer()):
        [letter] = await kafka.read_until(LETTERS, lambda letter: True)

    assert (letter.key, letter.value) == (key, value)
    assert list(letter.headers[: len(headers)]) == headers
    evidence = {name: header(letter, f"dlq_{name}") for name in ("service", "topic", "partition", "offset", "code")}
    assert evidence == {
        "service": "office",
        "topic": kafka.settings.topic_prefix + NOTES,
        "partition": "0",
        "offset": "0",
        "code": "envelope_unreadable",
    }
    assert int(header(letter, "dlq_timestamp")) > 0
    assert header(letter, "dlq_error").startswith("Unreadable")
    assert header(letter, "dlq_attempts") == "1"


async def test_a_message_with_neither_key_nor_value_is_set_aside_too(kafka, office):
    await kafka.make(NOTES, LETTERS)
    other = confluent_kafka.Producer({"bootstrap.servers": kafka.settings.bootstrap_servers})
    other.produce(kafka.settings.topic_prefix + NOTES)
    await asyncio.to_thread(other.flush, 10)
    await kafka.publish(NOTES, noted(1))

    async with office.running(office.consumer()):
        [letter] = await kafka.read_until(LETTERS, lambda letter: True)
        await until(lambda: office.has_effects(1))

    assert (letter.key, header(letter, "dlq_value"), header(letter, "dlq_offset")) == (None, "null", "0")


async def test_a_message_as_large_as_kafka_lets_in_is_set_aside_with_its_evidence_too(kafka, office):
    await kafka.make(NOTES)
    await kafka.make(LETTERS, largest=4 * 1024 * 1024)
    value = random.Random(7).randbytes(1024 * 1024 - 200)
    await kafka.put(NOTES, b"key", value)

    async with office.running(office.consumer()):
        [letter] = await kafka.read_until(LETTERS, lambda letter: True)

    assert letter.value == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "body_missing"),
        (b"[]", "body_does_not_follow_its_type"),
        (b"[" * 50_000, "body_does_not_follow_its_type"),
    ],
)
async def test_a_body_of_the_wrong_shape_is_set_aside_with_its_code(kafka, office, value, code):
    await kafka.make(NOTES, LETTERS)
    key, _, headers = as_sent(noted())
    await kafka.put(NOTES, key, value, headers)

    async with office.running(office.consumer()):
        [letter] = await kafka.read_until(LETTERS, lambda letter: True)

    assert (letter.value, header(letter, "dlq_code")) == (value, code)


async def test_a_bug_in_a_handler_is_tried_some_times_then_set_aside_and_its_text_is_not_repeated(kafka, office):
    await kafka.make(NOTES, LETTERS)
    office.trouble = {1: [RuntimeError(SECRET)] * 100}
    buggy = noted(1)
    await kafka.publish(NOTES, buggy, noted(2), noted(3, buggy.note_id))

    async with office.running(office.consumer()):
        [letter] = await kafka.read_until(LETTERS, lambda letter: True)
        await until(lambda: office.has_effects(2, 3))

    assert office.tries[1] == ATTEMPTS
    assert office.handled == [2, 3], "another key does not wait for the retries, the same key does"
    assert header(letter, "dlq_error") == "RuntimeError"
    assert header(letter, "dlq_attempts") == str(ATTEMPTS)
    assert "handle" in header(letter, "dlq_at")
    assert SECRET not in str(letter.headers)


async def test_a_dead_letter_that_cannot_be_written_holds_its_offset_and_key_and_nobody_else(kafka, office):
    await kafka.make(NOTES)
    poison = uuid4()
    await kafka.put(NOTES, str(poison).encode(), b"poison")
    await kafka.publish(NOTES, noted(2, poison), noted(3))

    async with office.running(office.consumer()):
        await until(lambda: office.has_effects(3), seconds=20)
        await until(lambda: office.dead_letters.failures >= 2)
        assert await kafka.committed(GROUP, NOTES) is None
        assert await office.has_effects(3)

        await kafka.make(LETTERS)
        letters = await kafka.read_until(LETTERS, lambda letter: letter.value == b"poison")
        await until(lambda: office.has_effects(2, 3))

        async def all_is_committed():
            return await kafka.committed(GROUP, NOTES) == 3

        await until(all_is_committed)
    assert letters[0].key == str(poison).encode()


async def test_while_dead_letters_cannot_be_written_other_keys_go_on_at_their_usual_pace(kafka, office):
    await kafka.make(NOTES)
    for _ in range(20):
        await kafka.put(NOTES, uuid4().bytes, b"poison")

    async with office.running(office.consumer()):
        await until(lambda: office.dead_letters.failures >= 2)
        for number in range(10):
            await kafka.publish(NOTES, noted(number))
            await until(lambda number=number: office.has_effects(*range(number + 1)), seconds=5.0)
        await kafka.make(LETTERS)

        async def all_is_committed():
            return await kafka.committed(GROUP, NOTES) == 30

        await until(all_is_committed)


async def test_a_thousand_poisoned_messages_are_set_aside_without_holding_up_the_good_one_behind_them(kafka, office):
    await kafka.make(NOTES, LETTERS)
    for number in range(1_000):
        await kafka.put(NOTES, str(number).encode(), b"poison")
    await kafka.publish(NOTES, noted(1))

    async with office.running(office.consumer()):

        async def all_is_committed():
            return await kafka.committed(GROUP, NOTES) == 1_001

        await until(all_is_committed)

    waiting = {str(number).encode() for number in range(1_000)}
    await kafka.read_until(LETTERS, lambda letter: waiting.discard(letter.key) or not waiting)
    assert await office.has_effects(1)
