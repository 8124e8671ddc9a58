"""The life of a notice's record: what a sighting or a word makes of it, decided without a clock or a database.

By its own two ways a notice is seen, changed, gone from the public list and back. Only a word of the bureaus suspends
or ends it. What has ended stays so, whatever comes later and in whatever order it comes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from runtime.mongo import Document
from schemas.events.notice import (
    NoticeChanged,
    NoticeEvent,
    NoticeImageChanged,
    NoticeNotListed,
    NoticeObserved,
    NoticeRelisted,
)
from schemas.notices import Colour, NoticeKind, NoticeSource, NoticeStanding
from services.referrals.notices.sightings import Outcome, Sealings, Seen, Word

HISTORY_AT_MOST = 200
"""Entries of a history that are kept; older ones are only counted."""

ENDED = frozenset({NoticeStanding.WITHDRAWN.value, NoticeStanding.CANCELLED.value, NoticeStanding.DELETED.value})
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of a sighting is new."""

    outcome: Outcome | None = None
    """Set when nothing of it is to be stored."""
    first: bool = False
    """By this way, or after its content was purged."""
    content: bool = False
    images: bool = False
    images_known: bool = False
    """Whether an earlier list of pictures can differ: the first one that is read changes nothing."""
    relisted: bool = False

    @property
    def to_seal(self) -> bool:
        """Whether something of it has to be sealed."""
        return self.outcome is None and (self.first or self.content or self.images)


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


def judge(record: Mapping[str, Any] | None, seen: Seen) -> Verdict:
    """Say what of a sighting is new."""
    hashes, sighting = seen.hashes, seen.sighting
    if record is None:
        return Verdict(first=True)
    if has_ended(record):
        return Verdict(Outcome.ENDED)
    known = way(record, sighting.source)
    if known is not None and _is_stale(record, known, seen):
        return Verdict(Outcome.SAME)
    relisted = sighting.source is PUBLIC and record["listed"] is False
    if sighting.source is PUBLIC and is_shut(record):
        # What nobody may open is not compared either; once it is open again, the next sighting shows what differs.
        return Verdict(Outcome.SAME) if known is None else Verdict(relisted=relisted)
    if known is None or "content" not in known:
        return Verdict(first=True, relisted=relisted)
    return Verdict(
        content=hashes.content != known["content_hash"] or _differs(hashes.context, known.get("context_hash")),
        images=_differs(hashes.images, known.get("image_hash")),
        images_known="image_hash" in known,
        relisted=relisted,
    )


def _is_stale(record: Mapping[str, Any], known: Mapping[str, Any], seen: Seen) -> bool:
    """Say whether something later is known by the same way."""
    sighting = seen.sighting
    if sighting.source is NCB:
        return "last_message_at" in known and _order(sighting.at, sighting.message_id) < _order(
            known["last_message_at"], known["last_message"]
        )
    if sighting.sweep is not None:
        if sighting.sweep < max(record["seen_sweep"], record["absent_sweep"]):
            return True
        if sighting.sweep > record["seen_sweep"]:
            return False
    return bool(sighting.at < known["last_seen"])


def _order(at: datetime, message_id: str | None) -> tuple[datetime, str]:
    """Put messages into one order, the same whichever comes first: a bureau may send two in one moment."""
    return at, message_id or ""


def _differs(new: bytes | None, known: bytes | None) -> bool:
    """Say whether something differs; what was not read this time does not."""
    return new is not None and (known is None or new != bytes(known))


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


def sighted(
    record: Mapping[str, Any],
    seen: Seen,
    verdict: Verdict,
    sealed: Sealings | None,
    fields: Sequence[str],
    now: datetime,
    periods: Periods,
) -> Step:
    """Make what a sighting changes."""
    if verdict.outcome is not None:
        return Step(verdict.outcome)
    changes, removes = _noticed(record, seen, periods)
    tells = _told(seen, verdict, tuple(fields))
    if sealed is not None:
        changes |= _kept(record, seen, sealed)
        if verdict.first or sealed.erases is not None:  # what was sealed before cannot be opened any more
            place = f"sources.{WAY_OF[seen.sighting.source]}"
            leftovers = (f"{place}.{name}" for name in ("context", "context_hash", "image_hash"))
            removes += tuple(name for name in leftovers if name not in changes)
    frozen = record["standing"] == NoticeStanding.SUSPENDED.value
    thaws: tuple[str, ...] = ()
    renewed = seen.sighting.source is NCB and "locked_at" in record
    if renewed:
        removes += ("locked_at",)
        thaws = () if frozen else tuple(key for key in keys_of(record) if sealed is None or key != sealed.erases)
    news = [*_named(verdict, tuple(fields)), *([("renewed", ())] if renewed else [])]
    if news:
        changes |= _written(record, seen, news, now)
    if verdict.first or verdict.content or verdict.relisted or renewed:
        changes |= {"follow_up_due": now, "to_compare": True}
    return Step(
        outcome=_outcome(verdict),
        changes=_moved_on(record, changes, removes),
        removes=tuple(name for name in removes if _is_there(record, name)),
        tells=tells,
        fields=tuple(fields),
        freezes=(sealed.key_id,) if sealed is not None and frozen else (),
        thaws=thaws,
        erases=(sealed.erases,) if sealed is not None and sealed.erases is not None else (),
    )


def _noticed(record: Mapping[str, Any], seen: Seen, periods: Periods) -> tuple[Document, tuple[str, ...]]:
    """Keep the books of one way: when it was last seen there."""
    sighting = seen.sighting
    place = f"sources.{WAY_OF[sighting.source]}"
    changes: Document = {f"{place}.last_seen": sighting.at}
    if way(record, sighting.source) is None:
        changes[f"{place}.first_seen"] = sighting.at
    if sighting.source is NCB:
        changes |= {f"{place}.last_message_at": sighting.at, f"{place}.last_message": sighting.message_id or ""}
        changes["review_due"] = sighting.at + periods.review
        if record["standing"] == NoticeStanding.UNCONFIRMED.value:
            changes["standing"] = NoticeStanding.IN_FORCE.value
    else:
        changes |= {"listed": True, "absent": 0}
        if seen.pictured is not None:
            changes[f"{place}.pictured"] = seen.pictured
        if sighting.list_name is not None:
            changes[f"{place}.list"] = sighting.list_name
        if sighting.sweep is not None:
            changes["seen_sweep"] = sighting.sweep
        if seen.hashes.images is not None:
            changes[f"{place}.images_read_at"] = sighting.at
    # A snapshot that is listed again, or that the bureau has sent as well, is not kept for its thirty days only.
    dates = ("not_listed_at",) if sighting.source is PUBLIC else ()
    return changes, dates if record["standing"] == NoticeStanding.SUSPENDED.value else ("purge_due", *dates)


def _kept(record: Mapping[str, Any], seen: Seen, sealed: Sealings) -> Document:
    """Keep the sealed content of one way and its hashes."""
    source, hashes = seen.sighting.source, seen.hashes
    place = f"sources.{WAY_OF[source]}"
    kept: Document = {
        f"{place}.key_id": sealed.key_id,
        f"{place}.content": bytes(sealed.content),
        f"{place}.content_hash": bytes(hashes.content),
    }
    if sealed.context is not None:
        kept[f"{place}.context"] = bytes(sealed.context)
    if hashes.context is not None:
        kept[f"{place}.context_hash"] = bytes(hashes.context)
    if hashes.images is not None:
        kept[f"{place}.image_hash"] = bytes(hashes.images)
    other = way(record, NCB)
    if source is NCB or other is None or "content" not in other:
        kept |= {"content_hash": bytes(hashes.content), **seen.facts}
        if hashes.images is not None:
            kept["image_hash"] = bytes(hashes.images)
    return kept


def _told(seen: Seen, verdict: Verdict, fields: tuple[str, ...]) -> tuple[NoticeEvent, ...]:
    """Tell of a sighting what is new by it."""
    sighting, told = seen.sighting, list[NoticeEvent]()
    if verdict.relisted:
        told.append(NoticeRelisted(notice_id=seen.notice_id, relisted_at=sighting.at))
    if verdict.first and not verdict.relisted:
        told.append(observed_event(seen))
    if verdict.content and fields:
        told.append(
            NoticeChanged(notice_id=seen.notice_id, source=sighting.source, fields=fields, changed_at=sighting.at)
        )
    if verdict.images and verdict.images_known:
        told.append(NoticeImageChanged(notice_id=seen.notice_id, source=sighting.source, changed_at=sighting.at))
    return tuple(told)


def observed_event(seen: Seen) -> NoticeObserved:
    """Tell that a notice was seen for the first time by a way."""
    return NoticeObserved(
        notice_id=seen.notice_id,
        source=seen.sighting.source,
        colour=Colour(seen.facts["colour"]),
        kind=NoticeKind(seen.facts["kind"]),
        observed_at=seen.sighting.at,
    )


def _named(verdict: Verdict, fields: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Name the news for the history."""
    named: list[tuple[str, tuple[str, ...]]] = [("relisted", ())] if verdict.relisted else []
    if verdict.first and not verdict.relisted:
        named.append(("observed", ()))
    if verdict.content:
        named.append(("changed", fields))
    if verdict.images and verdict.images_known:
        named.append(("image_changed", ()))
    return named


def _outcome(verdict: Verdict) -> Outcome:
    if verdict.relisted:
        return Outcome.RELISTED
    if verdict.first:
        return Outcome.NEW
    if verdict.content:
        return Outcome.CHANGED
    return Outcome.IMAGE_CHANGED if verdict.images and verdict.images_known else Outcome.SAME


def _written(
    record: Mapping[str, Any], seen: Seen, news: Sequence[tuple[str, tuple[str, ...]]], now: datetime
) -> Document:
    sighting = seen.sighting
    entries = [
        entry(what, sighting.at, source=sighting.source, fields=fields, message_id=sighting.message_id)
        for what, fields in news
    ]
    return with_history(record, entries)


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


def _moved_on(record: Mapping[str, Any], changes: Document, removes: Sequence[str]) -> Document:
    """Leave out what is so already; whatever is left is one revision more."""
    new = {name: value for name, value in changes.items() if not _is_so(record, name, value)}
    gone = [name for name in removes if _is_there(record, name)]
    return {**new, "revision": record["revision"] + 1} if new or gone else {}


def _is_so(record: Mapping[str, Any], name: str, value: Any) -> bool:
    return _is_there(record, name) and _at(record, name) == value


def _is_there(record: Mapping[str, Any], name: str) -> bool:
    return _at(record, name) is not _NOTHING


_NOTHING: Any = object()


def _at(record: Mapping[str, Any], name: str) -> Any:
    found: Any = record
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _NOTHING
        found = found[part]
    return found


def still_listed(record: Mapping[str, Any], now: datetime, *, seen: Seen, periods: Periods) -> Step:
    """Make what changes when a notice is in the list, though nothing more of it was read."""
    known = way(record, PUBLIC)
    # What was purged after it was not listed stays so until it can be read again.
    if has_ended(record) or known is None or "content" not in known or _is_stale(record, known, seen):
        return Step(Outcome.ENDED if has_ended(record) else Outcome.SAME)
    return sighted(record, seen, Verdict(relisted=record["listed"] is False), None, (), now, periods)


def absent_again(record: Mapping[str, Any], sweep: int, at: datetime, now: datetime, periods: Periods) -> Step:
    """Make what changes when a notice is absent from a second complete sweep."""
    changes: Document = {
        "listed": False,
        "not_listed_at": at,
        "not_listed_sweep": sweep,
        "absent": record["absent"] + 1,
        "absent_sweep": sweep,
        "follow_up_due": now,
        **with_history(record, [entry("not_listed", at, source=PUBLIC)]),
        "revision": record["revision"] + 1,
    }
    due = purge_due_of({**record, **changes}, periods)
    told = NoticeNotListed(notice_id=UUID(record["_id"]), not_listed_at=at)
    return Step(Outcome.CHANGED, changes | ({} if due is None else {"purge_due": due}), tells=(told,))


def purge_due_of(record: Mapping[str, Any], periods: Periods) -> datetime | None:
    """Say when a record is to be purged, as it stands."""
    if record["standing"] == NoticeStanding.SUSPENDED.value:
        until: datetime = record["suspended_until"]
        return until
    if record["listed"] is False and "not_listed_at" in record and WAY_OF[NCB] not in record["sources"]:
        due: datetime = record["not_listed_at"] + periods.unlisted
        return due
    return None


def is_later(record: Mapping[str, Any], word: Word) -> bool:
    """Say whether a word on a standing comes after the last one that was heard."""
    last = record.get("standing_word")
    return last is None or _order(word.at, word.message_id) > _order(last["at"], last["message_id"])
