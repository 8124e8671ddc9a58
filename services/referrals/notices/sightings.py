"""What is said to the book of notices, and what it answers: sightings by either way, and words on a standing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from schemas.notices import NoticeAuthority, NoticeSource


class Outcome(StrEnum):
    """What a sighting was to the record that there is of a notice."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    IMAGE_CHANGED = "image_changed"
    RELISTED = "relisted"
    """Listed again; it may have changed besides, and then its fields are named."""
    ENDED = "ended"
    """A tombstone stands: nothing of the sighting was stored."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """When and how a notice was seen."""

    source: NoticeSource
    at: datetime
    """When it was read in public, or when its message was sent: messages have their effect in this order."""
    list_name: str | None = None
    sweep: int | None = None
    message_id: str | None = None
    context: Mapping[str, Any] | None = None
    """What a message says beside the notice (restrictions, ties to the United States): JSON, kept sealed beside it."""


@dataclass(frozen=True, slots=True)
class Word:
    """What whoever may do so says of the standing of a notice."""

    authority: NoticeAuthority
    at: datetime
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What became of a sighting or a word."""

    notice_id: UUID
    outcome: Outcome
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedSweep:
    """What the absences from a complete sweep came to."""

    absent: int
    """Notices absent for the first time."""
    not_listed: int
    """Notices absent for the second time, and so not listed any more."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """Keyed hashes of what was seen: they tell that something differs, and nothing that could be guessed."""

    content: bytes
    images: bytes | None = None
    context: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sealings:
    """What was seen, sealed; `erases` is a key that nothing is sealed with any more."""

    key_id: str
    content: bytes
    context: bytes | None = None
    erases: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting with the keyed hashes of what was seen."""

    notice_id: UUID
    sighting: Sighting
    hashes: Hashes
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What of the notice may stand beside its sealed content: colour, kind, whether it may be of a child."""
