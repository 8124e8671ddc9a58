"""What a sighting makes of a notice's record, and what its absence from the list does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
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
from schemas.notices import Colour, NoticeKind, NoticeStanding
from services.referrals.notices.life import (
    NCB,
    PUBLIC,
    WAY_OF,
    Periods,
    Step,
    entry,
    has_ended,
    keys_of,
    purge_due_of,
    way,
    with_history,
)
from services.referrals.notices.sightings import Outcome, Sealings, Seen
from services.referrals.notices.verdicts import Verdict, is_stale


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
    frozen = record["standing"] == NoticeStanding.SUSPENDED.value
    renewed = seen.sighting.source is NCB and "locked_at" in record
    removes += ("locked_at",) if renewed else ()
    if sealed is not None:
        changes |= _kept(record, seen, sealed)
        removes += _leftovers(seen, verdict, sealed, changes)
    news = [*_named(verdict, tuple(fields)), *([("renewed", ())] if renewed else [])]
    if news:
        changes |= _written(record, seen, news)
    if verdict.first or verdict.content or verdict.relisted or renewed:
        changes |= {"follow_up_due": now, "to_compare": True}
    erased = (sealed.erases,) if sealed is not None and sealed.erases is not None else ()
    return Step(
        outcome=_outcome(verdict),
        changes=_moved_on(record, changes, removes),
        removes=tuple(name for name in removes if _is_there(record, name)),
        tells=_told(seen, verdict, tuple(fields)),
        fields=tuple(fields),
        freezes=(sealed.key_id,) if sealed is not None and frozen else (),
        thaws=tuple(key for key in keys_of(record) if key not in erased) if renewed and not frozen else (),
        erases=erased,
    )


def _leftovers(seen: Seen, verdict: Verdict, sealed: Sealings, changes: Document) -> tuple[str, ...]:
    """Name what was sealed before by this way and cannot be opened any more."""
    if not verdict.first and sealed.erases is None:
        return ()
    place = f"sources.{WAY_OF[seen.sighting.source]}"
    names = (f"{place}.{name}" for name in ("context", "context_hash", "image_hash"))
    return tuple(name for name in names if name not in changes)


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
        if sighting.list_name is not None:
            changes[f"{place}.list"] = sighting.list_name
        if sighting.sweep is not None:
            changes["seen_sweep"] = sighting.sweep
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
        told.append(_observed(seen))
    if verdict.content and fields:
        told.append(
            NoticeChanged(notice_id=seen.notice_id, source=sighting.source, fields=fields, changed_at=sighting.at)
        )
    if verdict.images and verdict.images_known:
        told.append(NoticeImageChanged(notice_id=seen.notice_id, source=sighting.source, changed_at=sighting.at))
    return tuple(told)


def _observed(seen: Seen) -> NoticeObserved:
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


def _written(record: Mapping[str, Any], seen: Seen, news: Sequence[tuple[str, tuple[str, ...]]]) -> Document:
    sighting = seen.sighting
    entries = [
        entry(what, sighting.at, source=sighting.source, fields=fields, message_id=sighting.message_id)
        for what, fields in news
    ]
    return with_history(record, entries)


def still_listed(record: Mapping[str, Any], now: datetime, *, seen: Seen, periods: Periods) -> Step:
    """Make what changes when a notice is in the list, though nothing more of it was read."""
    known = way(record, PUBLIC)
    # What was purged after it was not listed stays so until it can be read again.
    if has_ended(record) or known is None or "content" not in known or is_stale(record, known, seen):
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


def _moved_on(record: Mapping[str, Any], changes: Document, removes: Sequence[str]) -> Document:
    """Leave out what is so already; whatever is left is one revision more."""
    # Linking takes its mark away without a new revision: it must be set again, or what is new would not be compared.
    new = {name: value for name, value in changes.items() if name == "to_compare" or not _is_so(record, name, value)}
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
