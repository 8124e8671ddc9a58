"""What of a timeline and of the record of readings goes into the chain, and what of it goes in sealed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runtime.http import shown
from services.referrals.evidence.chain import ChainEntry, Kind, Sealed, linked

NOT_TOLD = ("at", "sequence", "moves_to", "inside", "hidden")
"""What a timeline keeps beside the facts, or for our own side alone; the time stands in the entry itself."""


def event_entry(previous: str, number: int, noted: Mapping[str, Any], salt: str) -> ChainEntry:
    """Link an entry of the timeline; what its reader may not see goes in sealed."""
    facts = {name: plain(value) for name, value in noted.items() if name not in NOT_TOLD}
    inside = plain(noted.get("inside") or {})
    if noted.get("hidden"):
        facts, inside = {}, {**facts, **inside}
    sealed = Sealed(inside, salt) if inside else None
    return linked(previous, number, Kind.EVENT, plain(noted["at"]), facts, sealed)


def reading_entry(previous: str, number: int, reading: Mapping[str, Any], salt: str) -> ChainEntry:
    """Link a reading; for whom it was made is open, who of them it was is not."""
    facts = {
        name: value for name, value in plain(reading).items() if name not in ("_id", "referral_id", "chained", "at")
    }
    reader = facts["reader"]
    body = {"reading_id": str(reading["_id"]), **facts, "reader": reader.split("/")[0]}
    return linked(previous, number, Kind.READING, plain(reading["at"]), body, Sealed({"reader": reader}, salt))


def plain(value: Any) -> Any:
    """Give a stored value as JSON has it, through and through."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return shown(value) if isinstance(value, datetime) else value
