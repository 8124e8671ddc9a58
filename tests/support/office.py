"""A consumer with all that it stands on, for tests that say what its handler does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from runtime.consumer import Consumer
from runtime.dead_letters import DeadLetters
from runtime.events import RawRecord
from runtime.mongo import Database, Document
from runtime.producer import Producer
from runtime.settings import KafkaSettings
from runtime.store import Prepared, Store, Work
from tests.support.noted import NOTES, PUBLISHER, Copied, Noted

EFFECTS = "effects"
GROUP = "office"
LETTERS = "office.dlq"


class NobodyListens:
    """Is told of documents with events to send, and sends none."""

    def offer(self, collection: str, documents: Sequence[Document]) -> None:
        """Forget them."""


class HeldStore(Store):
    """A store whose writes wait while it is held."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, PUBLISHER, NobodyListens())
        self.open = asyncio.Event()
        self.open.set()
        self.writing = 0
        self.batches: list[int] = []

    async def write(self, prepared: Sequence[Prepared]) -> None:
        """Wait until the store is open, then write."""
        self.writing += 1
        try:
            await self.open.wait()
            await super().write(prepared)
            self.batches.append(len(prepared))
        finally:
            self.writing -= 1


class CountedDeadLetters(DeadLetters):
    """Dead letters that remember how often one could not be written."""

    failures = 0

    async def set_aside(self, record: RawRecord, error: BaseException, attempts: int) -> None:
        """Write one, or count the failure."""
        try:
            await super().set_aside(record, error, attempts)
        except Exception:
            self.failures += 1
            raise


class Office:
    """Handles notes: each becomes one document in `effects`, unless the test says otherwise."""

    def __init__(self, settings: KafkaSettings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.store = HeldStore(database)
        self.handled: list[int] = []
        self.tries: Counter[int] = Counter()
        self.trouble: dict[int, list[Exception]] = {}
        """What goes wrong with a note, by its number: one error for each time it is tried."""
        self.takes_seconds = 0.0
        self.producer = Producer(settings.model_copy(update={"request_timeout_ms": 1_000}), "office-dead-letters")
        self.dead_letters = CountedDeadLetters(self.producer, settings.topic_prefix + LETTERS, "office")

    def consumer(self, kind: type[Consumer] = Consumer, **more: Any) -> Consumer:
        """Make one member of the group."""
        given: dict[str, Any] = {
            "group": GROUP,
            "topics": [NOTES],
            "handlers": {Noted: self.handle},
            "ignores": [Copied],
            "subject": "note_id",
        }
        return kind(self.settings, self.store, self.dead_letters, **given | more)

    async def handle(self, event: Noted, work: Work) -> None:
        """Note an effect."""
        self.tries[event.number] += 1
        if self.takes_seconds:
            await asyncio.sleep(self.takes_seconds)
        if trouble := self.trouble.get(event.number):
            raise trouble.pop(0)
        assert work.message is not None
        self.handled.append(event.number)
        work.create(EFFECTS, {"_id": work.message.event_id, "number": event.number, "text": event.text})

    async def effects(self) -> list[int]:
        """List the numbers of the notes whose effect is stored."""
        return sorted([effect["number"] async for effect in self.database[EFFECTS].find()])

    async def has_effects(self, *numbers: int) -> bool:
        """Tell whether exactly these notes have their effect."""
        return await self.effects() == sorted(numbers)

    @asynccontextmanager
    async def running(self, *consumers: Consumer) -> AsyncIterator[list["asyncio.Task[None]"]]:
        """Run consumers, and stop them at the end as a process does."""
        tasks = [asyncio.create_task(consumer.run()) for consumer in consumers]
        try:
            yield tasks
        finally:
            for consumer in consumers:
                await consumer.stop()
            async with asyncio.timeout(30):
                await asyncio.gather(*tasks, return_exceptions=True)
        for task in tasks:
            with suppress(asyncio.CancelledError):
                task.result()
