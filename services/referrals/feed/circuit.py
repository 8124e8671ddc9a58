"""When not to ask at all: after three refusals in a row nothing is asked for a while, then one thing, to see.

A refusal (403) is never answered by another try in other clothes: whoever runs the service has said no.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

REFUSALS = 3
"""Refusals in a row after which the circuit opens."""


class CircuitState(StrEnum):
    """Whether the service may be asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Circuit:
    """How often we were refused in a row, and until when nothing is asked; it outlives the process."""

    refusals: int = 0
    open_until: datetime | None = None
    opened_at: datetime | None = None
    times_opened: int = 0

    def state(self, now: datetime) -> CircuitState:
        """Say whether the service may be asked at a moment."""
        if self.open_until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now < self.open_until else CircuitState.HALF_OPEN

    def refused(self, now: datetime, open_for: timedelta) -> "Circuit":
        """Count a refusal; the third in a row opens the circuit, and so does one after it was open."""
        counted = replace(self, refusals=self.refusals + 1)
        if counted.refusals < REFUSALS and self.open_until is None:
            return counted
        return replace(counted, open_until=now + open_for, opened_at=now, times_opened=self.times_opened + 1)

    def answered(self) -> "Circuit":
        """Close it: we are let in again."""
        return replace(self, refusals=0, open_until=None, opened_at=None)
