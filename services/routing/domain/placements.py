"""A decided referral as it stands: who has which part in it, and what awaits a second person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from schemas.events import Part
from schemas.marks import Marks
from schemas.vocabulary.facts import Category, Flag
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.notice_gates import Notice


class Standing(StrEnum):
    """Where a decided referral is."""

    PLACED = "placed"
    TRIAGE = "triage"
    SENT_BACK = "sent_back"
    RECALLED = "recalled"

    @property
    def is_over(self) -> bool:
        """Tell whether nobody holds the referral any more."""
        return self in (Standing.SENT_BACK, Standing.RECALLED)


@dataclass(frozen=True, slots=True)
class Seat:
    """Who has which part in a referral; without an office, a person at the desk goes on deciding.

    `grounds` say why a person was asked, and stay when the referral goes out: it may be called back.
    """

    desk: str
    category: Category
    urgency: Urgency
    marks: Marks
    office: str | None = None
    supporting: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    proposed: str | None = None
    grounds: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    joins: tuple[UUID, ...] = ()

    @property
    def holder(self) -> str:
        """Name the queue in which the referral waits to be acted on."""
        return self.office or self.desk

    @property
    def recipients(self) -> tuple[str, ...]:
        """List everybody it goes out to; a desk is no recipient."""
        return tuple(dict.fromkeys((self.office, *self.supporting, *self.copies))) if self.office else ()

    @property
    def queues(self) -> tuple[str, ...]:
        """List every queue that has a part in it."""
        return self.recipients or (self.desk,)


@dataclass(frozen=True, slots=True)
class Placement:
    """One act as it changes where a referral is, and why."""

    cause: PlacementCause
    ground: PlacementGround
    seat: Seat
    rule: str
    ruleset: str
    because: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What awaits the word of a second person; after a release for life, it has gone to its lead already."""

    placement: Placement
    asked_by: str
    asked_at: datetime
    acknowledges: frozenset[str] = frozenset()
    confirm_by: datetime | None = None

    @property
    def is_for_life(self) -> bool:
        """Tell whether one person has let it out for protection of life."""
        return self.confirm_by is not None


@dataclass(frozen=True, slots=True)
class Held:
    """A decided referral as it stands now."""

    standing: Standing
    seat: Seat
    flags: frozenset[Flag]
    stated_urgency: Urgency
    offences: int
    nexus: int
    waiting: Waiting | None = None
    life_used: bool = False
    """One person has let it out for protection of life before, and it was called back."""
    notice: Notice | None = None
    """The INTERPOL notice that it rests on."""

    @property
    def holder(self) -> str | None:
        """Name the queue that holds it; nobody does after it was sent back or recalled."""
        return None if self.standing.is_over else self.seat.holder

    @property
    def queues(self) -> tuple[str, ...]:
        """List every queue that has a part in it now."""
        return () if self.standing.is_over else self.seat.queues
