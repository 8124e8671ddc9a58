"""What is answered about a notice, as the interface describes it: codes and times, never a name or a number."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from runtime.http import shown
from runtime.mongo import Document
from schemas.marks import Marks
from schemas.notices import Colour, NoticeAuthority, NoticeKind, NoticeSource, NoticeStanding
from services.referrals.notices.notice import Notice


class WayShown(Shown):
    """What is known of a notice by one way."""

    source: NoticeSource
    first_seen: datetime | None
    last_seen: datetime | None
    has_content: bool = Field(description="Whether there is sealed content of this way.")


class HistoryShown(Shown):
    """Something that happened to a notice."""

    number: int
    what: str
    at: datetime
    source: NoticeSource | None
    fields: list[str] = Field(description="Names of the fields that differed, never what stood in them.")
    message_id: str | None


class TombstoneShown(Shown):
    """All that is left of a notice that has ended."""

    standing: NoticeStanding
    authority: NoticeAuthority
    first_seen: datetime
    ended_at: datetime
    purged_at: datetime | None


class NoticeListed(Shown):
    """A notice in a list."""

    notice_id: UUID
    colour: Colour
    kind: NoticeKind
    standing: NoticeStanding
    listed: bool | None = Field(description="Whether it is in the public list; null if it never was, or has ended.")
    minor: bool = Field(description="Whether it is about a missing child, or may be.")
    first_seen: datetime
    referrals: list[UUID]
    purged_at: datetime | None


class NoticeShown(NoticeListed):
    """The record of a notice, without its content."""

    revision: int
    linked_referrals: list[UUID] = Field(description="Of other requesters, that a person has linked it to.")
    ways: list[WayShown]
    not_listed_at: datetime | None
    suspended_until: datetime | None
    review_due: datetime | None
    locked_at: datetime | None
    purge_due: datetime | None
    tombstone: TombstoneShown | None
    seen_after: int = Field(description="How often something came after the notice had ended.")
    history: list[HistoryShown]
    history_dropped: int = Field(description="How many older entries are not kept any more.")


class NoticesShown(Shown):
    """A page of a list of notices."""

    notices: list[NoticeListed]
    next: str | None


class CodesInWords(Shown):
    """What the codes of a notice mean, each in the place of its code; one that nobody knows stays as it came."""

    sex: str | None
    eyes: list[str]
    hairs: list[str]
    languages: list[str]


class ContentShown(Shown):
    """What a notice says. A missing child stays masked."""

    notice_id: UUID
    standing: NoticeStanding
    masked: bool
    marks: Marks = Field(description="What its owner allows; they bind whoever reads it.")
    restriction_text: str | None = Field(description="What its owner restricts in words.")
    notice: Notice
    in_words: CodesInWords


class NoticeReadingShown(Shown):
    """Who has read what a notice says, and what for."""

    reading_id: UUID
    at: datetime
    reader: str
    purpose: str
    revision: int = Field(description="Of the record that was read.")


class NoticeReadingsShown(Shown):
    """A page of the readings of a notice."""

    notice_id: UUID
    readings: list[NoticeReadingShown]
    next: str | None


class ReasonShown(Shown):
    """Why something could not be read, and where."""

    code: str
    pointer: str


class SetAsideShown(Shown):
    """Something that could not be read."""

    quarantine_id: str
    source: str
    reasons: list[ReasonShown]
    first_at: datetime
    last_at: datetime
    times: int
    size: int = Field(description="Bytes, of which at most the first 65,536 are kept.")


class QuarantineShown(Shown):
    """A page of what could not be read."""

    entries: list[SetAsideShown]
    next: str | None


def listed_notice(record: Document) -> dict[str, Any]:
    """Write a notice as a list shows it."""
    return {
        "notice_id": record["_id"],
        **{name: record[name] for name in ("colour", "kind", "standing", "listed", "minor")},
        "first_seen": shown(record["first_seen"]),
        "referrals": [each["referral_id"] for each in record["referrals"]],
        "purged_at": shown(record.get("purged_at")),
    }


def shown_notice(record: Document) -> dict[str, Any]:
    """Write the whole record of a notice."""
    dates = ("not_listed_at", "suspended_until", "review_due", "locked_at", "purge_due")
    return {
        **listed_notice(record),
        "revision": record["revision"],
        "linked_referrals": record.get("linked_referrals", []),
        "ways": [_way(name, known) for name, known in sorted(record["sources"].items())],
        **{name: shown(record.get(name)) for name in dates},
        "tombstone": _tombstone(record.get("tombstone")),
        "seen_after": record["seen_after"],
        "history": [{name: shown(value) for name, value in entry.items()} for entry in record["history"]],
        "history_dropped": record["history_dropped"],
    }


def shown_entry(entry: Document) -> dict[str, Any]:
    """Write what could not be read, without a byte of it."""
    names = ("source", "reasons", "times", "size")
    times = {name: shown(entry[name]) for name in ("first_at", "last_at")}
    return {"quarantine_id": entry["_id"], **{name: entry[name] for name in names}, **times}


def shown_reading(row: Document) -> dict[str, Any]:
    """Write a reading."""
    names = ("reader", "purpose", "revision")
    return {"reading_id": row["_id"], "at": shown(row["at"]), **{name: row[name] for name in names}}


def _way(name: str, known: Document) -> dict[str, Any]:
    source = NoticeSource.PUBLIC if name == "public" else NoticeSource.NCB
    times = {each: shown(known.get(each)) for each in ("first_seen", "last_seen")}
    return {"source": source.value, **times, "has_content": "key_id" in known}


def _tombstone(stone: Document | None) -> dict[str, Any] | None:
    if stone is None:
        return None
    return {name: shown(value) for name, value in stone.items() if name != "content_hash"}
