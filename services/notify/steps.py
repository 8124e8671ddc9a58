"""One step of an office with an item: whether it may be taken, and what it writes and tells.

Nothing here reads a clock or a database. Whether a lease has ended is for the database to say, by its own clock.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any
from uuid import UUID

from schemas.events import QueueEvent
from schemas.vocabulary.clocks import PauseGround
from schemas.vocabulary.queues import CloseCode, ClosedBecause, ItemState, QueueRole
from schemas.vocabulary.requests import Urgency
from services.notify.notices import Notice
from services.notify.refusals import Refusal, RefusalCode, left, refuse
from services.notify.states import ACTING, HELD_BACK, ONCE, Clock, Hand, Row, Verb, is_for, possible, rows_of

REMEMBERED = 50
"""Steps of an item that are known again when they are sent again."""

SNOOZE_AT_MOST = {
    Urgency.LIFE: timedelta(minutes=15),
    Urgency.URGENT: timedelta(hours=1),
    Urgency.PRIORITY: timedelta(days=1),
    Urgency.ROUTINE: timedelta(days=2),
}
"""No longer than what the requester is owed an acknowledgement in."""


@dataclass(frozen=True, slots=True)
class Held:
    """An item as a step finds it."""

    id: str
    referral_id: UUID
    office: str
    role: QueueRole
    decision: int
    urgency: Urgency
    state: ItemState
    before: ItemState | None = None
    """The state that a returned or moving item was in."""
    token: str | None = None
    officer: str | None = None
    lease_token: str | None = None
    lease_officer: str | None = None
    is_paused: bool = False
    question_id: UUID | None = None
    offence_numbers: tuple[int, ...] = ()
    """The offences that are this office's part; none named: all of the referral."""
    desk: str | None = None
    done: tuple[str, ...] = ()
    """Steps that were taken, the latest last."""
    made: ItemState | None = None
    """The state in which the latest step left it."""
    closed_because: ClosedBecause | None = None
    moved_to: str | None = None
    notice: Notice | None = None
    """The INTERPOL notice that the referral rests on."""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody asks to be done with an item."""

    verb: Verb
    tells: Mapping[str, Any] = field(default_factory=dict)
    """What the event says beside the item; its own time comes with the step."""
    at: str = ""
    """Under which name the event says when it was done."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What is written on the item beside its state."""
    drops: tuple[str, ...] = ()
    token: str | None = None
    staff: str | None = None

    @property
    def key(self) -> str:
        """Name this step: sent again it has the same name, under another token or with other words it has not."""
        said = [self.verb, self.token, self.staff, {name: str(value) for name, value in self.tells.items()}]
        return blake2s(json.dumps(said, sort_keys=True).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step that may be taken changes, and the one event that tells of it."""

    changes: Mapping[str, Any]
    removes: tuple[str, ...]
    event: QueueEvent


def was_taken(step: Step, item: Held) -> bool:
    """Tell whether this very step was taken already, so that it is answered again and not done again."""
    if step.key not in item.done:
        return False
    if step.verb in ONCE and step.token == item.token:
        return True
    return step.key == item.done[-1] and item.state is item.made


def take(step: Step, item: Held, now: datetime) -> Taken | Refusal:
    """Take a step, or say why it cannot be taken."""
    row = _row(step, item)
    if isinstance(row, Refusal):
        return row
    unsuitable = _unsuitable(step, item, now)
    if unsuitable is not None:
        return unsuitable
    target = row.target or item.before
    assert target is not None
    assert row.event is not None
    changes = {
        **step.notes,
        **_noted(row, item, step, target, now),
        "state": target.value,
        # What was done under a token that is void is forgotten: the same token may be used for a new lease.
        "done": [step.key] if target is ItemState.READY else [*item.done[1 - REMEMBERED :], step.key],
        "made": target.value,
    }
    removes = tuple(name for name in (*step.drops, *_dropped(row, target)) if name not in changes)
    return Taken(changes, removes, _event(row.event, item, step, now))


def _row(step: Step, item: Held) -> Row | Refusal:
    """Find the row of the table that a step follows."""
    rows = rows_of(step.verb, item.state)
    if refusal := left(item.state, item.closed_because, item.moved_to, is_recall=step.verb in (Verb.ERASED, Verb.KEPT)):
        return refusal
    if refusal := _stranger(step, item, rows[0].hand if rows else None):
        return refusal
    row = next((row for row in rows if item.role in row.roles), None)
    if row is None:
        can = ", ".join(possible(item.state, item.role)) or "nothing but wait"
        code = RefusalCode.WRONG_STATE if is_for(step.verb, item.role) else RefusalCode.WRONG_ROLE
        return refuse(code, f"The item's role is {item.role}, and it is {item.state}. It allows: {can}.")
    if row.clock is Clock.RUNNING and item.is_paused:
        return refuse(RefusalCode.CLOCK_PAUSED)
    if row.clock is Clock.PAUSED and not item.is_paused:
        return refuse(RefusalCode.NOT_PAUSED)
    return row


def _stranger(step: Step, item: Held, hand: Hand | None) -> Refusal | None:
    """Refuse whoever does not hold the item, before saying anything about what its holder might do."""
    if step.token is None:
        return None
    if item.state is not ItemState.READY:
        # An item that leases hold is ready; in every other state the token of the claim counts.
        return refuse(RefusalCode.OTHER_TOKEN) if step.token != item.token else _other_officer(step, item.officer)
    if item.lease_token != step.token:
        return refuse(RefusalCode.NOT_LEASED)
    if hand is Hand.LEASE:
        return _other_officer(step, item.lease_officer)
    return refuse(RefusalCode.NOT_CLAIMED)


def _other_officer(step: Step, officer: str | None) -> Refusal | None:
    if step.staff is not None and step.staff != officer:
        return refuse(RefusalCode.LEASED_TO_ANOTHER)
    return None


def _unsuitable(step: Step, item: Held, now: datetime) -> Refusal | None:
    """Refuse what the table allows and this item does not."""
    # A desk acts on nothing: it looks, and has the gates passed.
    if item.notice is not None and step.verb in HELD_BACK and item.role in ACTING:
        held_back = item.notice.refusal(now)
        if held_back is not None:
            return held_back
    if step.verb is Verb.SNOOZE and step.tells["until"] > now + SNOOZE_AT_MOST[item.urgency]:
        return refuse(RefusalCode.SNOOZED_TOO_LONG)
    if step.verb is Verb.TRANSFER and step.tells["to"] == item.office:
        return refuse(RefusalCode.TRANSFER_TO_ITSELF)
    if step.verb is Verb.DECLINE_PART and item.offence_numbers:
        declined = set(step.tells["offence_numbers"])
        if not declined <= set(item.offence_numbers):
            return refuse(RefusalCode.NOT_YOUR_PART)
        if declined == set(item.offence_numbers):
            return refuse(RefusalCode.NOTHING_LEFT)
    return None


def _noted(row: Row, item: Held, step: Step, target: ItemState, now: datetime) -> dict[str, Any]:
    """Say what is written on an item because of the state that it comes to."""
    noted: dict[str, Any] = {step.at: now} if step.at else {}
    if target in (ItemState.RETURNED, ItemState.MOVING):
        noted["before"] = item.state.value
    if row.verb is Verb.CLAIM:
        noted |= {"token": item.lease_token, "claimed_by": item.lease_officer}
    if row.verb is Verb.DECLINE and target is ItemState.MOVING:
        noted["moving_to"] = item.desk
    if target is ItemState.CLOSED and row.verb is not Verb.ERASED:
        noted |= {"closed_because": ClosedBecause.DONE.value, "closed_at": now}
        if row.verb is Verb.DECLINE:
            noted["code"] = CloseCode.DECLINED.value
    return noted


def _dropped(row: Row, target: ItemState) -> tuple[str, ...]:
    """Say what is taken off an item because of the state that it comes to."""
    if row.source is ItemState.READY:
        return ("lease", "snoozed_until")
    if target is ItemState.READY:
        return ("token", "claimed_by", "claimed_at")
    if target is ItemState.CLOSED:
        return ("lease", "token", "paused")
    if row.verb is Verb.RESUME:
        return ("before", "question_id", "paused")
    return ()


def _event(kind: type[QueueEvent], item: Held, step: Step, now: datetime) -> QueueEvent:
    """Make the event that tells of a step."""
    tells = dict(step.tells)
    if step.verb is Verb.RESUME:
        ground = PauseGround.QUESTION_BACK if item.question_id is not None else PauseGround.JUDICIAL_LEAVE
        tells |= {"ground": ground, "question_id": item.question_id}
    if step.verb is Verb.TRANSFER:
        tells["asked_by"] = item.officer
    if step.verb is Verb.CLOSE:
        tells["closed_because"] = ClosedBecause.DONE
    return kind(
        referral_id=item.referral_id,
        item_id=item.id,
        office=item.office,
        role=item.role,
        decision=item.decision,
        **tells,
        **({step.at: now} if step.at else {}),
    )
