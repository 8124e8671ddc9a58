"""The checker on a stack in which loss is provoked: each loss is found, and named by its id."""

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from confluent_kafka import Producer
from pymongo import MongoClient

from deploy.local.settings import CHECKOUT
from tests.support.bodies import as_bytes, sound_bodies
from tests.support.checker import Violation, check
from tests.support.client_log import ClientLog
from tests.support.drained import until_drained
from tests.support.history import EVENT_TOPICS, RawRecord, read_history, read_topics
from tests.support.liaison import Liaison
from tests.support.whole_stack import WholeStack


@pytest.fixture
def mongo(stack: WholeStack) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient(stack.addresses["mongo"]) as client:
        yield client


async def test_each_loss_that_is_provoked_is_found_and_named(stack, mongo, tmp_path):
    with ClientLog(tmp_path / "client.log") as log:
        async with httpx.AsyncClient(base_url=stack.addresses["referrals"], timeout=10.0) as http:
            liaison, bodies = Liaison(http, log), sound_bodies(seed=9)
            ids = [(await liaison.accepted(as_bytes(next(bodies))))["referral_id"] for _ in range(10)]
        await until_drained(stack.addresses["kafka"], stack.addresses["mongo"])
        assert found_in(stack, log) == []
        records = record_of(read_topics(stack.addresses["kafka"], EVENT_TOPICS))

        # Documents: one stored referral, item, decision and timeline entry vanishes; one item comes a second time.
        gone, unqueued, undecided, forgetful, twice = ids[:5]
        mongo.referrals.referrals.delete_one({"_id": gone})
        item = mongo.notify.items.find_one_and_delete({"referral_id": unqueued, "role": {"$in": ["lead", "triage"]}})
        mongo.routing.decisions.delete_one({"_id": undecided})
        mongo.referrals.referrals.update_one({"_id": forgetful}, {"$pop": {"timeline": 1}})
        lead = mongo.notify.items.find_one({"referral_id": twice, "role": {"$in": ["lead", "triage"]}})
        mongo.notify.items.drop_index("one_holder")  # the database would refuse a second one
        mongo.notify.items.insert_one({**lead, "_id": f"{twice}.ANOTHER", "office": "ANOTHER"})
        mongo.routing.decisions.update_one({"_id": ids[5]}, {"$set": {"outbox": [{"event_id": "never sent"}]}})
        # Topics: an event of no record, one out of order, one that nobody wrote; nobody reads the feed, so it stays.
        strange = "01900000-0000-7000-8000-000000000000"
        await produce(stack, records["office.feed", ids[6]], "ce_id", b"01900000-0000-7000-8000-000000000001")
        await produce(stack, records["office.feed", ids[7]], "ce_sequence", b"3", new_id=True)
        await produce(
            stack, records["office.feed", ids[8]], "ce_subject", strange.encode(), new_id=True, instead=ids[8]
        )

        found = found_in(stack, log)
        code, said = await command(stack, log)

    assert code == 1
    assert set(map(str, found)) <= set(said)
    assert_named(found, "I1", f"referral {gone}", "not stored")
    assert_named(found, "I3", f"referral {unqueued}", "is in no queue")
    assert_named(found, "I6", f"item {item['_id']}", "is in no queue")
    assert_named(found, "I6", f"referral {undecided}", "nothing was decided")
    assert_named(found, "I6", f"referral {forgetful}", "in its timeline")
    assert_named(found, "I3", f"referral {twice}", f"{twice}.ANOTHER")
    assert_named(found, "I6", f"decision {ids[5]}", "never sent")
    assert_named(found, "I4", f"{item_in(records['office.feed', ids[6]])} in office.feed", "goes back to number 1")
    assert_named(found, "I4", f"{item_in(records['office.feed', ids[7]])} in office.feed", "jumps to number 3")
    assert any(one.promise == "I6" and strange in one.words and "not stored" in one.words for one in found)
    assert not any(ids[9] in one.about for one in found), "nothing was done to this one"


def found_in(stack: WholeStack, log: ClientLog) -> list[Violation]:
    return check(read_history(stack.addresses["kafka"], stack.addresses["mongo"], [log.path]))


async def command(stack: WholeStack, log: ClientLog) -> tuple[int | None, list[str]]:
    """Run the checker as a person does, and give its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.checker", str(stack.var), str(log.path)),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60.0)
    return process.returncode, said.decode().splitlines()


def record_of(topics: dict[str, list[RawRecord]]) -> dict[tuple[str, str], RawRecord]:
    """Give the last record of each referral in each topic."""
    return {
        (topic, dict(record.headers)["ce_subject"].decode()): record
        for topic, found in topics.items()
        for record in found
    }


def item_in(record: RawRecord) -> str:
    return json.loads(record.value)["item_id"]


async def produce(
    stack: WholeStack, record: RawRecord, header: str, value: bytes, *, new_id: bool = False, instead: str = ""
) -> None:
    """Send a record once more to the same place, with one header changed, as a faulty service would."""
    headers = dict(record.headers) | {header: value}
    if new_id:
        headers["ce_id"] = headers["ce_id"][:-12] + b"0" * 12
    body = record.value.replace(instead.encode(), value) if instead else record.value
    producer = Producer({"bootstrap.servers": stack.addresses["kafka"]})
    producer.produce(record.place.topic, body, key=record.key, headers=list(headers.items()))
    assert await asyncio.to_thread(producer.flush, 30.0) == 0


def assert_named(found: list[Violation], promise: str, about: str, words: str) -> None:
    assert any((one.promise, one.about) == (promise, about) and words in one.words for one in found), (
        f"{promise} {about} ({words}) is not among:\n" + "\n".join(map(str, found))
    )
