import asyncio

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError

from runtime.errors import AlreadyThere, Overtaken, StoreAway
from runtime.store import Change, RefusedByStore, SharedInsert, SharedRead, Store, Work
from tests.support.noted import PUBLISHER, note_document, noted
from tests.support.office import NobodyListens


class Refuses:
    """A database with one collection that refuses the second document of every batch."""

    def __init__(self, **error):
        self._error = {"index": 1, **error}

    def __getitem__(self, name):
        return self

    async def insert_many(self, documents, *, ordered):
        if len(documents) > 1:
            raise BulkWriteError({"writeErrors": [self._error], "writeConcernErrors": []})

    async def bulk_write(self, operations, *, ordered):
        await self.insert_many(operations, ordered=ordered)


def store_on(**error):
    return Store(Refuses(**error), PUBLISHER, NobodyListens())


def two_notes(store):
    work = Work()
    for number in range(2):
        event = noted(number)
        work.create("notes", note_document(event), emits=[event])
    return store.prepared(work)


@pytest.mark.parametrize("code", [50, 91, 189, 10107, 11600, 11602])
async def test_a_batch_that_a_step_down_or_shutdown_interrupted_is_an_absence_and_no_refusal(code):
    store = store_on(code=code, errmsg="interrupted")

    with pytest.raises(StoreAway):
        await store.write(two_notes(store))


async def test_a_batch_that_breaks_a_rule_of_the_database_is_a_refusal_that_names_the_code():
    store = store_on(code=121, errmsg="Document failed validation: Ivana Horvat")

    with pytest.raises(RefusedByStore, match="121") as refused:
        await store.write(two_notes(store))

    assert "Ivana" not in str(refused.value)


@pytest.mark.parametrize(("fields", "silent"), [(("_id",), True), (("key",), False), (("_id", "key"), False)])
async def test_only_the_same_id_means_done_already(fields, silent):
    store = store_on(code=11000, keyPattern=dict.fromkeys(fields, 1))

    if silent:
        await store.write(two_notes(store))
    else:
        with pytest.raises(AlreadyThere):
            await store.write(two_notes(store))


async def test_a_document_that_two_made_at_once_is_tried_again_by_the_one_whose_change_is_not_in_it():
    store = store_on(code=11000, keyPattern={"_id": 1})
    work = Work()
    for number in range(2):
        work.change(Change("notes", {"_id": number}, {"$set": {"text": "hello"}}, or_insert=True))

    with pytest.raises(Overtaken):
        await store.write(store.prepared(work))


async def test_an_absence_is_said_to_everyone_who_shared_the_write():
    shared = SharedInsert(store_on(code=91, errmsg="shutting down"), "notes")
    answers = await asyncio.gather(*(shared.insert(note_document(noted())) for _ in range(3)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [StoreAway] * 3


class Away:
    def find(self, *asked):
        raise AutoReconnect("connection closed")


async def test_a_read_that_fails_is_said_to_everyone_who_shared_it_and_the_next_one_is_made_anew():
    shared = SharedRead({"notes": Away()}, "notes")

    answers = await asyncio.gather(*map(shared.by_id, "ab"), return_exceptions=True)

    assert [type(answer) for answer in answers] == [StoreAway, StoreAway]
    with pytest.raises(StoreAway):
        await shared.by_id("a")
