"""Writes and reads that share a round trip, on a real MongoDB."""

import asyncio
from dataclasses import replace

import pytest

from runtime.store import Change, SharedRead, Store, Work
from tests.support.noted import PUBLISHER, note_document, noted
from tests.support.office import NobodyListens


def added(note, **update):
    return Change(
        "notes", {"_id": note}, {f"${name}": fields for name, fields in update.items()}, or_insert=True, adds=True
    )


async def test_what_is_added_to_one_document_in_a_batch_is_one_update_that_comes_to_the_same(database):
    store = Store(database, PUBLISHER, NobodyListens())
    changes = [
        added("a", set={"words.one": 1}, min={"since": 7}, inc={"heard": 1}, setOnInsert={"by": "first"}),
        added("b", set={"words.one": 1}, min={"since": 5}, inc={"heard": 1}, setOnInsert={"by": "first"}),
        added("a", set={"words.two": 2}, min={"since": 3}, inc={"heard": 1}, setOnInsert={"by": "second"}),
    ]
    together, one_by_one = Work(), [Work(), Work(), Work()]
    for change, alone in zip(changes, one_by_one, strict=True):
        together.change(change)
        alone.change(replace(change, collection="others"))

    await store.write(store.prepared(together))
    for alone in one_by_one:
        await store.write(store.prepared(alone))

    notes = await database["notes"].find().sort("_id", 1).to_list(None)
    assert notes == await database["others"].find().sort("_id", 1).to_list(None)
    assert notes[0] == {"_id": "a", "words": {"one": 1, "two": 2}, "since": 3, "heard": 2, "by": "first"}


class Sizes:
    """A database that remembers how many operations each of its bulk writes had."""

    def __init__(self, database):
        self._database = database
        self.sizes = []

    def __getitem__(self, name):
        self._collection = self._database[name]
        return self

    async def bulk_write(self, operations, *, ordered):
        self.sizes.append(len(operations))
        return await self._collection.bulk_write(operations, ordered=ordered)


def said(event, word, *, then):
    """Add a word once, numbered by those before it, and tell of it."""
    words = {"$concatArrays": [{"$ifNull": ["$words", []]}, [{"$literal": word}]]}
    update = [{"$set": {"words": words, "before": "$words", "last": then, "version": {"$add": ["$version", 1]}}}]
    once = {"_id": str(event.note_id), "words": {"$ne": word}}
    return Change("notes", once, update, emits=(event,), follows=True)


@pytest.mark.parametrize("done_before", [(), (0,), (1,), (0, 1)], ids=str)
async def test_changes_that_follow_each_other_are_one_update_unless_some_were_done_before(database, done_before):
    event, other = noted(1), noted(2)
    store, counted = Store(database, PUBLISHER, NobodyListens()), Sizes(database)
    first = Work()
    for each in (event, other):
        first.create("notes", note_document(each), emits=[each])
    await store.write(store.prepared(first))
    changes = [said(event, "one", then="$version"), said(event, "two", then="$version"), said(other, "one", then=0)]
    for place in done_before:
        await store.write(store.prepared(Work(writes=[changes[place]])))

    batch = Store(counted, PUBLISHER, NobodyListens())
    await batch.write(batch.prepared(Work(writes=changes)))

    [note, alone] = await database["notes"].find().sort("number", 1).to_list(None)
    assert sorted(note["words"]) == ["one", "two"]
    assert (note["version"], alone["words"]) == (3, ["one"])
    assert [entry["sequence"] for entry in note["outbox"]] == [1, 2, 3]
    assert len({entry["event_id"] for entry in note["outbox"]}) == 3
    assert counted.sizes == ([2, 2] if done_before else [2])
    if not done_before:
        assert (note["words"], note["before"], note["last"]) == (["one", "two"], ["one"], 2)


class Counted:
    """A collection that says how often it was read."""

    def __init__(self, collection):
        self._collection = collection
        self.reads = 0

    def __getitem__(self, name):
        return self

    def find(self, *asked):
        self.reads += 1
        return self._collection.find(*asked)


async def test_what_is_looked_for_at_the_same_time_is_one_read_and_each_gets_its_own(database):
    await database["notes"].insert_many([{"_id": "a"}, {"_id": "b"}])
    counted = Counted(database["notes"])
    shared = SharedRead(counted, "notes")

    found = await asyncio.gather(*map(shared.by_id, ["b", "nothing", "a", "b"]))
    later = await shared.by_id("a")

    assert found == [{"_id": "b"}, None, {"_id": "a"}, {"_id": "b"}]
    assert (later, counted.reads) == ({"_id": "a"}, 2)
