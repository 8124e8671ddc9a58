"""The record of a notice: its form, how it is read, and how a step changes it, without a clock or a database.

By two ways a notice is seen, changed, gone from the public list and back. Only a word of the bureaus suspends or ends
it. What has ended stays so, whatever comes later and in whatever order it comes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from runtime.mongo import Document
from schemas.events.notice import NoticeEvent
from schemas.notices import Colour, NoticeKind, NoticeSource, NoticeStanding
from services.referrals.notices.sightings import Outcome, Word

HISTORY_AT_MOST = 200
"""Entries of a history that are kept; older ones are only counted."""

ENDED = frozenset({NoticeStanding.WITHDRAWN.value, NoticeStanding.CANCELLED.value, NoticeStanding.DELETED.value})
DENIED_AT = "denied_at"
"""Field of a record: when its owner last said that it is not to be used; it may have had no referral then."""

NEVER = -1
"""Stands for no sweep; those that there are count from 0 or 1 up."""

PUBLIC = NoticeSource.PUBLIC
NCB = NoticeSource.NCB
WAY_OF = {PUBLIC: "public", NCB: "ncb"}


@dataclass(frozen=True, slots=True)
class Periods:
    """How long what is kept."""

    unlisted: timedelta = timedelta(days=30)
    """A public snapshot, after it is not listed any more."""
    review: timedelta = timedelta(days=1826)
    """A copy of the bureau's, after it was last sent."""
    suspension: timedelta = timedelta(days=183)
    """A suspended notice, before it counts as ended."""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a record: what changes in it, what is told, and what happens to keys, all at one moment."""

    outcome: Outcome
    changes: Mapping[str, Any] = field(default_factory=dict)
    removes: tuple[str, ...] = ()
    tells: tuple[NoticeEvent, ...] = ()
    fields: tuple[str, ...] = ()
    freezes: tuple[str, ...] = ()
    thaws: tuple[str, ...] = ()
    erases: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to write."""
        return not self.changes and not self.removes


def way(record: Mapping[str, Any], source: NoticeSource) -> Mapping[str, Any] | None:
    """Give what is known by one way."""
    found: Mapping[str, Any] | None = record["sources"].get(WAY_OF[source])
    return found


def leading(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the way whose content counts: the bureau's own before the public extract."""
    ways = (way(record, source) for source in (NCB, PUBLIC))
    return next((known for known in ways if known is not None and "content" in known), None)


def keys_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the keys that content of this record is sealed with."""
    return tuple(known["key_id"] for known in record["sources"].values() if "key_id" in known)


def has_ended(record: Mapping[str, Any]) -> bool:
    """Say whether a tombstone stands."""
    return "tombstone" in record


def is_shut(record: Mapping[str, Any]) -> bool:
    """Say whether what is there may not be opened now, though it is not gone."""
    return record["standing"] == NoticeStanding.SUSPENDED.value or "locked_at" in record


def empty_record(notice_id: UUID, colour: Colour, at: datetime) -> Document:
    """Make a record of a notice of which nothing is known but that it is spoken of."""
    return {
        "_id": str(notice_id),
        "version": 0,
        "revision": 0,
        "colour": colour.value,
        "kind": NoticeKind.NOTICE.value,
        "standing": NoticeStanding.UNCONFIRMED.value,
        "first_seen": at,
        "minor": False,
        "sources": {},
        "listed": None,
        "seen_sweep": NEVER,
        "absent": 0,
        "absent_sweep": NEVER,
        "seen_after": 0,
        "history": [],
        "history_dropped": 0,
        "history_number": 0,
        "referrals": [],
    }


def applied(record: Mapping[str, Any], step: Step) -> Document:
    """Give a record as it is after a step, as the database would have it."""
    after: Document = _copied(record)
    for name, value in step.changes.items():
        *path, last = name.split(".")
        place = after
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    for name in step.removes:
        *path, last = name.split(".")
        place = after
        for part in path:
            place = place.get(part, {})
        place.pop(last, None)
    after["version"] += len(step.tells)
    return after


def _copied(record: Mapping[str, Any]) -> Document:
    return {name: _copied(value) if isinstance(value, Mapping) else value for name, value in record.items()}


def entry(
    what: str,
    at: datetime,
    *,
    source: NoticeSource | None = None,
    fields: Sequence[str] = (),
    message_id: str | None = None,
) -> Document:
    """Make an entry of a history: names of fields, never what stands in them."""
    made: Document = {"what": what, "at": at, "source": source.value if source is not None else None}
    return {**made, "fields": list(fields), "message_id": message_id}


def with_history(record: Mapping[str, Any], entries: Sequence[Document]) -> Document:
    """Add to a history, numbered on, of which only the newest entries are kept."""
    first = record["history_number"] + 1
    numbered = [{"number": number, **each} for number, each in enumerate(entries, first)]
    whole = [*record["history"], *numbered]
    return {
        "history": whole[-HISTORY_AT_MOST:],
        "history_dropped": record["history_dropped"] + max(len(whole) - HISTORY_AT_MOST, 0),
        "history_number": record["history_number"] + len(entries),
    }


def purge_due_of(record: Mapping[str, Any], periods: Periods) -> datetime | None:
    """Say when a record is to be purged, as it stands."""
    if record["standing"] == NoticeStanding.SUSPENDED.value:
        until: datetime | None = record.get("purge_due")
        return until
    if record["listed"] is False and "not_listed_at" in record and WAY_OF[NCB] not in record["sources"]:
        due: datetime = record["not_listed_at"] + periods.unlisted
        return due
    return None


def is_later(record: Mapping[str, Any], word: Word) -> bool:
    """Say whether a word on a standing comes after the last one that was heard."""
    last = record.get("standing_word")
    return last is None or order(word.at, word.message_id) > order(last["at"], last["message_id"])


def order(at: datetime, message_id: str | None) -> tuple[datetime, str]:
    """Put messages into one order, the same whichever comes first: a bureau may send two in one moment."""
    return at, message_id or ""
