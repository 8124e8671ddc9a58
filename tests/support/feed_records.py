"""What the feed has left behind: records and events, under the numbers that the world knows them by."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from runtime.mongo import Database
from runtime.settings import KafkaSettings
from schemas.notices import Colour
from schemas.topics import NOTICE_EVENTS
from services.referrals.notices.fingerprints import Fingerprints
from tests.support.history import RawRecord, read_topics
from tests.support.interpol.world import LISTS, World
from tests.support.referrals_service import MASTER_KEY
from tests.support.waiting import until


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a reader of topics would understand it."""

    entity_id: str
    word: str
    """The last words of its type: `observed`, `changed`, `not-listed`."""
    fields: tuple[str, ...] = ()


def colour_of(list_name: str) -> Colour:
    """Give the colour of a list's notices."""
    return Colour(list_name.split("-")[0])


class FeedRecords:
    """Reads a database and a topic; a number is known once the world has had it."""

    def __init__(self, database: Database, kafka: KafkaSettings) -> None:
        self._database = database
        self._kafka = kafka.bootstrap_servers
        self._topic = kafka.topic_prefix + NOTICE_EVENTS.name
        self._fingerprints = Fingerprints(MASTER_KEY)
        self._numbers: dict[str, tuple[str, str]] = {}

    def know(self, world: World) -> None:
        """Learn which record each notice of the world has."""
        for name in LISTS:
            self.learn(name, world.lists[name])

    def learn(self, list_name: str, entity_ids: Iterable[str]) -> None:
        """Learn which records some numbers of a list have."""
        for number in entity_ids:
            self._numbers[str(self._fingerprints.notice_id(colour_of(list_name), number))] = (list_name, number)

    async def listed(self) -> dict[str, set[str]]:
        """Give the numbers of all that is listed as far as we know, by list; a record of no number is no answer."""
        listed: dict[str, set[str]] = {name: set() for name in LISTS}
        async for row in self._database["notices"].find({"listed": True}, {"_id": 1}):
            name, number = self._numbers[row["_id"]]
            listed[name].add(number)
        return listed

    async def contents(self) -> dict[str, Any]:
        """Give what each record holds of its notice by the public way, sealed as it is: what was known, and stands."""
        parts = {f"sources.public.{name}": 1 for name in ("content_hash", "image_hash", "content")}
        rows = self._database["notices"].find({}, {"listed": 1, "standing": 1, **parts})
        return {row["_id"]: row async for row in rows}

    async def told(self) -> list[Told]:
        """Give every event, each once: a relay that was killed may have sent it twice."""
        return list((await self._events()).values())

    async def told_since(self, before: set[str]) -> list[Told]:
        """Give the events that were not there before."""
        return [told for event_id, told in (await self._events()).items() if event_id not in before]

    async def event_ids(self) -> set[str]:
        """Give the ids of all events, to know new ones by."""
        return set(await self._events())

    async def _events(self) -> dict[str, Told]:
        await until(self._nothing_waits)
        found: dict[str, Told] = {}
        for record in (await until(self._read_topic))[self._topic]:
            headers = dict(record.headers)
            found[headers["ce_id"].decode()] = self._read(headers["ce_type"].decode(), record.value)
        return found

    async def _read_topic(self) -> dict[str, list[RawRecord]] | None:
        try:
            return await asyncio.to_thread(read_topics, self._kafka, [self._topic])
        except KafkaException as exc:
            if exc.args[0].code() == KafkaError.NOT_LEADER_FOR_PARTITION:
                return None  # a topic was made just now
            raise

    async def _nothing_waits(self) -> bool:
        return await self._database["notices"].find_one({"outbox_since": {"$exists": True}}) is None

    def _read(self, kind: str, body: bytes) -> Told:
        said = json.loads(body)
        _, number = self._numbers.get(said["notice_id"], ("", "unknown"))
        return Told(number, kind.split(".")[-2], tuple(said.get("fields", ())))
