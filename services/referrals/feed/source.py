"""Where public notices come from: one small interface, and what can become of asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from services.referrals.feed.query import ListName, Query
from services.referrals.notices.listed import Page
from services.referrals.notices.notice import Notice
from services.referrals.notices.unreadable import Reason

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer can be recognised by the next time, as the service itself gave it."""

    etag: str | None = None
    modified: str | None = None

    def __bool__(self) -> bool:
        return self.etag is not None or self.modified is not None


NONE_KNOWN = Validators()


class Having(StrEnum):
    """What became of asking for one thing."""

    READ = "read"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Fetched(Generic[Content]):
    """One thing asked for; its content only when it was read."""

    having: Having
    content: Content | None = None
    validators: Validators = NONE_KNOWN


class Unreadable(Exception):
    """What came is nothing that we read; carries why, and the bytes for the quarantine."""

    def __init__(self, reasons: Sequence[Reason], raw: bytes | None = None) -> None:
        super().__init__(", ".join(reason.code for reason in reasons[:3]))
        self.reasons = tuple(reasons)
        self.raw = raw


class SourceAway(Exception):
    """The source cannot be asked now; the sweep is taken up again later, where it stopped."""

    def __init__(self, code: str, until: datetime | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.until = until


class Source(Protocol):
    """Gives pages of lists, notices and lists of pictures; asked for one thing at a time."""

    @property
    def name(self) -> str:
        """The word for it on the dashboard."""

    @property
    def cap(self) -> int:
        """How many records one page shows at most."""

    @property
    def keeps_answers(self) -> bool:
        """Whether an answer is dear enough to be stored, so that it need not be asked for again."""

    @property
    def requests(self) -> int:
        """How often the source was asked since it was opened."""

    async def page(self, list_name: ListName, query: Query) -> Page:
        """Give what can be reached of a query; raises `Unreadable` or `SourceAway`."""

    async def detail(self, list_name: ListName, entity_id: str, known: Validators) -> Fetched[Notice]:
        """Give a notice, without its pictures; raises `Unreadable` or `SourceAway`."""

    async def images(self, list_name: ListName, entity_id: str, known: Validators) -> Fetched[tuple[str, ...]]:
        """Give the ids of a notice's pictures; raises `Unreadable` or `SourceAway`."""
