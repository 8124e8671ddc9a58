"""The floor: the same durable steps with nothing of ours between, as three processes like our services.

`python -m tests.bench.floor intake|decide|queue`. Insert, send, consume, insert, send, consume, insert: every
insert is acknowledged by a majority's journal, every record by all replicas, before the step is called done;
offsets are committed after effects. There is no validation, no encryption, no outbox, no order for a key, no
retry, no span and no log: a crash between insert and send loses the event, so this is no system to run.
"""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import uvicorn
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.write_concern import WriteConcern

REFERRALS, DECISIONS = "floor.referrals", "floor.decisions"
INTAKE, ROUTING, QUEUE = "floor_intake", "floor_routing", "floor_queue"
OFFICE = "SAC-BOS"

EVENT_BYTES = 700
"""Of the body that travels on: about what our own event has."""

MOST = 500
SECONDS_BETWEEN_COMMITS = 0.5

Document = dict[str, Any]
Message = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """Which of the three this is, and where its systems are."""

    role: str
    mongo: str
    kafka: str
    port: int
    shared: bool


def main() -> None:
    """Run one of the three until ended."""
    parser = argparse.ArgumentParser(description="The bench's floor.")
    parser.add_argument("role", choices=("intake", "decide", "queue"))
    parser.add_argument("--mongo", required=True)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--shared", action="store_true", help="POSTs that wait at the same time share one insert")
    settings = Settings(**vars(parser.parse_args()))
    uvloop.run({"intake": intake, "decide": decide, "queue": queue}[settings.role](settings))


@dataclass(slots=True)
class Parts:
    """What a step needs."""

    documents: Any
    producer: AIOKafkaProducer


@asynccontextmanager
async def opened(settings: Settings, database: str, collection: str) -> AsyncIterator[Parts]:
    """Open a collection with durable writes, and an idempotent producer."""
    client: Any = AsyncIOMotorClient(settings.mongo)
    durable = WriteConcern(w="majority", j=True)
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        enable_idempotence=True,
        acks="all",
        compression_type="lz4",
        max_batch_size=256 * 1024,
    )
    await producer.start()
    try:
        yield Parts(client.get_database(database, write_concern=durable)[collection], producer)
    finally:
        await producer.stop()
        client.close()


# ---- intake ----


async def intake(settings: Settings) -> None:
    """Serve POSTs."""
    async with opened(settings, INTAKE, "referrals") as parts:
        insert = SharedInsert(parts.documents).insert if settings.shared else parts.documents.insert_one
        config = uvicorn.Config(
            Intake(parts, insert),
            port=settings.port,
            http="httptools",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
        )
        await uvicorn.Server(config).serve()


class Intake:
    """Stores a body, tells of it, and answers."""

    def __init__(self, parts: Parts, insert: Callable[[Document], Awaitable[Any]]) -> None:
        self._parts, self._insert = parts, insert

    async def __call__(self, _: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        """Answer one request."""
        came = time.time()
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part["body"], part["more_body"]
        referral_id = str(uuid4())
        await self._insert({"_id": referral_id, "received_at": datetime.now(UTC), "content": body})
        event = {
            "referral_id": referral_id,
            "marks": [came, time.time()],
            "facts": body[:EVENT_BYTES].decode(errors="ignore"),
        }
        await (await self._parts.producer.send(REFERRALS, json.dumps(event).encode(), referral_id.encode()))
        answer = json.dumps({"referral_id": referral_id}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


class SharedInsert:
    """Collects the POSTs that come while a write is under way, and writes them as one."""

    def __init__(self, documents: Any) -> None:
        self._documents = documents
        self._waiting: list[tuple[Document, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def insert(self, document: Document) -> None:
        """Return once this document is stored."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((document, stored))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await stored

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:200], self._waiting[200:]
            await self._documents.insert_many([document for document, _ in batch], ordered=False)
            for _, stored in batch:
                stored.set_result(None)
        self._writer = None


# ---- the two behind it ----


async def decide(settings: Settings) -> None:
    """Store a decision for each referral and tell of it."""
    async with opened(settings, ROUTING, "decisions") as parts, consumer(settings, REFERRALS) as batches:
        async for events in batches:
            await parts.documents.insert_many([_decision(event) for event in events], ordered=False)
            stored = time.time()
            sent = []
            for event in events:
                event["marks"].append(stored)
                value = json.dumps(event).encode()
                sent.append(await parts.producer.send(DECISIONS, value, event["referral_id"].encode()))
            await asyncio.gather(*sent)


async def queue(settings: Settings) -> None:
    """Store an item for each decision."""
    async with opened(settings, QUEUE, "items") as parts, consumer(settings, DECISIONS) as batches:
        await parts.documents.create_index("referral_id")
        async for events in batches:
            await parts.documents.insert_many([_item(event) for event in events], ordered=False)


def _decision(event: Document) -> Document:
    return {"_id": event["referral_id"], "office": OFFICE, "facts": event["facts"], "decided_at": datetime.now(UTC)}


def _item(event: Document) -> Document:
    return {
        "_id": f"{event['referral_id']}.{OFFICE}",
        "referral_id": event["referral_id"],
        "office": OFFICE,
        "state": "ready",
        "marks": event["marks"],
        "queued_at": datetime.now(UTC),
    }


@asynccontextmanager
async def consumer(settings: Settings, topic: str) -> AsyncIterator[AsyncIterator[list[Document]]]:
    """Give a topic's events, batch by batch; offsets go once the next batch is asked for."""
    client = AIOKafkaConsumer(
        topic,
        bootstrap_servers=settings.kafka,
        group_id=f"{topic}.group",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await client.start()
    try:
        yield _batches(client)
    finally:
        await client.stop()


async def _batches(client: AIOKafkaConsumer) -> AsyncIterator[list[Document]]:
    committed = time.monotonic()
    while True:
        fetched = await client.getmany(timeout_ms=500, max_records=MOST)
        came = time.time()
        events = [json.loads(record.value or b"") for records in fetched.values() for record in records]
        for event in events:
            event["marks"].append(came)
        if events:
            yield events
        if time.monotonic() - committed > SECONDS_BETWEEN_COMMITS:
            committed = time.monotonic()
            await client.commit()


if __name__ == "__main__":
    main()
