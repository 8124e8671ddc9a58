"""What the words of the bureaus make of a notice: suspended, in force again, ended for good, and at last purged."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from uuid import UUID

from runtime.mongo import Document
from schemas.events.notice import NoticeEnded, NoticePurged, NoticeReinstated, NoticeSuspended
from schemas.notices import NoticeSource, NoticeStanding
from services.referrals.notices.life import (
    Periods,
    Step,
    entry,
    has_ended,
    is_later,
    keys_of,
    leading,
    purge_due_of,
    with_history,
)
from services.referrals.notices.sightings import Outcome, Word

SUSPENDED = NoticeStanding.SUSPENDED.value
IN_FORCE = NoticeStanding.IN_FORCE.value

GRACE = timedelta(days=1)
"""What an old suspension waits at least: the word that lifted it may be just behind, in a topic that is read again."""


def suspended(record: Mapping[str, Any], word: Word, now: datetime, periods: Periods) -> Step:
    """Make what changes when a notice may not be used for a while."""
    if has_ended(record):
        return Step(Outcome.ENDED)
    if not is_later(record, word):
        return Step(Outcome.SAME)
    if record["standing"] == SUSPENDED:  # said again: that does not begin the six months anew
        return Step(Outcome.SAME, _only_noted(record, word))
    until = word.at + periods.suspension
    told = NoticeSuspended(notice_id=UUID(record["_id"]), authority=word.authority, suspended_at=word.at, until=until)
    changes = {
        "standing": SUSPENDED,
        "suspended_until": until,
        "purge_due": max(until, now + GRACE),
        **_followed(record, word, "suspended", now),
    }
    return Step(Outcome.CHANGED, changes, tells=(told,), freezes=keys_of(record))


def reinstated(record: Mapping[str, Any], word: Word, now: datetime, periods: Periods) -> Step:
    """Make what changes when a suspended notice is in force again."""
    if has_ended(record):
        return Step(Outcome.ENDED)
    if not is_later(record, word):
        return Step(Outcome.SAME)
    if record["standing"] != SUSPENDED:  # its suspension may still be on its way, and then comes too late
        return Step(Outcome.SAME, {"standing": IN_FORCE, **_only_noted(record, word)})
    changes = {"standing": IN_FORCE, **_followed(record, word, "reinstated", now)}
    due = purge_due_of({**record, **changes}, periods)
    removes: tuple[str, ...] = ("suspended_until",)
    if due is None:
        removes += ("purge_due",)
    else:
        changes["purge_due"] = due
    told = NoticeReinstated(notice_id=UUID(record["_id"]), reinstated_at=word.at)
    thaws = () if "locked_at" in record else keys_of(record)
    return Step(Outcome.CHANGED, changes, removes, (told,), thaws=thaws)


def ended(record: Mapping[str, Any], standing: NoticeStanding, word: Word, now: datetime) -> Step:
    """Make what changes when a notice is withdrawn, cancelled or deleted; nothing undoes it, older or newer."""
    if has_ended(record):
        return Step(Outcome.ENDED)
    told = NoticeEnded(
        notice_id=UUID(record["_id"]),
        standing=cast(Literal["withdrawn", "cancelled", "deleted"], standing.value),
        authority=word.authority,
        ended_at=word.at,
    )
    changes = {
        "standing": standing.value,
        "listed": None,
        "ended_at": word.at,
        "purge_asked_at": now,
        "purge_due": now,
        "tombstone": tombstone(record, standing, word.at, word.authority.value),
        **_followed(record, word, standing.value, now),
    }
    removes = tuple(name for name in ("review_due", "suspended_until", "not_listed_at") if name in record)
    return Step(Outcome.CHANGED, changes, removes, (told,), freezes=keys_of(record))


def expired(record: Mapping[str, Any], now: datetime) -> Step:
    """Make what changes when nobody has put a suspended notice in force again: it is over, as if withdrawn."""
    authority = record["standing_word"]["authority"]
    changes = {
        "listed": None,
        "ended_at": now,
        "purge_asked_at": now,
        "purge_due": now,
        "tombstone": tombstone(record, NoticeStanding.SUSPENDED, now, authority),
        "follow_up_due": now,
        "to_compare": True,
        **with_history(record, [entry("suspension_expired", now)]),
        "revision": record["revision"] + 1,
    }
    removes = tuple(name for name in ("review_due", "suspended_until", "not_listed_at") if name in record)
    return Step(Outcome.CHANGED, changes, removes)


def purged(record: Mapping[str, Any], now: datetime) -> Step:
    """Make what is left of a record when its content goes: a tombstone, or the hash of a public snapshot."""
    told = NoticePurged(notice_id=UUID(record["_id"]), purged_at=now)
    changes: Document = {
        "purged_at": now,
        "to_compare": True,
        "sources": {name: _bare(known) for name, known in record["sources"].items()},
        **with_history(record, [entry("purged", now)]),
        "revision": record["revision"] + 1,
    }
    removes: tuple[str, ...] = ("purge_due", "purge_asked_at")
    if has_ended(record):
        changes |= {"tombstone": {**record["tombstone"], "purged_at": now}, "sources": {}, "minor": False}
        changes["history"] = [{**each, "fields": []} for each in changes["history"]]
        removes += ("content_hash", "image_hash", "standing_word")
    there = tuple(name for name in removes if name in record)
    return Step(Outcome.CHANGED, changes, there, (told,), erases=keys_of(record))


def locked(record: Mapping[str, Any], now: datetime) -> Step:
    """Make what changes when a copy of the bureau's has come to its review: nobody reads it until it is renewed."""
    changes = {
        "locked_at": now,
        "follow_up_due": now,
        "to_compare": True,
        **with_history(record, [entry("locked", now)]),
        "revision": record["revision"] + 1,
    }
    return Step(Outcome.CHANGED, changes, ("review_due",), freezes=keys_of(record))


def tombstone(record: Mapping[str, Any], standing: NoticeStanding, ended_at: datetime, authority: str) -> Document:
    """Make all that stays of a notice that has ended."""
    known = leading(record)
    return {
        "content_hash": known["content_hash"] if known is not None else None,
        "first_seen": record["first_seen"],
        "ended_at": ended_at,
        "authority": authority,
        "standing": standing.value,
        "purged_at": None,
    }


def _bare(known: Mapping[str, Any]) -> Document:
    """Leave of one way what is no content: when it was seen, and the hash by which a return is known."""
    gone = ("key_id", "content", "context")
    return {name: value for name, value in known.items() if name not in gone}


def _followed(record: Mapping[str, Any], word: Word, what: str, now: datetime) -> Document:
    """Note a word, and that its referrals have to follow it."""
    return {
        "standing_word": _noted(word),
        "follow_up_due": now,
        "to_compare": True,
        **with_history(record, [entry(what, word.at, source=NoticeSource.NCB, message_id=word.message_id)]),
        "revision": record["revision"] + 1,
    }


def _only_noted(record: Mapping[str, Any], word: Word) -> Document:
    return {"standing_word": _noted(word), "revision": record["revision"] + 1}


def _noted(word: Word) -> Document:
    return {"at": word.at, "message_id": word.message_id or "", "authority": word.authority.value}
