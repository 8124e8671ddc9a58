"""Who still has a recalled referral, and whether it may be erased: read from its timeline."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.vocabulary.queues import ClosedBecause, QueueRole
from schemas.vocabulary.recalls import RecallOutcome
from services.referrals.timeline import Entry, Timeline, entries_of


@dataclass(frozen=True, slots=True)
class Holder:
    """An office that had a referral in its queue, or was told of the recall there, and what it said of its copy."""

    office: str
    roles: tuple[str, ...]
    asked_at: datetime
    outcome: RecallOutcome | None = None
    ground: str | None = None
    said_at: datetime | None = None

    @property
    def outstanding(self) -> bool:
        """It has not said what became of its copy."""
        return self.outcome is None


def holders_of(timeline: Timeline, recalled_at: datetime) -> list[Holder]:
    """Give everybody who must say what became of its copy, in the order in which they first heard of the referral.

    Whoever the latest decision names is one of them before a queue has told of it: queues tell each for itself.
    """
    queued: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries_of(timeline, "queued", "closed"):
        # A decision that is heard of only after the recall puts nothing into a queue but the recall itself.
        if entry["type"] == "queued" or entry["closed_because"] == ClosedBecause.RECALLED.value:
            queued[entry["office"]].append(entry)
    said: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries_of(timeline, "recall-acknowledged"):
        said[entry["office"]][entry["inside"]["item_id"]] = entry
    for entry in _named(timeline):
        queued.setdefault(entry["office"], [entry])
    return [_holder(office, entries, said[office], recalled_at) for office, entries in queued.items()]


def _named(timeline: Timeline) -> Iterator[Entry]:
    """Give an entry for each office that the latest decision puts a referral before."""
    decisions = entries_of(timeline, "routed", "sent-to-triage", "rerouted", "sent-back")
    latest = max(decisions, key=lambda entry: int(entry["sequence"]), default=None)
    if latest is None or latest["type"] == "sent-back":
        return
    lead = latest.get("office")
    roles = {QueueRole.TRIAGE: [latest["desk"]]} if lead is None else {QueueRole.LEAD: [lead]}
    roles |= {QueueRole.SUPPORTING: latest.get("supporting", []), QueueRole.COPY: latest.get("copies", [])}
    for role, offices in roles.items():
        yield from ({"office": office, "role": role.value, "at": latest["at"]} for office in offices)


def all_have_erased(holders: list[Holder]) -> bool:
    """Tell whether every holder has erased its copy."""
    return all(holder.outcome is RecallOutcome.ERASED for holder in holders)


def _holder(office: str, queued: list[Entry], said: dict[str, Entry], recalled_at: datetime) -> Holder:
    """Give one office's word: what it keeps anywhere, it keeps."""
    roles = tuple(dict.fromkeys(entry["role"] for entry in queued))
    asked_at = max(recalled_at, min(entry["at"] for entry in queued))
    if not said:
        return Holder(office, roles, asked_at)
    word = max(said.values(), key=_weight)
    return Holder(office, roles, asked_at, RecallOutcome(word["outcome"]), word["ground"], word["at"])


def _weight(entry: Entry) -> tuple[bool, Any]:
    return entry["outcome"] == RecallOutcome.KEPT.value, entry["at"]
