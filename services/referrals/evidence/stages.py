"""Which receipts a referral is owed: by what its timeline tells, and by what it fails to tell in time.

The pairs and their ranks are those of the e-CODEX connector, with the ends of a referral's life added. The higher
rank stands, whatever the order in which they were issued.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from schemas.vocabulary.clocks import ClockStep
from schemas.vocabulary.queues import ClosedBecause, QueueRole

Entry = Mapping[str, Any]
Timeline = Sequence[Entry]

INTAKE, ROUTING, ORIGINATOR = "intake", "routing", "originator"
"""Who acts where it is no queue: this service's own door, the routing, and whoever sent the referral."""


class Stage(StrEnum):
    """What a receipt proves."""

    SUBMISSION_ACCEPTANCE = "SUBMISSION_ACCEPTANCE"
    SUBMISSION_REJECTION = "SUBMISSION_REJECTION"
    RELAY_ACCEPTANCE = "RELAY_ACCEPTANCE"
    RELAY_FAILURE = "RELAY_FAILURE"
    RELAY_REJECTION = "RELAY_REJECTION"
    DELIVERY = "DELIVERY"
    NON_DELIVERY = "NON_DELIVERY"
    RETRIEVAL = "RETRIEVAL"
    NON_RETRIEVAL = "NON_RETRIEVAL"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"
    RECALLED = "RECALLED"
    ERASED = "ERASED"

    @property
    def rank(self) -> int:
        """Say how far this is; of all receipts of a referral the one of the highest rank stands."""
        return RANKS[self]


RANKS: Mapping[Stage, int] = {stage: rank for rank, stage in enumerate(Stage, 1)}


class Code(StrEnum):
    """Why a stage was not reached: the connector's own codes."""

    RECIPIENT_REFUSED = "E200"
    SYSTEM_REFUSED = "E201"
    DELIVERY_TIME_OUT = "E300"
    RELAY_TIME_OUT = "E301"


@dataclass(frozen=True, slots=True)
class Due:
    """One receipt that is owed."""

    stage: Stage
    actor: str
    at: datetime
    code: Code | None = None
    proves: int | None = None
    """Which entry of the chain it rests on; none where it is silence that it proves."""

    @property
    def name(self) -> str:
        """Name what of its kind is issued once: a stage, or a stage at one office."""
        return self.stage.value if self.stage in ONCE_FOR_ALL else f"{self.stage.value} {self.actor}"


ONCE_FOR_ALL = frozenset({Stage.SUBMISSION_ACCEPTANCE, Stage.RELAY_ACCEPTANCE, Stage.RELAY_FAILURE})
EACH_TIME = frozenset({Stage.RELAY_REJECTION, Stage.ANSWERED, Stage.CLOSED})
"""Every refusal, answer and end has a receipt of its own; what else there is, is owed once for each office."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a stage may take before silence itself is put on record."""

    relay: timedelta
    delivery: timedelta


def told(entry: Entry, number: int, issued: Set[str]) -> Due | None:
    """Give the receipt that one entry of the timeline calls for, unless it was issued before."""
    due = _told(entry)
    if due is None or (due.stage not in EACH_TIME and due.name in issued):
        return None
    # What has been proved positively is not denied afterwards by a clock that ran meanwhile.
    if due.stage is Stage.NON_RETRIEVAL and f"{Stage.RETRIEVAL.value} {due.actor}" in issued:
        return None
    if due.stage is Stage.NON_DELIVERY and any(name.startswith(f"{Stage.DELIVERY.value} ") for name in issued):
        return None
    return replace(due, proves=number)


def overdue(timeline: Timeline, issued: Set[str], waits: Waits) -> Iterator[Due]:
    """Give the receipts of silence that are owed if nothing is told until their moment."""
    if any(entry["type"] in ("recalled", "erased") for entry in timeline):
        return
    relayed = (Stage.RELAY_ACCEPTANCE, Stage.RELAY_FAILURE, Stage.RELAY_REJECTION)
    if not any(name.split()[0] in relayed for name in issued):
        by = timeline[0]["at"] + waits.relay
        yield Due(Stage.RELAY_FAILURE, ROUTING, by, Code.RELAY_TIME_OUT)
    decisions = [entry for entry in timeline if entry["type"] in DECISIONS]
    latest = max(decisions, key=lambda entry: int(entry["sequence"]), default=None)
    office = latest.get("office") if latest is not None else None
    if latest is not None and office is not None:
        missed = Due(Stage.NON_DELIVERY, office, latest["at"] + waits.delivery, Code.DELIVERY_TIME_OUT)
        if missed.name not in issued and f"{Stage.DELIVERY.value} {office}" not in issued:
            yield missed


DECISIONS = ("routed", "sent-to-triage", "rerouted", "sent-back")
"""Entries that say who holds a referral; the one of the highest number holds."""


def _told(entry: Entry) -> Due | None:
    kind, at = entry["type"], entry["at"]
    leads = entry.get("role") == QueueRole.LEAD.value
    if kind == "received":
        return Due(Stage.SUBMISSION_ACCEPTANCE, INTAKE, at)
    if kind in ("routed", "sent-to-triage", "rerouted"):
        return Due(Stage.RELAY_ACCEPTANCE, ROUTING, at)
    if kind == "sent-back":
        return Due(Stage.RELAY_REJECTION, entry["desk"], at, Code.RECIPIENT_REFUSED)
    if kind == "queued" and leads:
        return Due(Stage.DELIVERY, entry["office"], at)
    if kind == "claimed" and leads:
        return Due(Stage.RETRIEVAL, entry["office"], at)
    if kind == "answered":
        # An answer that was never deposited by its office reaches nobody, and proves nothing.
        return Due(Stage.ANSWERED, entry["office"], at) if entry.get("released", True) else None
    if kind == "closed" and leads and entry["closed_because"] == ClosedBecause.DONE.value:
        return Due(Stage.CLOSED, entry["office"], at)
    if kind == "recalled":
        return Due(Stage.RECALLED, ORIGINATOR, at)
    if kind == "erased":
        return Due(Stage.ERASED, INTAKE, at)
    return _missed(entry) if kind == "deadline-missed" else None


def _missed(entry: Entry) -> Due | None:
    """Give what a deadline that the clock found missed takes away: the stage that should have been reached."""
    stage = {
        ClockStep.ACKNOWLEDGE.value: Stage.NON_RETRIEVAL,
        ClockStep.ASSIGN.value: Stage.NON_DELIVERY,
    }.get(entry["step"])
    return Due(stage, entry["office"], entry["at"], Code.DELIVERY_TIME_OUT) if stage is not None else None
