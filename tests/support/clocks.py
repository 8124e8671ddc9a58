"""Facts of invented referrals, as clocks are told them."""

from datetime import UTC, datetime, timedelta

from schemas.vocabulary.clocks import DelayGround, PauseGround
from schemas.vocabulary.requests import Urgency
from services.notify.clock.facts import Fact, Kind

MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
"""Ten in the morning in New York, in a week without a holiday."""


def after(**length) -> datetime:
    """Give a moment so long after that Monday morning."""
    return MONDAY + timedelta(**length)


def received(urgency: str = "U2", at: datetime = MONDAY) -> Fact:
    """A request came in."""
    return Fact(Kind.RECEIVED, at, 1, urgency=Urgency(urgency))


def placed(at: datetime, office: str | None = None, *, urgency: str = "U2", desk: str = "EUR", number: int = 1) -> Fact:
    """Routing, or a person at a desk, has decided."""
    return Fact(Kind.PLACED, at, number, office=office, desk=desk, urgency=Urgency(urgency))


def sent_back(at: datetime, number: int = 2) -> Fact:
    """A desk has sent it back."""
    return Fact(Kind.SENT_BACK, at, number, desk="EUR")


def claimed(at: datetime, item: str = "item-1", number: int = 2) -> Fact:
    """An officer has taken it."""
    return Fact(Kind.ACKNOWLEDGED, at, number, item=item)


def asked(at: datetime, question: str = "question-1", item: str = "item-1", number: int = 3) -> Fact:
    """A question has gone back to the requester."""
    return Fact(Kind.PAUSED, at, number, item=item, ground=PauseGround.QUESTION_BACK, question=question)


def paused(
    at: datetime, ground: str = "judicial_leave", until: datetime | None = None, item: str = "item-1", number: int = 3
) -> Fact:
    """The office waits for something else."""
    return Fact(Kind.PAUSED, at, number, item=item, ground=PauseGround(ground), until=until)


def resumed(at: datetime, item: str = "item-1", number: int = 4) -> Fact:
    """What the office waited for has come."""
    return Fact(Kind.RESUMED, at, number, item=item)


def question_answered(at: datetime, question: str = "question-1") -> Fact:
    """The requester has answered."""
    return Fact(Kind.QUESTION_ANSWERED, at, 2, question=question)


def left(at: datetime, item: str = "item-1", number: int = 5) -> Fact:
    """The item has left its queue."""
    return Fact(Kind.LEFT, at, number, item=item, decision=2)


def done(at: datetime, decision: int = 1, item: str = "item-1", number: int = 5) -> Fact:
    """The office has closed it."""
    return Fact(Kind.DONE, at, number, item=item, decision=decision)


def answered(at: datetime, item: str = "item-1", number: int = 6) -> Fact:
    """The office has answered."""
    return Fact(Kind.ANSWERED, at, number, item=item)


def delay(at: datetime, until: datetime, number: int = 4) -> Fact:
    """The office has said that it will be late."""
    return Fact(Kind.DELAY_TOLD, at, number, delay=DelayGround.FIELD_WORK, until=until)


def supplemented(at: datetime, urgency: str, number: int = 2) -> Fact:
    """The requester has added something."""
    return Fact(Kind.SUPPLEMENTED, at, number, urgency=Urgency(urgency))


def recalled(at: datetime) -> Fact:
    """The originator has withdrawn it."""
    return Fact(Kind.RECALLED, at, 3)
