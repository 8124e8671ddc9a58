"""Publishes what documents have in their outboxes, in order, and only then removes it.

What this process has just stored is handed over in memory and goes out at once. Whatever was missed (a crash, an
update, a full hand-over) is found by looking: a lost hint costs a look, never an event.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from opentelemetry.trace import SpanKind

from runtime.errors import BrokerAway, StoreAway
from runtime.events import headers_of
from runtime.leases import BucketLeases
from runtime.mongo import Database, Document, store_errors
from runtime.pace import Pace
from runtime.producer import Producer, Record, RecordRefused
from runtime.removals import Removals
from runtime.telemetry import read_traceparent, start_span, untraced

log = structlog.get_logger()

BATCH = 200
"""Documents published together; 50 to 200 is where throughput stops rising (measured)."""

MOST_HANDED_OVER = 5_000
"""Documents held in memory; beyond that the relay finds them by looking."""

LOOK_WHILE_BUSY = 2.0
"""Seconds between looks while documents are handed over faster than they are sent."""


@dataclass(slots=True)
class Waiting:
    """One document with events to send."""

    collection: str
    id: Any
    bucket: int
    subject: str
    entries: Sequence[Mapping[str, Any]]
    sent: list[str] = field(default_factory=list)


class Relay:
    """Sends a service's outboxes; one a process, any number of processes."""

    def __init__(
        self,
        database: Database,
        producer: Producer,
        *,
        collections: Sequence[str],
        owner: str,
        topic_prefix: str = "",
        subject: str = "_id",
        look_every: float = 0.5,
        renew_every: float = 2.0,
    ) -> None:
        self._database = database
        self._producer = producer
        self._collections = collections
        self._topic_prefix = topic_prefix
        self._subject = subject
        self._look_every = look_every
        self._renew_every = renew_every
        self._leases = BucketLeases(database, owner)
        self._removals = Removals(database)
        self._handed: deque[Waiting] = deque(maxlen=MOST_HANDED_OVER)
        self._just_sent: dict[str, None] = {}
        self._woken = asyncio.Event()
        self._pace = Pace()
        self._look = True
        self._stopping = False
        self._last_look = 0.0
        self._waiting_since: datetime | None = None
        self._sending_since: datetime | None = None

    def offer(self, collection: str, documents: Sequence[Document]) -> None:
        """Take documents just stored, each with all that waits in its outbox."""
        if len(self._handed) + len(documents) > MOST_HANDED_OVER:
            self._look = True
        else:
            self._handed.extend(self._waiting(collection, document) for document in documents)
        self._woken.set()

    def wake(self) -> None:
        """Look for waiting events now."""
        self._look = True
        self._woken.set()

    @property
    def ready(self) -> bool:
        """Whether this relay holds buckets to send; another one may hold them all."""
        return bool(self._leases.held) or self._leases.none_left

    @property
    def oldest_waiting(self) -> datetime | None:
        """Since when the oldest event that we know of has been waiting; None when all were sent."""
        return min((since for since in (self._waiting_since, self._sending_since) if since is not None), default=None)

    async def prepare(self) -> None:
        """Make the index that looking relies on, and the leases."""
        with store_errors():
            for collection in self._collections:
                await self._database[collection].create_index(
                    [("outbox_bucket", 1), ("outbox_since", 1)],
                    name="outbox_waiting",
                    partialFilterExpression={"outbox_since": {"$exists": True}},
                )
        await self._leases.prepare()

    async def run(self) -> None:
        """Send until stopped; a database or broker that is away is waited for, with back-off."""
        renewing = asyncio.create_task(self._keep_renewing())
        removing = asyncio.create_task(self._removals.run())
        await self._producer.publish([])  # connects, so that the first event does not wait for that
        pause = 0.1
        try:
            while not self._stopping or self._handed:
                for task in (renewing, removing):
                    if task.done():  # by an error nobody named: nothing would go out any more, and silently
                        await task
                try:
                    progressed = await self._send_some()
                    pause = 0.1
                except (StoreAway, BrokerAway) as exc:
                    log.warning("relay waits", error=str(exc), seconds=pause)
                    if self._stopping:  # what is not sent stays in the database for the next relay
                        break
                    self._look = True
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 3.0)
                    continue
                if not progressed:
                    await self._rest()
        finally:
            for task in (renewing, removing):
                task.cancel()
            await asyncio.wait([renewing, removing])
            with suppress(StoreAway):
                await self._removals.flush()
                await self._leases.give_up()

    async def stop(self) -> None:
        """Ask `run` to send what is in memory, give the buckets back, and end."""
        self._stopping = True
        self._woken.set()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._look_every):
                await self._woken.wait()
        self._woken.clear()

    async def _keep_renewing(self) -> None:
        while True:
            try:
                with untraced():
                    held_before = self._leases.held
                    await self._leases.renew()
                if self._leases.held - held_before:
                    self.wake()
            except StoreAway as exc:
                log.warning("relay could not renew its leases", error=str(exc))
            await asyncio.sleep(self._renew_every)

    async def _send_some(self) -> bool:
        """Send one batch; true if there was one."""
        held = self._leases.held
        # With fresh documents in hand a look can wait a little, but not for ever: older ones may be in the database.
        patience = LOOK_WHILE_BUSY if self._handed else self._look_every
        batch: list[Waiting] = []
        if self._look or time.monotonic() - self._last_look >= patience:
            batch = await self._find_waiting(held)
        if not batch and self._handed:
            await self._pace.next()
            batch = self._take_handed(held)
            self._pace.took(len(batch))
        if not batch:
            self._sending_since = None
            return False
        self._sending_since = min(entry["time"] for waiting in batch for entry in waiting.entries)
        await self._publish(batch)
        self._sending_since = None
        return True

    def _take_handed(self, held: frozenset[int]) -> list[Waiting]:
        batch: list[Waiting] = []
        documents: set[tuple[str, str]] = set()
        while self._handed and len(batch) < BATCH:
            document = (self._handed[0].collection, str(self._handed[0].id))
            if document in documents:  # handed over twice: what this batch sends, the next one need not
                break
            waiting = self._handed.popleft()
            waiting.entries = [e for e in waiting.entries if e["event_id"] not in self._just_sent]
            if waiting.bucket in held and waiting.entries:
                batch.append(waiting)
                documents.add(document)
        return batch

    async def _find_waiting(self, held: frozenset[int]) -> list[Waiting]:
        await self._removals.flush()  # else what was just sent would be found again
        self._look, self._last_look = False, time.monotonic()
        found: list[Waiting] = []
        oldest: list[datetime] = []
        if held:
            with untraced(), store_errors():
                for collection in self._collections:
                    cursor = self._database[collection].find(
                        {"outbox_bucket": {"$in": sorted(held)}, "outbox_since": {"$exists": True}},
                        {"outbox": 1, "outbox_bucket": 1, "outbox_since": 1, self._subject: 1},
                    )
                    documents = await cursor.sort("outbox_since", 1).limit(BATCH).to_list(BATCH)
                    found += [self._waiting(collection, document) for document in documents if document["outbox"]]
                    oldest += [document["outbox_since"] for document in documents]
        self._look = len(found) >= BATCH
        self._waiting_since = min(oldest, default=None)
        return found

    def _waiting(self, collection: str, document: Document) -> Waiting:
        return Waiting(
            collection,
            document["_id"],
            document["outbox_bucket"],
            str(document[self._subject]),
            document["outbox"],
        )

    async def _publish(self, batch: Sequence[Waiting]) -> None:
        records: list[Record] = []
        origin: list[tuple[Waiting, int]] = []
        for waiting in batch:
            for at, entry in enumerate(waiting.entries):
                for record in self._records(waiting, entry):
                    records.append(record)
                    origin.append((waiting, at))
        started = time.time_ns()
        outcomes = await self._producer.publish(records)
        failed: dict[int, tuple[int, Exception]] = {}
        for (waiting, at), outcome in zip(origin, outcomes, strict=True):
            if outcome is not None and id(waiting) not in failed:
                failed[id(waiting)] = (at, outcome)
        for waiting in batch:
            upto, outcome = failed.get(id(waiting), (len(waiting.entries), None))
            waiting.sent = [entry["event_id"] for entry in waiting.entries[:upto]]
            self._trace(waiting, started)
        self._sent(batch)
        await self._retry_refused(
            [(waiting, failed[id(waiting)][1]) for waiting in batch if id(waiting) in failed],
            alone=len(batch) == 1,
        )
        away = next((outcome for _, outcome in failed.values() if isinstance(outcome, BrokerAway)), None)
        if away is not None:
            raise away

    async def _retry_refused(self, failed: Sequence[tuple[Waiting, Exception]], alone: bool) -> None:
        """Send each refused document alone, for the broker refuses a whole batch for one; then set it aside."""
        for waiting, outcome in failed:
            if not isinstance(outcome, RecordRefused):
                continue
            if alone:
                await self._set_aside(waiting, outcome)
            else:
                await self._publish([waiting])

    def _records(self, waiting: Waiting, entry: Mapping[str, Any]) -> list[Record]:
        headers = headers_of(entry, waiting.subject)
        return [
            Record(self._topic_prefix + topic, key.encode(), bytes(entry["body"]), headers)
            for topic, key in entry["to"]
        ]

    def _trace(self, waiting: Waiting, started: int) -> None:
        """Show the sending in the trace of each event, from when it was handed to Kafka until acknowledged."""
        for entry in waiting.entries[: len(waiting.sent)]:
            creator = read_traceparent(entry["traceparent"])
            if creator is None or not creator.trace_flags.sampled:
                continue
            for topic, _ in entry["to"]:
                span = start_span(
                    f"send {topic}",
                    SpanKind.PRODUCER,
                    creator,
                    {
                        "messaging.system": "kafka",
                        "messaging.operation.name": "send",
                        "messaging.operation.type": "send",
                        "messaging.destination.name": topic,
                        "messaging.message.id": entry["event_id"],
                    },
                    started,
                )
                span.end()

    async def _set_aside(self, waiting: Waiting, refusal: RecordRefused) -> None:
        """Keep an outbox that will never be accepted out of the way, whole and in order, for a person."""
        await self._removals.flush()  # what stays is then just what was not sent
        log.error("outbox set aside", collection=waiting.collection, subject=waiting.subject, error=str(refusal))
        with store_errors():
            await self._database[waiting.collection].update_one(
                {"_id": waiting.id},
                {"$set": {"outbox_refused": str(refusal)}, "$unset": {"outbox_since": ""}},
            )

    def _sent(self, batch: Sequence[Waiting]) -> None:
        """Note what was acknowledged, from the front of each outbox."""
        for waiting in batch:
            if waiting.sent:
                self._removals.add(waiting.collection, waiting.id, waiting.sent)
                self._remember(waiting.sent)
                waiting.entries = waiting.entries[len(waiting.sent) :]
                waiting.sent = []

    def _remember(self, sent: Sequence[str]) -> None:
        """Remember what went out lately, so that a hand-over that a look overtook is not sent again."""
        self._just_sent.update(dict.fromkeys(sent))
        while len(self._just_sent) > 2 * MOST_HANDED_OVER:
            del self._just_sent[next(iter(self._just_sent))]
