"""Dividing by age: intervals of years, as wide as their people are few. Who has no date of birth is in none of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.referrals.feed.query import Item

OLDEST = 120
_NEIGHBOURS = ((-3, 0.4), (-2, 0.7), (-1, 0.9), (0, 1.0), (1, 0.9), (2, 0.7), (3, 0.4))
"""What somebody of one age says of the years around it: people's ages change smoothly."""


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages from one year to another, both included."""

    youngest: int = 0
    oldest: int = OLDEST

    @property
    def filters(self) -> dict[str, str]:
        """Write the interval as filters, open at the ends so that no age is outside."""
        found = {}
        if self.youngest > 0:
            found["ageMin"] = str(self.youngest)
        if self.oldest < OLDEST:
            found["ageMax"] = str(self.oldest)
        return found


def age_of(item: Item, today: date) -> int | None:
    """Compute an age as well as the date allows; a server may count a year more or less."""
    parts = [int(part) for part in (item.birth or "").replace("/", "-").split("-") if part.isdecimal()]
    if not parts or not 0 < parts[0] <= today.year:
        return None
    later_in_year = len(parts) == 3 and (parts[1], parts[2]) > (today.month, today.day)
    return min(max(today.year - parts[0] - later_in_year, 0), OLDEST)


def surely_within(item: Item, ages: Ages, today: date) -> bool | None:
    """Say whether somebody is of these ages; None near the edges, where a server may count otherwise."""
    age = age_of(item, today)
    if age is None:
        return False
    if ages.youngest - (ages.youngest == 0) < age < ages.oldest + (ages.oldest == OLDEST):
        return True
    return False if age < ages.youngest - 1 or age > ages.oldest + 1 else None


def smoothed(found: Iterable[int], ages: Ages) -> dict[int, float]:
    """Estimate how many of each age there are from those found, as shares of one."""
    weights = dict.fromkeys(range(ages.youngest, ages.oldest + 1), 0.02)
    for age in found:
        for offset, weight in _NEIGHBOURS:
            if age + offset in weights:
                weights[age + offset] += weight
    whole = sum(weights.values())
    return {age: weight / whole for age, weight in weights.items()}
