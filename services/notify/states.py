"""What may be done with an item: from which state, by whom, into which state, and which event tells of it.

Everything else asks here. A lease, a snooze and a pause are no states: they come and go while an item stays in one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.events import (
    DelayTold,
    ItemAccepted,
    ItemAnswered,
    ItemChanged,
    ItemClaimed,
    ItemClosed,
    ItemDeclined,
    ItemGivenBack,
    ItemPaused,
    ItemResumed,
    ItemReturned,
    ItemSnoozed,
    ItemTransferAsked,
    QueueEvent,
    RecallAcknowledged,
)
from schemas.vocabulary.queues import ItemState, QueueRole


class Verb(StrEnum):
    """What an office does with an item; one that can end in two ways is here once for each."""

    LEASE = "lease"
    EXTEND = "extend"
    CLAIM = "claim"
    SNOOZE = "snooze"
    ACCEPT = "accept"
    GIVE_BACK = "give-back"
    RETURN = "return"
    PAUSE = "pause"
    RESUME = "resume"
    DELAY = "delay"
    TRANSFER = "transfer"
    DECLINE = "decline"
    DECLINE_PART = "decline a part"
    ANSWER_PART = "answer in part"
    ANSWER = "answer"
    CLOSE = "close"
    ERASED = "acknowledge recall: erased"
    KEPT = "acknowledge recall: kept"


class Happening(StrEnum):
    """What others do that changes an item."""

    KEPT = "placed anew, stays here"
    LEFT = "placed elsewhere, or sent back"
    QUESTION_ANSWERED = "question answered"
    SUPPLEMENTED = "supplemented"
    GATES = "gates of its notice passed or lapsed"
    RECALLED = "recalled"


class Hand(StrEnum):
    """Who may do it."""

    OFFICE = "anyone of the office"
    LEASE = "who leased it, under the lease's token while the lease lasts"
    TOKEN = "who claimed it, under the claim's token"


class Clock(StrEnum):
    """Whether it may be done while the clock is paused."""

    EITHER = "running or paused"
    RUNNING = "running"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of what an office may do."""

    verb: Verb
    source: ItemState
    target: ItemState | None
    """None: the state that it was in before it was returned or began to move."""
    hand: Hand
    roles: tuple[QueueRole, ...]
    event: type[QueueEvent] | None = None
    clock: Clock = Clock.EITHER


READY, CLAIMED, ACCEPTED, RETURNED, MOVING, ANSWERED, RECALLED, CLOSED = ItemState
LEAD, TRIAGE, SUPPORTING, COPY = QueueRole
OFFICE, LEASE, TOKEN = Hand

WORKED = (LEAD, TRIAGE, SUPPORTING)
"""Copies are for information: nobody works on them."""
ACTING = (LEAD, SUPPORTING)
"""A desk does not act on a referral: it places it, at the triage desk."""


def _held(
    verb: Verb, event: type[QueueEvent], roles: tuple[QueueRole, ...], target: ItemState, clock: Clock = Clock.EITHER
) -> Iterator[Row]:
    """Give the rows of what may be done with an item as soon as it is claimed, and after it is accepted."""
    for source in (CLAIMED, ACCEPTED):
        yield Row(verb, source, target, TOKEN, roles, event, clock)


def _staying(
    verb: Verb, event: type[QueueEvent], roles: tuple[QueueRole, ...], clock: Clock = Clock.EITHER
) -> Iterator[Row]:
    """Give the rows of what leaves a claimed or accepted item in its state."""
    for source in (CLAIMED, ACCEPTED):
        yield Row(verb, source, source, TOKEN, roles, event, clock)


TABLE: tuple[Row, ...] = (
    Row(Verb.LEASE, READY, READY, OFFICE, WORKED),
    Row(Verb.EXTEND, READY, READY, LEASE, WORKED),
    Row(Verb.SNOOZE, READY, READY, LEASE, WORKED, ItemSnoozed),
    Row(Verb.CLAIM, READY, CLAIMED, LEASE, WORKED, ItemClaimed),
    Row(Verb.ACCEPT, CLAIMED, ACCEPTED, TOKEN, WORKED, ItemAccepted),
    Row(Verb.GIVE_BACK, CLAIMED, READY, OFFICE, WORKED, ItemGivenBack),
    Row(Verb.GIVE_BACK, ACCEPTED, READY, OFFICE, WORKED, ItemGivenBack),
    *_held(Verb.RETURN, ItemReturned, WORKED, RETURNED, Clock.RUNNING),
    Row(Verb.RESUME, RETURNED, None, TOKEN, WORKED, ItemResumed),
    *_staying(Verb.PAUSE, ItemPaused, WORKED, Clock.RUNNING),
    *_staying(Verb.RESUME, ItemResumed, WORKED, Clock.PAUSED),
    *_staying(Verb.DELAY, DelayTold, WORKED),
    *_held(Verb.TRANSFER, ItemTransferAsked, (LEAD,), MOVING, Clock.RUNNING),
    *_held(Verb.DECLINE, ItemDeclined, (LEAD,), MOVING, Clock.RUNNING),
    *_held(Verb.DECLINE, ItemDeclined, (SUPPORTING,), CLOSED, Clock.RUNNING),
    *_staying(Verb.DECLINE_PART, ItemDeclined, ACTING),
    Row(Verb.ANSWER_PART, ACCEPTED, ACCEPTED, TOKEN, ACTING, ItemAnswered),
    Row(Verb.ANSWER_PART, ANSWERED, ANSWERED, TOKEN, ACTING, ItemAnswered),
    Row(Verb.ANSWER, ACCEPTED, ANSWERED, TOKEN, ACTING, ItemAnswered, Clock.RUNNING),
    Row(Verb.ANSWER, ANSWERED, ANSWERED, TOKEN, ACTING, ItemAnswered),
    Row(Verb.CLOSE, ACCEPTED, CLOSED, TOKEN, (SUPPORTING,), ItemClosed, Clock.RUNNING),
    Row(Verb.CLOSE, ANSWERED, CLOSED, TOKEN, ACTING, ItemClosed),
    Row(Verb.KEPT, RECALLED, RECALLED, OFFICE, tuple(QueueRole), RecallAcknowledged),
    Row(Verb.ERASED, RECALLED, CLOSED, OFFICE, tuple(QueueRole), RecallAcknowledged),
)
"""Everything that an office may do. A lead office closes what it has answered; a supporting one also without."""

ONCE = frozenset({Verb.CLAIM, Verb.ACCEPT, Verb.RETURN, Verb.ANSWER_PART, Verb.ANSWER, Verb.DECLINE_PART})
"""What cannot be meant a second time under one claim, however late it is sent again."""

HELD_BACK = frozenset({Verb.CLAIM, Verb.ACCEPT, Verb.TRANSFER, Verb.ANSWER_PART, Verb.ANSWER})
"""What an office may not do while gates of the notice are open that the referral rests on: whatever acts on it."""

OPEN = tuple(state for state in ItemState if state is not CLOSED)
"""States of an item that its office still has something to do with, be it to say that it has erased a copy."""
LIVING = tuple(state for state in OPEN if state is not RECALLED)
"""States of an item that the referral can go on from."""

TOLD: dict[Happening, type[QueueEvent]] = {
    Happening.KEPT: ItemChanged,
    Happening.LEFT: ItemClosed,
    Happening.QUESTION_ANSWERED: ItemResumed,
    Happening.SUPPLEMENTED: ItemChanged,
    Happening.GATES: ItemChanged,
    Happening.RECALLED: ItemClosed,
}
"""By which event others hear what has happened to an item."""


def rows_of(verb: Verb, state: ItemState) -> list[Row]:
    """Give what a verb does from a state; more than one row if that depends on the item's role."""
    return [row for row in TABLE if (row.verb, row.source) == (verb, state)]


def possible(state: ItemState, role: QueueRole) -> Sequence[Verb]:
    """Say what may be done with an item, so that whoever is refused knows how to go on."""
    return list(dict.fromkeys(row.verb for row in TABLE if row.source is state and role in row.roles))


def is_for(verb: Verb, role: QueueRole) -> bool:
    """Tell whether a verb is for items in a role at all."""
    return any(row.verb is verb and role in row.roles for row in TABLE)


def after(happening: Happening, state: ItemState, before: ItemState | None) -> ItemState | None:
    """Say in which state something that happens leaves an item; None if it does not concern it.

    `before` is the state that a returned or moving item was in.
    """
    if happening is Happening.RECALLED:
        return RECALLED if state is not RECALLED else None
    if state not in LIVING:
        return None
    if happening is Happening.LEFT:
        return CLOSED
    if happening is Happening.QUESTION_ANSWERED:
        return before if state is RETURNED else None
    if happening is Happening.KEPT and state is MOVING:
        return before
    return state
