"""The one place that opens MongoDB, through Motor; the day Motor ends, one line here changes.

Everything else is written against the calls that Motor and PyMongo's own asynchronous client share.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from inspect import isawaitable
from typing import Any, cast

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    PyMongoError,
    WaitQueueTimeoutError,
    WriteConcernError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from runtime.errors import Overtaken, StoreAway
from runtime.settings import MongoSettings

Document = dict[str, Any]
Database = AsyncDatabase[Document]

DURABLE = WriteConcern(w="majority", j=True)
"""Said explicitly for everything: an acknowledged write is in the journal of most members."""

MAJORITY = ReadConcern("majority")
"""A relay never publishes what a failover could roll back."""

ONE_MOMENT = ReadConcern("snapshot")
"""A transaction sees everything as it was at one moment."""

UNREACHABLE = (6, 7, 89, 91, 189, 202, 9001, 10107, 11600, 11602, 13435, 13436)
TOO_BUSY = (24, 50, 112, 175, 262, 264, 365, 11601)
BEGUN_ANEW = (43, 133, 134)
"""A member that was away: it knows the cursor no more, or cannot promise a majority yet."""
DISK_FULL = (14031,)
AWAY = frozenset((*UNREACHABLE, *TOO_BUSY, *BEGUN_ANEW, *DISK_FULL))
"""Codes of what passes, said of an operation or of one write of a batch."""

NOT_NOW = ("RetryableWriteError", "UnknownTransactionCommitResult")
"""Labels of an answer that leaves open whether the write was done."""


@asynccontextmanager
async def open_database(settings: MongoSettings, name: str) -> AsyncIterator[Database]:
    """Open one service's database with durable writes and majority reads."""
    client: Any = AsyncIOMotorClient(settings.uri, **client_options(settings))
    try:
        yield durable_database(client, settings.database_prefix + name)
    finally:
        client.close()


def client_options(settings: MongoSettings) -> dict[str, Any]:
    """Give the client's options, the same for Motor and for PyMongo."""
    return {
        "retryWrites": True,
        "serverSelectionTimeoutMS": settings.server_selection_timeout_ms,
        "timeoutMS": settings.timeout_ms,
        "connectTimeoutMS": settings.server_selection_timeout_ms,
        "maxPoolSize": 20,
    }


def durable_database(client: Any, name: str) -> Database:
    """Take a database from either client with the concerns and types that we rely on."""
    codec: CodecOptions[Mapping[str, Any]] = CodecOptions(tz_aware=True, uuid_representation=4)
    return cast(Database, client.get_database(name, codec_options=codec, write_concern=DURABLE, read_concern=MAJORITY))


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncClientSession]:
    """Make what is written in this session durable at one moment, or not at all if an error leaves the block.

    Here the two clients differ: what one of them gives at once, the other gives when awaited.
    """
    async with (
        await _given(database.client.start_session()) as session,
        await _given(session.start_transaction(read_concern=ONE_MOMENT, write_concern=DURABLE)),
    ):
        yield session


async def aggregated(
    collection: AsyncCollection[Document], pipeline: Sequence[Mapping[str, Any]], **options: Any
) -> AsyncIterator[Document]:
    """Give the rows of an aggregation as they come; here the two clients differ in the same way."""
    with store_errors():
        async for row in await _given(collection.aggregate(pipeline, **options)):
            yield row


async def _given(something: Any) -> Any:
    return await something if isawaitable(something) else something


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn what the driver says when the database is away into `StoreAway`, and a lost race into `Overtaken`."""
    try:
        yield
    except (
        ConnectionFailure,
        ExecutionTimeout,
        NotPrimaryError,
        WriteConcernError,
        WaitQueueTimeoutError,
    ) as exc:
        raise StoreAway(type(exc).__name__) from exc
    except PyMongoError as exc:
        if exc.timeout or any(map(exc.has_error_label, NOT_NOW)):
            raise StoreAway(type(exc).__name__) from exc
        if exc.has_error_label("TransientTransactionError"):
            raise Overtaken(type(exc).__name__) from exc
        if getattr(exc, "code", None) in AWAY:
            raise StoreAway(type(exc).__name__) from exc
        raise
