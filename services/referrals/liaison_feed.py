"""The liaisons' feed: each entry of a timeline that its requester may see is told there, under its country."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from schemas.events import TimelineNoted


def liaison_is_told(referral_id: str, country: str, entry: Mapping[str, Any]) -> tuple[TimelineNoted, ...]:
    """Tell of an entry, unless it is wholly ours."""
    if entry.get("hidden", False):
        return ()
    told = TimelineNoted(
        referral_id=UUID(referral_id),
        requester_country=country,
        entry_id=UUID(entry["event_id"]),
        noted=entry["type"],
        happened_at=entry["at"],
    )
    return (told,)
