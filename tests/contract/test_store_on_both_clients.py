"""What we rely on in the store, the leases and the relay, held against Motor and against PyMongo's own client."""

import ast
import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient
from pymongo.errors import WriteError
from pymongo.monitoring import CommandListener

from runtime.errors import AlreadyThere, Overtaken, StoreAway
from runtime.leases import BucketLeases
from runtime.mongo import DISK_FULL, aggregated, client_options, durable_database, store_errors
from runtime.relay import Relay
from runtime.settings import MongoSettings
from runtime.store import BUCKETS, Change, RefusedByStore, SharedInsert, Store, Work
from tests.support.noted import PUBLISHER, note_document, noted
from tests.support.waiting import until

CHECKOUT = Path(__file__).resolve().parents[2]
CLIENTS = {"motor": AsyncIOMotorClient, "pymongo": AsyncMongoClient}
SECRET = "Ivana Horvat"


class Overheard(CommandListener):
    """Remembers the commands that a client sent."""

    def __init__(self):
        self.commands = []

    def started(self, event):
        self.commands.append((event.command_name, dict(event.command)))

    def succeeded(self, event):
        """Nothing to remember."""

    def failed(self, event):
        """Nothing to remember."""

    def writes(self):
        names = ("insert", "update", "delete", "findAndModify")
        return [(name, command) for name, command in self.commands if name in names]


class Told:
    """Remembers which documents it was told of."""

    def __init__(self):
        self.documents = []

    def offer(self, collection, documents):
        self.documents += documents


class TakesAll:
    """A producer that acknowledges everything."""

    def __init__(self):
        self.records = []

    async def publish(self, records, *, largest=0):
        self.records += records
        return [None] * len(records)


@pytest.fixture(params=CLIENTS)
async def opened(request, mongo_settings):
    """A database opened through one of the clients, and what that client sends."""
    overheard = Overheard()
    client = CLIENTS[request.param](mongo_settings.uri, **client_options(mongo_settings), event_listeners=[overheard])
    database = durable_database(client, mongo_settings.database_prefix + "contract")
    yield database, overheard
    await database.client.drop_database(database.name)
    closing = client.close()
    if closing is not None:
        await closing


@pytest.fixture
def database(opened):
    return opened[0]


@pytest.fixture
def overheard(opened):
    return opened[1]


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def store(database, told):
    return Store(database, PUBLISHER, told)


def work_of(*events, **more):
    work = Work()
    for event in events:
        work.create("notes", note_document(event, **more), emits=[event])
    return work


async def write(store, *events, **more):
    await store.write(store.prepared(work_of(*events, **more)))


async def test_the_rows_of_an_aggregation_come_one_by_one(store, database):
    await write(store, *(noted(number) for number in (3, 1, 2)))

    rows = [row async for row in aggregated(database["notes"], [{"$sort": {"number": 1}}, {"$project": {"number": 1}}])]

    assert [row["number"] for row in rows] == [1, 2, 3]


async def all_of(database, collection="notes"):
    return [document async for document in database[collection].find().sort("_id", 1)]


async def test_a_new_document_carries_its_events_in_the_same_write(database, store, told, overheard):
    event = noted(7)

    await write(store, event)

    [document] = await all_of(database)
    [entry] = document["outbox"]
    assert (entry["type"], entry["sequence"]) == (event.type, 1)
    assert bytes(entry["body"]) == event.model_dump_json().encode()
    assert document["outbox_since"].tzinfo is not None
    assert [told_of["_id"] for told_of in told.documents] == [str(event.note_id)]
    assert [name for name, _ in overheard.writes()] == ["insert"]


async def test_an_event_is_the_same_from_memory_and_from_the_database(database, store, told):
    await write(store, noted())

    [stored] = await all_of(database)
    [handed] = told.documents
    assert stored["outbox"] == handed["outbox"]


async def test_a_document_that_is_there_already_stays_as_it_is_and_tells_nothing_again(database, store, told):
    event = noted(1)
    await write(store, event)
    before = await all_of(database)

    await write(store, event.model_copy(update={"number": 2}), noted(3))

    after = await all_of(database)
    assert before[0] in after
    assert len(after) == 2
    assert len(told.documents) == 2


async def test_a_document_that_another_unique_index_refuses_is_an_error_that_names_the_index(database, store, told):
    await database["notes"].create_index([("place", 1)], unique=True)
    await write(store, noted(1), place=SECRET)

    with pytest.raises(AlreadyThere) as refused:
        await write(store, noted(2), place=SECRET)

    assert refused.value.index == ("place",)
    assert SECRET not in str(refused.value)
    assert len(told.documents) == 1


async def test_a_document_that_the_database_refuses_does_not_take_the_others_of_its_batch_with_it(database, store):
    await database.create_collection("notes", validator={"number": {"$lt": 10}})

    with pytest.raises(RefusedByStore) as refused:
        await write(store, noted(1), noted(99, text=SECRET), noted(2))

    assert sorted(document["number"] for document in await all_of(database)) == [1, 2]
    assert SECRET not in str(refused.value)


async def test_changes_and_new_documents_of_many_works_go_as_one_command_of_each_kind(database, store, overheard):
    event = noted(1)
    await write(store, event)
    overheard.commands.clear()
    work = work_of(noted(2), noted(3))
    work.change(Change("notes", {"_id": str(event.note_id), "number": 1}, {"$set": {"number": 10}}))

    await store.write(store.prepared(work))
    await store.write(store.prepared(work))

    assert sorted(document["number"] for document in await all_of(database)) == [2, 3, 10]
    assert len(overheard.writes()) <= 4


async def test_fifty_inserts_at_once_share_a_few_writes_and_each_gets_its_own_answer(database, store, overheard):
    await database["notes"].create_index([("key", 1)], unique=True)
    overheard.commands.clear()
    shared = SharedInsert(store, "notes")
    documents = [note_document(noted(number), key=number // 2) for number in range(50)]

    answers = await asyncio.gather(*(shared.insert(document) for document in documents), return_exceptions=True)

    for pair in range(25):
        refusals = [answer for answer in answers[2 * pair : 2 * pair + 2] if answer is not None]
        assert [refusal.index for refusal in refusals] == [("key",)]
    stored = {document["_id"] for document in await all_of(database)}
    assert stored == {d["_id"] for d, answer in zip(documents, answers, strict=True) if answer is None}
    assert len(overheard.writes()) <= 3


async def test_a_document_that_cannot_be_written_fails_alone_among_fifty(database, store):
    shared = SharedInsert(store, "notes")
    documents = [note_document(noted(number)) for number in range(50)]
    documents[20]["number"] = 2**70
    documents[30]["text"] = "\ud800"

    answers = await asyncio.gather(*(shared.insert(document) for document in documents), return_exceptions=True)

    assert [at for at, answer in enumerate(answers) if answer is not None] == [20, 30]
    assert len(await all_of(database)) == 48


async def test_a_caller_that_goes_away_while_its_insert_waits_disturbs_nobody(database, store):
    shared = SharedInsert(store, "notes")
    gone = asyncio.create_task(shared.insert(note_document(noted(1))))
    await asyncio.sleep(0)
    gone.cancel()

    await shared.insert(note_document(noted(2)))

    assert 2 in [document["number"] for document in await all_of(database)]


async def test_advancing_numbers_the_events_on_from_the_version_and_keeps_what_still_waits(database, store, told):
    event = noted(1)
    await write(store, event)
    where = {"_id": str(event.note_id), "number": 1}

    after = await store.advance("notes", where, {"number": 2, "place": "$number"}, emits=[event, event])

    assert after == (await all_of(database))[0]
    assert after["version"] == 3
    assert [entry["sequence"] for entry in after["outbox"]] == [1, 2, 3]
    assert after["place"] == "$number", "a value that looks like an expression is still a value"
    assert len({entry["event_id"] for entry in after["outbox"]}) == 3
    assert told.documents[-1] == after


async def test_a_document_that_began_with_two_events_goes_on_with_the_third(database, store):
    event = noted(1)
    work = Work()
    work.create("notes", note_document(event), emits=[event, event])
    await store.write(store.prepared(work))

    after = await store.advance("notes", {"_id": str(event.note_id)}, {}, emits=[event])

    assert [entry["sequence"] for entry in after["outbox"]] == [1, 2, 3]


async def test_advancing_what_is_not_as_expected_changes_and_tells_nothing(database, store, told):
    event = noted(1)
    await write(store, event)
    before = await all_of(database)

    assert await store.advance("notes", {"_id": str(event.note_id), "number": 5}, {"number": 6}, emits=[event]) is None

    assert await all_of(database) == before
    assert len(told.documents) == 1


async def test_a_change_can_tell_of_itself_and_its_replay_tells_nothing(database, store):
    event = noted(1)
    await write(store, event)
    once = {"_id": str(event.note_id), "number": 1}
    change = Change(
        "notes", once, [{"$set": {"number": 2, "version": {"$add": ["$version", 2]}}}], emits=(event, event)
    )

    for _ in range(2):
        await store.write(store.prepared(Work(writes=[change])))

    [after] = await all_of(database)
    assert (after["number"], after["version"]) == (2, 3)
    assert [entry["sequence"] for entry in after["outbox"]] == [1, 2, 3]
    assert after["outbox_since"] is not None


async def test_of_many_that_advance_from_the_same_state_one_wins(store):
    event = noted(0)
    await write(store, event)
    where = {"_id": str(event.note_id), "version": 1}

    answers = await asyncio.gather(
        *(store.advance("notes", where, {"number": number}, emits=[event]) for number in range(10))
    )

    assert len([answer for answer in answers if answer is not None]) == 1


async def test_a_document_that_began_with_nothing_to_tell_can_tell_something_later(database, store, told):
    event = noted(1)
    work = Work()
    work.create("notes", note_document(event))
    await store.write(store.prepared(work))
    assert not told.documents
    assert "outbox_since" not in (await all_of(database))[0]

    after = await store.advance("notes", {"_id": str(event.note_id)}, {"number": 2}, emits=[event])

    assert [entry["sequence"] for entry in after["outbox"]] == [2]
    assert 0 <= after["outbox_bucket"] < BUCKETS
    assert after["outbox_since"] is not None


async def test_advancing_can_take_a_field_away(store):
    event = noted(1)
    await write(store, event, claim="mine")

    after = await store.advance("notes", {"_id": str(event.note_id)}, {}, removes=["claim"], emits=[])

    assert "claim" not in after
    assert after["version"] == 1


async def test_advancing_with_nothing_to_tell_leaves_nothing_for_a_relay_to_look_for(database, store):
    event = noted(1)
    await write(store, event)
    await database["notes"].update_one({}, {"$set": {"outbox": []}, "$unset": {"outbox_since": ""}})

    after = await store.advance("notes", {"_id": str(event.note_id)}, {"number": 2}, emits=[])

    assert "outbox_since" not in after
    assert after["outbox"] == []


def moved(old, new, *, where=None, **more):
    """A work that takes a note from one place and puts another one somewhere else."""
    work = Work()
    work.advance("notes", where or {"_id": str(old.note_id), "version": 1}, {"state": "closed"}, emits=[old])
    work.create("notes", note_document(new, **more), emits=[new])
    return work


async def test_what_is_written_at_one_moment_is_there_whole_with_its_events(database, store, told):
    old, new = noted(1), noted(2)
    await write(store, old)
    told.documents.clear()

    await store.write_at_one_moment(store.prepared(moved(old, new)))

    closed, opened = sorted(await all_of(database), key=lambda document: document["number"])
    assert (closed["state"], closed["version"], opened["version"]) == ("closed", 2, 1)
    assert [entry["sequence"] for entry in closed["outbox"]] == [1, 2]
    assert [entry["sequence"] for entry in opened["outbox"]] == [1]
    assert [document["outbox"] for document in told.documents] == [closed["outbox"], opened["outbox"]]


async def test_what_is_not_as_it_was_read_stops_everything_that_was_to_be_at_one_moment(database, store, told):
    old, new = noted(1), noted(2)
    await write(store, old)
    before = await all_of(database)
    work = Work()
    work.create("notes", note_document(new), emits=[new])
    work.advance("notes", {"_id": str(old.note_id), "version": 7}, {"state": "closed"}, emits=[old])

    with pytest.raises(Overtaken):
        await store.write_at_one_moment(store.prepared(work))

    assert await all_of(database) == before
    assert len(told.documents) == 1


async def test_what_is_there_already_stops_everything_that_was_to_be_at_one_moment(database, store):
    old, new = noted(1), noted(2)
    await write(store, old, new)
    before = await all_of(database)

    with pytest.raises(Overtaken):
        await store.write_at_one_moment(store.prepared(moved(old, new)))

    assert await all_of(database) == before


async def test_another_unique_index_that_refuses_at_one_moment_is_an_error_that_names_the_index(database, store):
    await database["notes"].create_index([("place", 1)], unique=True)
    old, new = noted(1), noted(2)
    await write(store, old, place=SECRET)
    before = await all_of(database)

    with pytest.raises(AlreadyThere) as refused:
        await store.write_at_one_moment(store.prepared(moved(old, new, place=SECRET)))

    assert refused.value.index == ("place",)
    assert SECRET not in str(refused.value)
    assert await all_of(database) == before


async def test_of_many_moves_from_the_same_state_one_is_done_and_the_others_are_overtaken(database, store, told):
    old = noted(0)
    await write(store, old)
    moves = [store.prepared(moved(old, noted(number))) for number in range(1, 9)]

    answers = await asyncio.gather(*(store.write_at_one_moment(each) for each in moves), return_exceptions=True)

    assert sorted(str(type(answer).__name__) for answer in answers) == ["NoneType"] + 7 * ["Overtaken"]
    assert len(await all_of(database)) == 2
    assert len(told.documents) == 3


async def test_a_change_at_one_moment_may_find_nothing_to_do(database, store):
    old, new = noted(1), noted(2)
    await write(store, old)
    work = moved(old, new)
    work.change(Change("notes", {"_id": "nobody"}, {"$set": {"number": 10}}))

    await store.write_at_one_moment(store.prepared(work))

    assert sorted(document["number"] for document in await all_of(database)) == [1, 2]


async def test_a_change_can_make_its_document_together_with_others_or_at_one_moment(database, store):
    work, alone = Work(), Work(at_one_moment=True)
    for number in (1, 2):
        work.change(Change("notes", {"_id": "one"}, {"$inc": {"seen": number}}, or_insert=True))
    alone.change(Change("notes", {"_id": "two"}, {"$inc": {"seen": 5}}, or_insert=True))
    await store.write(store.prepared(work))
    await store.write_at_one_moment(store.prepared(alone))

    assert await all_of(database) == [{"_id": "one", "seen": 3}, {"_id": "two", "seen": 5}]


async def test_every_write_says_majority_and_journal(database, store, overheard):
    leases = BucketLeases(database, "one")
    relay = Relay(database, TakesAll(), collections=["notes"], owner="two")
    event = noted()

    await leases.prepare()
    await leases.renew()
    await leases.give_up()
    await write(store, event)
    await SharedInsert(store, "notes").insert(note_document(noted()))
    await store.advance("notes", {"_id": str(event.note_id)}, {"number": 1}, emits=[event])
    await relay.prepare()
    await relay._leases.renew()
    assert await relay._send_some()

    assert {name for name, _ in overheard.writes()} == {"insert", "update", "delete", "findAndModify"}
    for _, command in overheard.writes():
        assert command["writeConcern"] == {"w": "majority", "j": True}
    for name, command in overheard.commands:
        if name in ("find", "aggregate", "count"):
            assert command["readConcern"]["level"] == "majority"
    overheard.commands.clear()
    await store.write_at_one_moment(store.prepared(moved(event, noted(), where={"_id": str(event.note_id)})))
    assert [name for name, _ in overheard.commands] == ["findAndModify", "insert", "commitTransaction"]
    assert overheard.commands[0][1]["readConcern"]["level"] == "snapshot"
    assert overheard.commands[-1][1]["writeConcern"] == {"w": "majority", "j": True}


async def test_two_relays_share_the_buckets_and_never_hold_the_same_one(database):
    one, two = (BucketLeases(database, owner, lease=timedelta(seconds=30)) for owner in ("one", "two"))
    await asyncio.gather(one.prepare(), two.prepare())

    await one.renew()
    assert len(one.held) == BUCKETS
    await two.renew()
    assert not two.held
    assert two.none_left
    await one.renew()
    await two.renew()

    assert not one.held & two.held
    assert len(one.held) == len(two.held) == BUCKETS // 2


async def test_buckets_given_up_are_taken_at_once_and_abandoned_ones_when_their_lease_ends(database):
    one = BucketLeases(database, "one", lease=timedelta(seconds=1))
    two = BucketLeases(database, "two", lease=timedelta(seconds=30))
    await one.prepare()
    await one.renew()

    async def takes_over():
        await two.renew()
        return len(two.held) == BUCKETS

    await until(takes_over)
    assert not one.held, "a relay must know by itself that its lease may have ended"
    await two.give_up()
    await one.renew()
    assert len(one.held) == BUCKETS


async def test_a_relay_sends_what_waits_and_removes_only_what_was_sent(database, store):
    producer = TakesAll()
    relay = Relay(database, producer, collections=["notes"], owner="one", topic_prefix="p.")
    await relay.prepare()
    event = noted(1)
    await write(store, event)
    running = asyncio.create_task(relay.run())

    async def nothing_waits():
        return not (await all_of(database))[0]["outbox"]

    await until(nothing_waits)
    await relay.stop()
    await running

    [sent] = producer.records
    assert (sent.topic, sent.key, sent.value) == (
        "p.notes",
        str(event.note_id).encode(),
        event.model_dump_json().encode(),
    )
    [document] = await all_of(database)
    assert "outbox_since" not in document
    assert (document["version"], document["number"]) == (1, 1)
    leases = [lease async for lease in database["relay_leases"].find({"owner": "one"})]
    assert not leases, "a relay that stops gives its buckets back"


@pytest.mark.parametrize("kind", CLIENTS)
async def test_a_database_that_is_away_is_said_to_be_away_and_soon(kind):
    settings = MongoSettings(
        uri="mongodb://127.0.0.1:9/?replicaSet=rs0", server_selection_timeout_ms=200, timeout_ms=500
    )
    client = CLIENTS[kind](settings.uri, **client_options(settings))
    store = Store(durable_database(client, "away"), PUBLISHER, Told())
    leases = BucketLeases(store.database, "one")
    began = datetime.now(UTC)

    for attempt in (
        write(store, noted()),
        SharedInsert(store, "notes").insert(note_document(noted())),
        store.advance("notes", {"_id": str(uuid4())}, {"number": 1}, emits=[]),
        store.write_at_one_moment(store.prepared(moved(noted(), noted()))),
        leases.renew(),
        leases.prepare(),
    ):
        with pytest.raises(StoreAway):
            await attempt

    assert datetime.now(UTC) - began < timedelta(seconds=5)
    closing = client.close()
    if closing is not None:
        await closing


async def test_a_cursor_that_the_server_knows_no_more_is_an_absence(database, store):
    await write(store, *(noted() for _ in range(5)))
    cursor = database["notes"].find(batch_size=2)
    async for _ in cursor:
        break
    await database.command("killCursors", "notes", cursors=[cursor.cursor_id])  # as its restart would

    with pytest.raises(StoreAway), store_errors():
        await cursor.to_list(None)


@pytest.mark.parametrize("code", sorted(DISK_FULL))
def test_a_server_without_room_on_its_disk_is_an_absence(code):
    with pytest.raises(StoreAway), store_errors():
        raise WriteError("there is no room", code)


async def test_a_write_that_is_a_mistake_of_ours_is_not_taken_for_an_absence(database):
    with pytest.raises(Exception, match="unknown") as mistake, store_errors():
        await database.command({"unknownCommand": 1})
    assert not isinstance(mistake.value, StoreAway)


def test_motor_is_imported_in_one_module_only():
    rooms = ("runtime", "services", "schemas", "deploy")
    importers = set()
    for path in (path for room in rooms for path in (CHECKOUT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "motor" for name in names):
                importers.add(path.relative_to(CHECKOUT).as_posix())

    assert importers == {"runtime/mongo.py"}
