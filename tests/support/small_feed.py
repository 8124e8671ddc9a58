"""A public service of a few invented notices, and a feed that reads it on a real MongoDB."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel

from runtime.mongo import Database
from schemas.notices import Colour
from services.referrals.feed.answers import prepare_answers
from services.referrals.feed.circuit_keeper import CircuitKeeper
from services.referrals.feed.details import Limits
from services.referrals.feed.http_source import open_http_source
from services.referrals.feed.lease import Lease
from services.referrals.feed.marks import Marks
from services.referrals.feed.query import ListName
from services.referrals.feed.settings import FeedSettings
from services.referrals.feed.sweep_store import SweepStore
from services.referrals.feed.sweeping import Books, Sweeping, Swept
from tests.support.feed_pages import detail, images, page, summary
from tests.support.notices import MASTER_KEY, Shelf
from tests.support.scripted_http import Asked, ScriptedServer, giving, saying, scripted

CAP = 160


@dataclass(slots=True)
class Person:
    """Somebody in the list."""

    entry: dict[str, Any]
    notice: dict[str, Any]
    pictures: list[str] = field(default_factory=list)


class SmallService:
    """Answers for those who are in it; takes filters by nationality alone, and offers ETags if told to."""

    def __init__(self, *entity_ids: str, etags: bool = False) -> None:
        self.people: dict[str, Person] = {}
        self.etags = etags
        self.answered = 0
        self.total: int | None = None
        """What it says that there are, if that is not so."""
        self.instead: Callable[[Asked], Any] = lambda asked: None
        """Gives another script for a request, or None."""
        self.add(*entity_ids)

    def add(self, *entity_ids: str, pictures: tuple[str, ...] = (), **more: Any) -> None:
        """Add people, or put others in their place."""
        for entity_id in entity_ids:
            entry = summary(entity_id, thumbnail=pictures[0] if pictures else None, **more)
            self.people[entity_id] = Person(entry, detail(entity_id, **more), list(pictures))

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Answer."""
        self.answered += 1
        script = self.instead(asked) or self._script(asked)
        await script(asked, writer)

    def _script(self, asked: Asked) -> Any:
        path = asked.path.removeprefix("/notices/v1/red").strip("/")
        if not path:
            return giving(self._page(dict(parse_qsl(urlsplit(asked.target).query))))
        number, _, rest = path.partition("/")
        person = self.people.get(number.replace("-", "/"))
        if person is None:
            return saying(404, b"{}")
        return self._given(images(person.pictures) if rest else person.notice, asked)

    def _given(self, body: dict[str, Any], asked: Asked) -> Any:
        if not self.etags:
            return giving(body)
        etag = f'"{hash(json.dumps(body))}"'
        return saying(304) if asked.headers.get("if-none-match") == etag else giving(body, etag=etag)

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        wanted = query.get("nationality")
        found = [each.entry for each in self.people.values() if wanted is None or wanted in each.entry["nationalities"]]
        total = len(found) if self.total is None or wanted is not None else self.total
        return page(found[:CAP], total=total, query=query)


@dataclass(frozen=True, slots=True)
class SmallFeed:
    """A feed of one list, its service and its books."""

    sweeping: Sweeping
    service: SmallService
    server: ScriptedServer
    shelf: Shelf
    lease: Lease

    async def sweep(self, **how: Any) -> Swept:
        """Sweep the red list."""
        return await self.sweeping.sweep(ListName.RED, **how)

    async def told(self, entity_id: str) -> list[BaseModel]:
        """Give what was told of a notice."""
        return await self.shelf.told(self.shelf.book.notice_id(Colour.RED, entity_id))

    async def kinds(self, entity_id: str) -> list[str]:
        """Name the kinds of what was told of a notice."""
        return [type(event).__name__.removeprefix("Notice") for event in await self.told(entity_id)]


@asynccontextmanager
async def small_feed(database: Database, service: SmallService, **settings: Any) -> AsyncIterator[SmallFeed]:
    """Open a feed as a process would that has just been started."""
    async with scripted(service) as server:
        chosen = feed_settings(base_url=server.base_url, **settings)
        shelf = await Shelf(database).prepare()
        circuit = CircuitKeeper(database, chosen.circuit_open_s)
        await circuit.prepare()
        sweeps, marks = SweepStore(database, shelf.vault), Marks(database, MASTER_KEY)
        await sweeps.prepare()
        await marks.prepare()
        await prepare_answers(database)
        lease = Lease(database, "http")
        assert await lease.take()
        limits = Limits(timedelta(seconds=chosen.detail_max_age_s), chosen.images_per_sweep)
        async with open_http_source(chosen, circuit) as source:
            books = Books(shelf.book, shelf.quarantine, sweeps, marks)
            sweeping = Sweeping(source, books, lease, limits, timedelta(seconds=chosen.oldest_sweep_s))
            yield SmallFeed(sweeping, service, server, shelf, lease)
        await lease.give_back()


def feed_settings(**settings: Any) -> FeedSettings:
    """Make settings for a test that opens neither Kafka nor MongoDB by them."""
    key = base64.b64encode(MASTER_KEY).decode()
    return FeedSettings(
        **{"requests_per_second": 1e6, "back_off_s": 0.001, "time_out_s": 5, **settings},
        records={"master_key": key},
        kafka={"bootstrap_servers": "nowhere:1"},
        mongo={"uri": "mongodb://nowhere"},
    )
