"""How long to wait before asking again: at random up to a bound that doubles, and never less than we were told."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_TOLD_S = 24 * 3600.0
"""What is told beyond this is no wait but nonsense."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """Full jitter: whoever is asked by many at once is not asked by all of them again at once."""

    first: float
    most: float
    draw: Callable[[float, float], float] = random.uniform

    def before(self, attempt: int, told: float | None = None) -> float:
        """Give the seconds to wait before an attempt, the second being 2."""
        return max(self.draw(0, min(self.most, self.first * 2.0 ** (attempt - 2))), told or 0)


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Read the seconds that a `Retry-After` asks for, by number or date; None when there is none that makes sense."""
    if value is None or len(value) > 40:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_TOLD_S)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_TOLD_S)
