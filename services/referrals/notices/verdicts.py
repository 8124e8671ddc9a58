"""What of a sighting is new, beside what is known of a notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.referrals.notices.life import NCB, PUBLIC, has_ended, is_shut, order, way
from services.referrals.notices.sightings import Outcome, Seen


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


def judge(record: Mapping[str, Any] | None, seen: Seen) -> Verdict:
    """Say what of a sighting is new."""
    hashes, sighting = seen.hashes, seen.sighting
    if record is None:
        return Verdict(first=True)
    if has_ended(record):
        return Verdict(Outcome.ENDED)
    known = way(record, sighting.source)
    if known is not None and is_stale(record, known, seen):
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


def is_stale(record: Mapping[str, Any], known: Mapping[str, Any], seen: Seen) -> bool:
    """Say whether something later is known by the same way."""
    sighting = seen.sighting
    if sighting.source is NCB:
        if "last_message_at" not in known:
            return False
        this, last = order(sighting.at, sighting.message_id), order(known["last_message_at"], known["last_message"])
        # What is locked is renewed by something new, never by the same message once more.
        return this <= last if "locked_at" in record else this < last
    if sighting.sweep is not None:
        if sighting.sweep < max(record["seen_sweep"], record["absent_sweep"]):
            return True
        if sighting.sweep > record["seen_sweep"]:
            return False
    return bool(sighting.at < known["last_seen"])


def _differs(new: bytes | None, known: bytes | None) -> bool:
    """Say whether something differs; what was not read this time does not."""
    return new is not None and (known is None or new != bytes(known))
