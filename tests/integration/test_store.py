"""Writes and reads that share a round trip, on a real MongoDB."""

import asyncio
from dataclasses import replace

from runtime.store import Change, SharedRead, Store, Work
from tests.support.noted import PUBLISHER
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
