"""When a clock stands still, on which ground, and until when; there are three grounds and no others."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.vocabulary.clocks import PauseGround
from schemas.vocabulary.requests import Urgency
from services.notify.clock.facts import Fact, Kind

OF_AN_ITEM = (Kind.PAUSED, Kind.RESUMED, Kind.LEFT, Kind.DONE)


@dataclass(frozen=True, slots=True)
class Pause:
    """One time for which a clock stands still; without an end it still does."""

    ground: PauseGround
    start: datetime
    end: datetime | None
    question: str | None = None
    expected: datetime | None = None


def pauses_of(facts: Collection[Fact], urgency: Urgency) -> tuple[Pause, ...]:
    """Find the pauses of a referral, the first one first.

    What belongs together is said by the item's own numbering: clocks of two processes may differ.
    """
    answered: dict[str | None, datetime] = {}
    items: dict[str | None, list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=lambda fact: fact.sequence):
        if fact.kind is Kind.QUESTION_ANSWERED:
            answered[fact.question] = min(fact.at, answered.get(fact.question, fact.at))
        elif fact.kind in OF_AN_ITEM:
            items[fact.item].append(fact)
    found = (pause for told in items.values() for pause in _pauses(told, answered))
    return tuple(sorted((pause for pause in found if _counts(pause.ground, urgency)), key=_place))


def _place(pause: Pause) -> tuple[datetime, str, str, float]:
    return pause.start, pause.ground, pause.question or "", pause.end.timestamp() if pause.end else math.inf


def _pauses(told: Sequence[Fact], answered: dict[str | None, datetime]) -> Iterator[Pause]:
    for place, fact in enumerate(told):
        if fact.kind is not Kind.PAUSED or fact.ground is None:
            continue
        over = next((later.at for later in told[place + 1 :] if later.kind is not Kind.PAUSED), None)
        ends = [end for end in (over, answered.get(fact.question) if fact.question else None, fact.until) if end]
        end = max(min(ends), fact.at) if ends else None
        yield Pause(fact.ground, fact.at, end, fact.question, fact.until)


def _counts(ground: PauseGround, urgency: Urgency) -> bool:
    """Tell whether a ground stops the clock of such a referral: a closed office stops only a routine one."""
    return ground is not PauseGround.OFFICE_CLOSED or urgency is Urgency.ROUTINE
