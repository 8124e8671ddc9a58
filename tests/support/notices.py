"""A book of notices on a real MongoDB, notices of invented people, and what it tells of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from runtime.events import Destination, Publisher
from runtime.mongo import Database, Document
from runtime.store import Store
from schemas.events import EVENTS
from schemas.notices import Colour, NoticeAuthority, NoticeSource
from schemas.topics import published_by
from services.referrals.ncb.questions import Questions
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.life import Periods
from services.referrals.notices.notice import Notice, NoticeName, Warrant
from services.referrals.notices.quarantine import Quarantine
from services.referrals.notices.retention import Retention
from services.referrals.notices.sightings import Sighting, Word
from services.referrals.vault import Vault

MASTER_KEY = bytes(range(32))
BEGIN = datetime(2026, 11, 1, 6, tzinfo=UTC)
SWEEP = timedelta(hours=12)
ENTITY = "2099/10001"
SURNAME = "TESTSON"
KEY = (Colour.RED, ENTITY)


class Nobody:
    """Takes what is to be sent, and leaves it in the outboxes."""

    def offer(self, collection: str, documents: Sequence[Document]) -> None:
        """Leave it."""


class Shelf:
    """A book with all that it stands on, and a view of what it has told."""

    def __init__(self, database: Database, periods: Periods | None = None) -> None:
        places = {event: [Destination(*place) for place in found] for event, found in published_by("referrals").items()}
        self.database = database
        self.store = Store(database, Publisher("/tests/referrals", places), Nobody())
        self.vault = Vault(database, MASTER_KEY)
        self.book = NoticeBook(self.store, self.vault, MASTER_KEY, periods)
        self.quarantine = Quarantine(self.store, self.vault, MASTER_KEY)
        self.retention = Retention(self.book.records, self.quarantine, Questions(database))

    async def prepare(self) -> "Shelf":
        """Make indexes and keys."""
        await self.vault.prepare()
        await self.book.prepare()
        await self.quarantine.prepare()
        return self

    async def told(self, notice_id: UUID) -> list[BaseModel]:
        """Give everything that was told of a notice, in its order."""
        record = await self.database["notices"].find_one({"_id": str(notice_id)})
        if record is None:
            return []
        assert [entry["sequence"] for entry in record["outbox"]] == list(range(1, len(record["outbox"]) + 1))
        return [_EVENTS[entry["type"]].model_validate_json(entry["body"]) for entry in record["outbox"]]

    async def words(self, notice_id: UUID) -> list[str]:
        """Name everything that was told of a notice."""
        return [type(event).__name__.removeprefix("Notice") for event in await self.told(notice_id)]


_EVENTS: Mapping[str, type[BaseModel]] = {event.model_fields["type"].default: event for event in EVENTS}


def invented(entity_id: str = ENTITY, **changes: Any) -> Notice:
    """Make a red notice of an invented person."""
    notice = Notice(
        entity_id=entity_id,
        colour=Colour.RED,
        names=(NoticeName(name=SURNAME, forename="TESTA"),),
        birth="1980",
        nationalities=("XK", "AL"),
        warrants=(Warrant(issuing_country="FR", charge="Blanchiment"),),
    )
    return notice.model_copy(update=changes)


def in_public(sweep: int, *, late: float = 0, **more: Any) -> Sighting:
    """See a notice in a sweep of the red list."""
    at = BEGIN + sweep * SWEEP + timedelta(seconds=late)
    return Sighting(NoticeSource.PUBLIC, at, "red", sweep, **more)


def by_bureau(hour: float, message_id: str | None = None, **more: Any) -> Sighting:
    """Get a notice in a message sent so many hours after the beginning."""
    at = BEGIN + timedelta(hours=hour)
    return Sighting(NoticeSource.NCB, at, message_id=message_id or f"message-{hour}", **more)


def word(hour: float, authority: NoticeAuthority = NoticeAuthority.SOURCE_NCB) -> Word:
    """Hear a word on a standing, sent so many hours after the beginning."""
    return Word(authority, BEGIN + timedelta(hours=hour), f"word-{hour}")
