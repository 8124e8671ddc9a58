"""What a later decision changes in the queues: which items leave, which stay, which are new.

A decision may come twice, late, or after a later one. Each leaves its number on every item that it touches, so what
is stored says whether it has been carried out, or overtaken.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.events import Part, ReferralRerouted, ReferralSentBack
from schemas.marks import Marks
from schemas.vocabulary.facts import Category
from schemas.vocabulary.queues import ClosedBecause, ItemState, QueueRole
from schemas.vocabulary.requests import Urgency
from services.notify.domain import Item, item_of, named
from services.notify.notices import Notice
from services.notify.states import LIVING


@dataclass(frozen=True, slots=True)
class Stored:
    """An item as it is now, open or closed."""

    id: str
    version: int
    office: str
    role: QueueRole
    state: ItemState
    decision: int
    stay: int
    category: Category | None = None
    urgency: Urgency | None = None
    marks: Marks | None = None
    part: Part | None = None
    joins: tuple[UUID, ...] = ()
    before: ItemState | None = None
    """The state that a returned or moving item was in."""
    question_id: UUID | None = None
    referral_version: int = 1
    was_recalled: bool = False
    notice: Notice | None = None

    @property
    def is_open(self) -> bool:
        """Whether the referral can go on from here."""
        return self.state in LIVING

    @property
    def was_seen(self) -> bool:
        """Whether its office ever had it before it; an item that was never open only stands for one."""
        return self.version > 0

    def asks_the_same_as(self, item: Item) -> bool:
        """Tell whether its office would have to do the same with the item as it is and as it is to be."""
        now = self.category, self.urgency, self.marks, self.part, self.joins, self.notice
        return now == (item.category, item.urgency, item.marks, item.part, item.joins, item.notice)


@dataclass(frozen=True, slots=True)
class Move:
    """What one decision changes in the queues, all at one moment; nothing if it was there before, or a later one."""

    closes: tuple[Stored, ...] = ()
    keeps: tuple[tuple[Stored, Item], ...] = ()
    opens: tuple[Item, ...] = ()
    never_opened: tuple[str, ...] = ()
    """Queues that the referral has left before word of it came: closed there before it could open."""
    stamps: tuple[Stored, ...] = ()
    """An item that is not changed, but remembers that this decision was heard of, when no other does."""
    because: ClosedBecause = ClosedBecause.PLACED_ELSEWHERE
    holder: str | None = None
    """The queue that holds the referral now, if one does."""


def move(event: ReferralRerouted, decision: int, stored: Sequence[Stored], now: datetime) -> Move:
    """Say which items a referral placed anew closes, keeps and opens."""
    if _was_carried_out(decision, stored):
        return Move()
    roles = _roles(event)
    open_items = {item.office: item for item in stored if item.is_open}
    kept = {office: item for office, item in open_items.items() if roles.get(office) is item.role}
    wanted = _wanted(event, decision, roles, stored, kept, now)
    return Move(
        closes=tuple(item for office, item in open_items.items() if office not in kept),
        keeps=tuple((kept[office], item) for office, item in wanted.items() if office in kept),
        opens=tuple(item for office, item in wanted.items() if office not in kept),
        never_opened=_never_opened(event.leaves, stored, roles),
        holder=event.office or event.desk,
    )


def send_back(event: ReferralSentBack, decision: int, stored: Sequence[Stored]) -> Move:
    """Say which items a referral that goes back to its requester closes: all of them."""
    if _was_carried_out(decision, stored):
        return Move()
    closes = tuple(item for item in stored if item.is_open)
    never_opened = _never_opened(event.leaves, stored, ())
    return Move(
        closes=closes,
        never_opened=never_opened,
        stamps=() if closes or never_opened else tuple(stored[:1]),
        because=ClosedBecause.SENT_BACK,
    )


def recalled(stored: Sequence[Stored]) -> list[Stored]:
    """Say which items owe word of a recall: of every office that ever had the referral, the latest one."""
    latest = {item.office: item for item in sorted(stored, key=lambda item: item.stay) if item.was_seen}
    return [item for item in latest.values() if not item.was_recalled]


def late(event: ReferralRerouted, decision: int, stored: Sequence[Stored], now: datetime) -> list[Item]:
    """Say whose items a decision makes that is heard of only after the recall: theirs who have none yet."""
    told = {item.office for item in stored if item.was_recalled}
    wanted = _wanted(event, decision, _roles(event), stored, {}, now)
    return [item for office, item in wanted.items() if office not in told]


def _was_carried_out(decision: int, stored: Sequence[Stored]) -> bool:
    return any(item.decision >= decision for item in stored)


def _roles(event: ReferralRerouted) -> dict[str, QueueRole]:
    if event.office is None:
        return {event.desk: QueueRole.TRIAGE}
    return named(event.office, event.supporting, event.copies)


def _wanted(
    event: ReferralRerouted,
    decision: int,
    roles: Mapping[str, QueueRole],
    stored: Sequence[Stored],
    kept: Mapping[str, Stored],
    now: datetime,
) -> dict[str, Item]:
    parts = {part.office: part for part in event.parts}
    stays = {office: kept[office].stay if office in kept else 1 + _stays(office, stored) for office in roles}
    return {
        office: item_of(
            event,
            office,
            role,
            now,
            part=parts.get(office),
            joins=event.joins,
            decision=decision,
            stay=stays[office],
        )
        for office, role in roles.items()
    }


def _stays(office: str, stored: Sequence[Stored]) -> int:
    return max((item.stay for item in stored if item.office == office), default=0)


def _never_opened(leaves: Sequence[str], stored: Sequence[Stored], roles: Collection[str]) -> tuple[str, ...]:
    there = {item.office for item in stored}
    return tuple(office for office in dict.fromkeys(leaves) if office not in there and office not in roles)
