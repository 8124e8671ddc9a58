"""Which of the listed notices a sweep reads, in which order, and whose pictures it looks at; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from services.referrals.feed.marks import Mark
from services.referrals.notices.listed import Listed

NEVER = 0
"""Stands for the sweep that last saw a notice which none has seen; those that there are count from 1 up."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A listed notice that this sweep has not read yet."""

    entity_id: str
    notice_id: UUID
    entry: Listed | None
    """As the list shows it; None when its entry could not be read."""
    mark: Mark
    """As the last sweep left it; a blank one for a notice that no sweep has seen."""
    entry_hash: bytes | None
    thumbnail_hash: bytes | None
    with_images: bool = False

    @property
    def is_new(self) -> bool:
        """Whether no sweep has seen it."""
        return self.mark.sweep == NEVER

    @property
    def is_pictured(self) -> bool:
        """Whether the list shows a picture of it."""
        return self.entry is not None and self.entry.thumbnail is not None


def in_order(wanted: Iterable[Wanted], sweep: int) -> list[Wanted]:
    """Put those first whom no sweep has seen, and those last at whom this one was refused: nobody waits for them."""
    return sorted(wanted, key=lambda each: (each.mark.refused == sweep, not each.is_new, each.entity_id))


def choose_images(wanted: Sequence[Wanted], most: int, *, shown_without: bool) -> list[Wanted]:
    """Choose whose list of pictures is read: first where another picture shows, then what was read longest ago.

    `shown_without` says that entries of this list show no picture also where there is one.
    """
    may = [each for each in wanted if each.is_pictured or each.mark.pictured or shown_without]
    may.sort(key=_urgency)
    chosen = {each.entity_id for each in may[: max(most, 0)]}
    return [replace(each, with_images=each.entity_id in chosen) for each in wanted]


def _urgency(each: Wanted) -> tuple[bool, datetime, str]:
    return each.mark.thumbnail == each.thumbnail_hash, each.mark.images_at or LONG_AGO, each.entity_id
