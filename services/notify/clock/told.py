"""Which events the clock hears, and what it keeps of each."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from runtime.errors import Unreadable
from runtime.events import Message
from schemas.events import (
    DelayTold,
    Event,
    ItemAccepted,
    ItemAnswered,
    ItemClaimed,
    ItemClosed,
    ItemPaused,
    ItemResumed,
    ItemReturned,
    QuestionAnswered,
    QueueEvent,
    ReferralRecalled,
    ReferralReceived,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
    ReferralSupplemented,
)
from schemas.topics import QUEUE_EVENTS, REFERRAL_EVENTS, ROUTING_EVENTS
from schemas.vocabulary.clocks import PauseGround
from schemas.vocabulary.offices import QUEUES
from schemas.vocabulary.queues import ClosedBecause, QueueRole
from services.notify.clock.facts import Fact, Kind

YEARS = range(2000, 2200)
"""Years that a moment of an event can lie in; reckoning with others would not come to an end."""

HOLDING = (QueueRole.LEAD, QueueRole.TRIAGE)
"""Roles of the item that a referral is held by. What others ask or wait for does not stop its clock."""

Teller = Callable[[Any, Message], Fact | None]


def _received(event: ReferralReceived, message: Message) -> Fact:
    return Fact(Kind.RECEIVED, event.received_at, message.sequence, urgency=event.urgency)


def _supplemented(event: ReferralSupplemented, message: Message) -> Fact:
    return Fact(Kind.SUPPLEMENTED, event.supplemented_at, message.sequence, urgency=event.urgency)


def _question_answered(event: QuestionAnswered, message: Message) -> Fact:
    return Fact(Kind.QUESTION_ANSWERED, event.answered_at, message.sequence, question=str(event.question_id))


def _recalled(event: ReferralRecalled, message: Message) -> Fact:
    return Fact(Kind.RECALLED, event.recalled_at, message.sequence)


def _placed(event: ReferralRouted | ReferralSentToTriage | ReferralRerouted, message: Message) -> Fact:
    return Fact(
        Kind.PLACED,
        message.time,
        message.sequence,
        since=None if isinstance(event, ReferralRerouted) else event.received_at,
        office=None if isinstance(event, ReferralSentToTriage) else event.office,
        desk=event.desk,
        urgency=event.urgency,
    )


def _sent_back(event: ReferralSentBack, message: Message) -> Fact:
    return Fact(Kind.SENT_BACK, message.time, message.sequence, desk=event.desk)


def _claimed(event: ItemClaimed, message: Message) -> Fact | None:
    return _of_item(Kind.ACKNOWLEDGED, event.claimed_at, event, message)


def _accepted(event: ItemAccepted, message: Message) -> Fact | None:
    return _of_item(Kind.ACKNOWLEDGED, event.accepted_at, event, message)


def _returned(event: ItemReturned, message: Message) -> Fact | None:
    asked = {"ground": PauseGround.QUESTION_BACK, "question": str(event.question_id)}
    return _of_item(Kind.PAUSED, event.returned_at, event, message, **asked)


def _paused(event: ItemPaused, message: Message) -> Fact | None:
    return _of_item(Kind.PAUSED, event.paused_at, event, message, ground=event.ground, until=event.expected_until)


def _resumed(event: ItemResumed, message: Message) -> Fact | None:
    return _of_item(Kind.RESUMED, event.resumed_at, event, message)


def _closed(event: ItemClosed, message: Message) -> Fact | None:
    kind = Kind.DONE if event.closed_because is ClosedBecause.DONE else Kind.LEFT
    return _of_item(kind, event.closed_at, event, message, decision=event.decision)


def _answered(event: ItemAnswered, message: Message) -> Fact:
    return Fact(Kind.ANSWERED, event.answered_at, message.sequence, item=event.item_id)


def _delay(event: DelayTold, message: Message) -> Fact:
    return Fact(Kind.DELAY_TOLD, event.told_at, message.sequence, delay=event.ground, until=event.expected_until)


def _of_item(kind: Kind, at: datetime, event: QueueEvent, message: Message, **more: Any) -> Fact | None:
    if event.role not in HOLDING:
        return None
    return Fact(kind, at, message.sequence, item=event.item_id, **more)


TELLERS: dict[type[Event], Teller] = {
    ReferralReceived: _received,
    ReferralSupplemented: _supplemented,
    QuestionAnswered: _question_answered,
    ReferralRecalled: _recalled,
    ReferralRouted: _placed,
    ReferralSentToTriage: _placed,
    ReferralRerouted: _placed,
    ReferralSentBack: _sent_back,
    ItemClaimed: _claimed,
    ItemAccepted: _accepted,
    ItemReturned: _returned,
    ItemPaused: _paused,
    ItemResumed: _resumed,
    ItemClosed: _closed,
    ItemAnswered: _answered,
    DelayTold: _delay,
}
"""What the clock keeps of each event; of an item that does not hold its referral, often nothing."""

TOPICS = (REFERRAL_EVENTS, ROUTING_EVENTS, QUEUE_EVENTS)

OTHERS: tuple[type[BaseModel], ...] = tuple(event for topic in TOPICS for event in topic.events if event not in TELLERS)
"""Events on the same topics that say nothing to a clock."""


def fact_of(event: Event, message: Message) -> Fact | None:
    """Say what the clock keeps of an event; raises `Unreadable` if no clock can be reckoned from it."""
    fact = TELLERS[type(event)](event, message)
    if fact is not None:
        moments = [moment for moment in (fact.at, fact.since, fact.until) if moment is not None]
        if any(moment.year not in YEARS for moment in moments):
            raise Unreadable("moment_out_of_range")
        if not {fact.office, fact.desk} <= {*QUEUES, None}:
            raise Unreadable("office_unknown")
    return fact
