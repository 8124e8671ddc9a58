"""How a clock is written down: the facts it was told, and what follows from them until the next one comes."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from runtime.mongo import Document
from runtime.store import with_outbox
from schemas.vocabulary.clocks import ClockStep, DelayGround, EscalationLevel, PauseGround
from schemas.vocabulary.requests import Urgency
from services.notify.clock.deadlines import Calendars, Deadline, Telling, Told, owed, tellings
from services.notify.clock.facts import Fact, Kind
from services.notify.clock.history import History, read_history

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where a clock that stands still, or has ended, comes in a list of what is due the soonest."""

ENUMS: dict[str, type[StrEnum]] = {"kind": Kind, "urgency": Urgency, "ground": PauseGround, "delay": DelayGround}


def new_clock(referral_id: str, now: datetime) -> Document:
    """Make what every clock has from the first fact on, beside that fact."""
    return with_outbox(
        {"_id": referral_id, "referral_id": referral_id, "version": 0, "open": False, "told": []}, [], now
    )


def written_fact(fact: Fact) -> Document:
    """Write a fact down, without what it does not say."""
    said = {field.name: getattr(fact, field.name) for field in fields(fact)}
    return {
        name: value.value if isinstance(value, StrEnum) else value for name, value in said.items() if value is not None
    }


def read_fact(written: Document) -> Fact:
    """Read a fact."""
    said: dict[str, Any] = {name: ENUMS[name](value) if name in ENUMS else value for name, value in written.items()}
    return Fact(**said)


def history_of(clock: Document) -> History | None:
    """Tell what has happened to a clock's referral, as far as the clock has heard."""
    return read_history([read_fact(written) for written in clock.get("facts", {}).values()])


def told_of(clock: Document) -> set[Told]:
    """Say who has been told of which missed step."""
    return {(ClockStep(told["step"]), EscalationLevel(told["level"])) for told in clock["told"]}


def written_tellings(telling: Iterable[Telling], now: datetime) -> list[Document]:
    """Write down that somebody is told of missed steps now."""
    return [{"step": one.step.value, "level": one.level.value, "due_at": one.due_at, "told_at": now} for one in telling]


def what_follows(history: History | None, told: Sequence[Document], calendars: Calendars) -> Document:
    """Write down what the facts come to, for those who look for clocks: when to look again, and whose it is."""
    if history is None:
        return {"open": False}
    deadlines = owed(history, calendars)
    pairs = {(ClockStep(one["step"]), EscalationLevel(one["level"])) for one in told}
    return {
        "open": history.ended is None,
        "urgency": history.urgency.value,
        "received_at": history.received_at,
        "holder": history.holder.office,
        "desk": history.holder.desk,
        "due": [{"step": one.step.value, "at": one.due_at} for one in deadlines],
        **_next(tellings(deadlines, pairs)),
        **_listed(history, deadlines, {level for _, level in pairs}),
    }


def _next(coming: Sequence[Telling]) -> dict[str, Any]:
    first = coming[0] if coming else None
    return {
        "next_due": first.at if first else None,
        "next_step": first.step.value if first else None,
        "next_level": first.level.value if first else None,
    }


def _listed(history: History, deadlines: Sequence[Deadline], told: set[EscalationLevel]) -> dict[str, Any]:
    """Say in whose lists a clock is: its holder's; its desk's too, and headquarters', once they have been told."""
    highest = max(told, key=list(EscalationLevel).index, default=None)
    is_desks = told & {EscalationLevel.DESK, EscalationLevel.HEADQUARTERS}
    due = [one.due_at for one in deadlines if one.due_at is not None]
    return {
        "seen_by": sorted({history.holder.office, *([history.holder.desk] if is_desks else [])}),
        "level": highest.value if highest else None,
        "soonest": min(due, default=NEVER),
    }
