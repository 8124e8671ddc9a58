"""Writes: each document carries its own outgoing events, and many writes share one round trip.

An aggregate is one document. Its `outbox` array holds the events still to be sent, in order; `outbox_bucket` says
which relay sends them; `outbox_since` is there only while some are waiting, and is what the relay's index is on.
"""

import asyncio
import operator
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol
from zlib import crc32

from opentelemetry import trace
from pydantic import BaseModel
from pymongo import InsertOne, ReturnDocument, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from runtime.errors import AlreadyThere, Overtaken, StoreAway, Transient
from runtime.events import Message, Publisher
from runtime.mongo import AWAY, Database, Document, store_errors, transaction
from runtime.pace import Pace
from runtime.telemetry import on_behalf_of

BUCKETS = 16
"""Fixed for a database: a document's bucket is stored with it."""

DUPLICATE_KEY = 11000

KEPT_TO_OURSELVES = ("outbox", "outbox_bucket", "outbox_since", "outbox_refused")
"""Fields of an aggregate that are the runtime's own."""


@dataclass(frozen=True, slots=True)
class Create:
    """A new aggregate and what it tells the world; there already means done already."""

    collection: str
    document: Document
    emits: tuple[BaseModel, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An update that does nothing the second time, by its own filter.

    With events to tell, it is a pipeline that itself raises `version` by their number.
    """

    collection: str
    where: Mapping[str, Any]
    update: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    emits: tuple[BaseModel, ...] = ()
    or_insert: bool = False
    """Whether the update makes the document if there is none; then its filter names nothing but the `_id`."""
    adds: bool = False
    """Whether it comes to the same when it is one update with others of the same document: filtered by the `_id`
    alone, with operators `$set` of fields that are its own, `$min`, `$inc` and `$setOnInsert`."""
    follows: bool = False
    """Whether it may be one update with others of the same document, one after the other, as long as the filters of
    all of them match before the first: a pipeline with the `_id` in its filter that makes no document."""


@dataclass(frozen=True, slots=True)
class Advance:
    """A step of a stored aggregate and what it tells the world; `where` must find it as it was read."""

    collection: str
    where: Mapping[str, Any]
    changes: Mapping[str, Any]
    removes: tuple[str, ...] = ()
    emits: tuple[BaseModel, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """One write ready to go: a new document, or a change."""

    collection: str
    document: Document | None
    change: Change | None
    must_match: bool = False
    """Whether a change that finds nothing means that somebody else was there first."""
    joined: "tuple[Prepared, ...]" = ()
    """The writes that this one stands for, in their order; nothing of them is done unless all can be."""


@dataclass(slots=True)
class Work:
    """What one message changes; the works of one batch are written together."""

    message: Message | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    writes: list[Create | Change | Advance] = field(default_factory=list)
    at_one_moment: bool = False
    """Whether all its writes take effect at one moment, or none does; costs a transaction."""

    def create(self, collection: str, document: Document, *, emits: Sequence[BaseModel] = ()) -> None:
        """Store a new aggregate under its deterministic `_id`, with the events that tell of it."""
        self.writes.append(Create(collection, document, tuple(emits)))

    def change(self, change: Change) -> None:
        """Update a stored document, guarded so that a replay changes nothing."""
        self.writes.append(change)

    def advance(
        self,
        collection: str,
        where: Mapping[str, Any],
        changes: Mapping[str, Any],
        *,
        removes: Sequence[str] = (),
        emits: Sequence[BaseModel] = (),
    ) -> None:
        """Change a stored aggregate and tell of it, at one moment with everything else in this work.

        When `where` finds nothing, nothing is written and the message is handled again: its handler must read what
        is stored, and must ask for nothing when the message has had its effect.
        """
        self.at_one_moment = True
        self.writes.append(Advance(collection, where, changes, tuple(removes), tuple(emits)))

    @property
    def emitted(self) -> list[BaseModel]:
        """All events told by this work, in order."""
        return [event for write in self.writes for event in write.emits]


class Outboxes(Protocol):
    """Who is told of documents that have events to send."""

    def offer(self, collection: str, documents: Sequence[Document]) -> None:
        """Take documents just stored, whose whole outbox is new."""


def bucket_of(key: str) -> int:
    """Give the bucket of an aggregate: the same for every process and every day."""
    return crc32(key.encode()) % BUCKETS


def with_outbox(document: Document, entries: list[Document], now: datetime) -> Document:
    """Give a new aggregate its outbox, which may be empty until it has something to tell."""
    waiting = {"outbox_since": now} if entries else {}
    return {**document, "outbox": entries, "outbox_bucket": bucket_of(str(document["_id"])), **waiting}


class Store:
    """One service's aggregates."""

    def __init__(self, database: Database, publisher: Publisher, outboxes: Outboxes) -> None:
        self.database = database
        self._publisher = publisher
        self._outboxes = outboxes

    def document(self, create: Create) -> Document:
        """Make the whole document of a new aggregate, its events written down with it."""
        if not create.emits and "version" not in create.document:  # not an aggregate: it will never tell anything
            return create.document
        now = datetime.now(UTC)
        first = int(create.document["version"])
        last = first + max(len(create.emits) - 1, 0)  # `advance` numbers on from here
        document = {**create.document, "version": last}
        return with_outbox(document, self._publisher.entries(create.emits, first, now), now)

    async def advance(
        self,
        collection: str,
        where: Mapping[str, Any],
        changes: Mapping[str, Any],
        *,
        removes: Sequence[str] = (),
        emits: Sequence[BaseModel],
    ) -> Document | None:
        """Change one stored aggregate and tell of it, in one write; None when nothing matched `where`.

        Gives the document as it is afterwards. The version rises by the number of events, and numbers them.
        """
        update = self._advancing(changes, removes, emits)
        with store_errors():
            after = await self.database[collection].find_one_and_update(
                where, update, return_document=ReturnDocument.AFTER
            )
        if after is not None:
            self._outboxes.offer(collection, [after])
        return after

    def _advancing(
        self, changes: Mapping[str, Any], removes: Sequence[str], emits: Sequence[BaseModel]
    ) -> list[Document]:
        """Make the update that changes an aggregate and adds events to its outbox, numbered on from its version."""
        update = {
            **{name: {"$literal": value} for name, value in changes.items()},
            **dict.fromkeys(removes, "$$REMOVE"),
            "version": {"$add": ["$version", len(emits)]},
        }
        return [{"$set": update}, *self._telling(emits)]

    def _telling(self, emits: Sequence[BaseModel]) -> list[Document]:
        """Make the stage that adds events to an outbox, the last one numbered with the version reached before it."""
        if not emits:  # the mark is what relays look for: without anything to send it would be found for ever
            return []
        entries = [
            {"$mergeObjects": [{"$literal": entry}, {"sequence": {"$add": ["$version", entry["sequence"]]}}]}
            for entry in self._publisher.entries(emits, 1 - len(emits), datetime.now(UTC))
        ]
        waiting = {"$ifNull": ["$outbox_since", "$$NOW"]}
        return [{"$set": {"outbox": {"$concatArrays": ["$outbox", entries]}, "outbox_since": waiting}}]

    async def write(self, prepared: Sequence[Prepared]) -> None:
        """Write operations together, one unordered batch a collection; what is there already stays as it is."""
        batches: dict[str, list[Prepared]] = defaultdict(list)
        for operation in _as_one(prepared):
            batches[operation.collection].append(operation)
        for collection, operations in batches.items():
            await self._write_all(collection, operations)

    async def _write_all(self, collection: str, operations: Sequence[Prepared]) -> None:
        refused = await self._write_batch(collection, operations)
        for at, error in refused.items():
            if error["code"] != DUPLICATE_KEY or tuple(error["keyPattern"]) != ("_id",):
                raise _refusal(collection, error)
            if operations[at].document is None:  # two made it at once, and this one's change is not in it
                raise Overtaken("it is there already")

    async def write_at_one_moment(self, prepared: Sequence[Prepared]) -> None:
        """Write operations in their order, all or none; raises `Overtaken` when something is not as it was read."""
        stored: dict[str, list[Document]] = defaultdict(list)
        with store_errors():
            async with transaction(self.database) as session:
                for operation in prepared:
                    document = await self._write_one(operation, session)
                    if document is not None and document.get("outbox"):
                        stored[operation.collection].append(document)
        for collection, documents in stored.items():
            self._outboxes.offer(collection, documents)

    async def _write_one(self, prepared: Prepared, session: AsyncClientSession) -> Document | None:
        """Write one operation of a transaction, and give the document as it is then."""
        collection = self.database[prepared.collection]
        try:
            if prepared.document is not None:
                await collection.insert_one(prepared.document, session=session)
                return prepared.document
            change = prepared.change
            assert change is not None
            after = await collection.find_one_and_update(
                change.where,
                change.update,
                upsert=change.or_insert,
                return_document=ReturnDocument.AFTER,
                session=session,
            )
        except DuplicateKeyError as exc:
            index = tuple((exc.details or {})["keyPattern"])
            # The transaction is lost with it, so what is there already cannot be passed over as in a batch.
            raise (Overtaken("it is there already") if index == ("_id",) else AlreadyThere(index)) from None
        if after is None and prepared.must_match:
            raise Overtaken("it is not as it was read")
        return after

    async def _write_batch(self, collection: str, batch: Sequence[Prepared]) -> dict[int, Document]:
        """Write one batch, tell the relay what is new, and give what was refused by its place in the batch."""
        refused: dict[int, Document] = {}
        with store_errors():
            try:
                unmatched = await self._send(collection, batch)
            except BulkWriteError as exc:
                if exc.details.get("writeConcernErrors"):
                    raise StoreAway("the write is not durable yet") from None
                refused = {error["index"]: error for error in exc.details["writeErrors"]}
                if any(error["code"] in AWAY for error in refused.values()):
                    raise StoreAway("the write was interrupted") from None
                unmatched = True
        apart = [one for prepared in batch for one in prepared.joined] if unmatched else []
        if apart:  # one of them was perhaps done before, and the others not: each is guarded by its own filter
            await self._write_all(collection, apart)
        fresh = [
            prepared.document
            for at, prepared in enumerate(batch)
            if at not in refused and prepared.document is not None and prepared.document.get("outbox")
        ]
        if fresh:
            self._outboxes.offer(collection, fresh)
        return refused

    async def _send(self, collection: str, batch: Sequence[Prepared]) -> bool:
        """Send one batch; true if some change found nothing to change."""
        documents = [prepared.document for prepared in batch if prepared.document is not None]
        if len(documents) == len(batch):
            await self.database[collection].insert_many(documents, ordered=False)
            return False
        operations: list[InsertOne[Document] | UpdateOne] = [
            InsertOne(prepared.document) if prepared.document is not None else _update(prepared.change)
            for prepared in batch
        ]
        done = await self.database[collection].bulk_write(operations, ordered=False)
        return done.matched_count + done.upserted_count < len(batch) - len(documents)

    def prepared(self, work: Work) -> list[Prepared]:
        """Turn a work into operations, its events written down in the current trace."""
        return [self._prepared(write) for write in work.writes]

    def _told(self, change: Change) -> Change:
        return replace(change, update=[*change.update, *self._telling(change.emits)], emits=())

    def _prepared(self, write: Create | Change | Advance) -> Prepared:
        if isinstance(write, Create):
            return Prepared(write.collection, self.document(write), None)
        if isinstance(write, Change):
            return Prepared(write.collection, None, self._told(write) if write.emits else write)
        update = self._advancing(write.changes, write.removes, write.emits)
        return Prepared(write.collection, None, Change(write.collection, write.where, update), must_match=True)


def _as_one(prepared: Sequence[Prepared]) -> list[Prepared]:
    """Make one update of those that add to the same document, and of those that can follow each other there."""
    found: dict[tuple[Any, ...], Prepared] = {}
    for place, operation in enumerate(prepared):
        change = operation.change
        if change is None or not (change.adds or change.follows):
            found[(place,)] = operation
            continue
        key = operation.collection, change.where["_id"], change.adds
        earlier = found.get(key)
        found[key] = operation if earlier is None else _joined(earlier, operation)
    return list(found.values())


def _joined(earlier: Prepared, operation: Prepared) -> Prepared:
    one, other = earlier.change, operation.change
    assert one is not None
    assert other is not None
    if one.adds:
        return replace(earlier, change=_both(one, other))
    joined = (*(earlier.joined or (earlier,)), operation)
    where = {"_id": one.where["_id"], "$and": [each.change.where for each in joined if each.change is not None]}
    update = [*one.update, *other.update]
    return replace(earlier, change=replace(one, where=where, update=update), joined=joined)


_JOINED: Mapping[str, Callable[[Any, Any], Any]] = {
    "$set": lambda _, later: later,
    "$min": min,
    "$inc": operator.add,
    "$setOnInsert": lambda first, _: first,
}


def _both(one: Change, other: Change) -> Change:
    assert isinstance(one.update, Mapping)
    assert isinstance(other.update, Mapping)
    update: dict[str, Any] = {name: dict(fields) for name, fields in one.update.items()}
    for name, fields in other.update.items():
        known = update.setdefault(name, {})
        for field_, value in fields.items():
            known[field_] = _JOINED[name](known[field_], value) if field_ in known else value
    return replace(one, update=update)


def _update(change: Change | None) -> UpdateOne:
    assert change is not None
    return UpdateOne(change.where, change.update, upsert=change.or_insert)


class RefusedByStore(Exception):
    """The database refused a document for a reason of its own; names the code only."""

    def __init__(self, collection: str, code: int) -> None:
        super().__init__(f"{collection} refused a write with {code}")


def _refusal(collection: str, error: Document) -> Exception:
    if error["code"] == DUPLICATE_KEY:
        return AlreadyThere(tuple(error["keyPattern"]))
    return RefusedByStore(collection, error["code"])


Asked = tuple[Prepared, "asyncio.Future[None]", trace.Span]

Wanted = tuple[Any, "asyncio.Future[Document | None]", trace.Span]


class SharedInsert:
    """Inserts that wait at the same time go as one; each caller is answered for its own document."""

    def __init__(self, store: Store, collection: str, *, most: int = 200) -> None:
        self._store = store
        self._collection = collection
        self._most = most
        self._pace = Pace()
        self._waiting: list[Asked] = []
        self._writer: asyncio.Task[None] | None = None

    async def insert(self, document: Document) -> None:
        """Store a document durably; raises `AlreadyThere` naming the unique index, or `StoreAway`."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Prepared(self._collection, document, None), answer, trace.get_current_span()))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_waiting())
        await answer

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                await self._pace.next()
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                self._pace.took(len(batch))
                with on_behalf_of([span for _, _, span in batch]):
                    await self._write(batch)
        finally:
            self._writer = None

    async def _write(self, batch: Sequence[Asked]) -> None:
        try:
            refused = await self._store._write_batch(self._collection, [prepared for prepared, _, _ in batch])
        except Exception as exc:
            if len(batch) > 1 and not isinstance(exc, Transient):
                for waiting in batch:  # find the one that the others failed with
                    await self._write([waiting])
                return
            for _, answer, _ in batch:
                _settle(answer, exc)
            return
        for at, (_, answer, _) in enumerate(batch):
            _settle(answer, _refusal(self._collection, refused[at]) if at in refused else None)


class SharedRead:
    """Finds documents by their `_id`; what is asked for in the same turn of the loop is read as one."""

    def __init__(self, database: Database, collection: str) -> None:
        self._documents = database[collection]
        self._wanted: list[Wanted] = []
        self._reads: set[asyncio.Task[None]] = set()

    def by_id(self, id_: Any) -> "asyncio.Future[Document | None]":
        """Begin to find a document as it is from now on, also if nobody waits; the answer may raise `StoreAway`."""
        answer: asyncio.Future[Document | None] = asyncio.get_running_loop().create_future()
        if not self._wanted:
            reading = asyncio.create_task(self._read_wanted())
            self._reads.add(reading)
            reading.add_done_callback(self._reads.discard)
        self._wanted.append((id_, answer, trace.get_current_span()))
        return answer

    async def _read_wanted(self) -> None:
        wanted, self._wanted = self._wanted, []
        try:
            with on_behalf_of([span for _, _, span in wanted]), store_errors():
                rows = self._documents.find({"_id": {"$in": [id_ for id_, _, _ in wanted]}})
                found = {row["_id"]: row for row in await rows.to_list(None)}
        except Exception as exc:
            for _, answer, _ in wanted:
                _settle(answer, exc)
        else:
            for id_, answer, _ in wanted:
                _settle(answer, None, found.get(id_))


def _settle(answer: "asyncio.Future[Any]", error: Exception | None, result: Any = None) -> None:
    if answer.done():  # the caller has gone away
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
