"""What the feed has left behind: records and events, under the numbers that the world knows them by."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from runtime.mongo import Database, Document
from schemas.notices import Colour
from services.referrals.notices.fingerprints import Fingerprints
from tests.support.interpol.world import LISTS, World
from tests.support.referrals_service import MASTER_KEY

WRITTEN_FOR_RELAYS = ("_id", "outbox", "outbox_bucket", "outbox_since")


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
    """Reads a database; numbers are known for as long as the world has had them."""

    def __init__(self, database: Database) -> None:
        self._database = database
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

    async def all(self) -> list[Document]:
        """Give every record, without what is only there for relays."""
        found = await self._database["notices"].find({}, dict.fromkeys(WRITTEN_FOR_RELAYS[1:], 0)).to_list(None)
        return list(found)

    async def listed(self) -> dict[str, set[str]]:
        """Give the numbers of all that is listed as far as we know, by list; a record of no number is no answer."""
        listed: dict[str, set[str]] = {name: set() for name in LISTS}
        async for row in self._database["notices"].find({"listed": True}, {"_id": 1}):
            name, number = self._numbers[row["_id"]]
            listed[name].add(number)
        return listed

    async def contents(self) -> dict[str, tuple[Any, ...]]:
        """Give what each record holds of its notice, as far as that can be compared without opening it."""
        return {
            row["_id"]: (
                row.get("listed"),
                row.get("standing"),
                row["sources"]["public"].get("content_hash"),
                row["sources"]["public"].get("image_hash"),
                row["sources"]["public"].get("content"),
            )
            for row in await self.all()
            if "public" in row.get("sources", {})
        }

    async def told(self) -> list[Told]:
        """Give every event that waits to be sent: of one notice in its order, and not yet taken by any relay."""
        return [told for _, told in await self._entries()]

    async def told_since(self, before: set[str]) -> list[Told]:
        """Give the events that were not there before."""
        return [told for event_id, told in await self._entries() if event_id not in before]

    async def event_ids(self) -> set[str]:
        """Give the ids of all events, to know new ones by."""
        return {event_id for event_id, _ in await self._entries()}

    async def _entries(self) -> list[tuple[str, Told]]:
        found = []
        async for row in self._database["notices"].find({}, {"outbox": 1}).sort("_id", 1):
            found += [(entry["event_id"], self.read(entry["type"], entry["body"])) for entry in row["outbox"]]
        return found

    def read(self, kind: str, body: bytes) -> Told:
        """Read the body of an event."""
        said = json.loads(body)
        _, number = self._numbers.get(said["notice_id"], ("", "unknown"))
        return Told(number, kind.split(".")[-2], tuple(said.get("fields", ())))
