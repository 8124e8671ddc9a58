"""The rules in force: loaded at the start, and again on the day on which a row of them begins or ends."""

from collections.abc import Callable
from datetime import date

from runtime.errors import Transient
from services.routing.domain.ruleset import Ruleset
from services.routing.tables import BadTable


class RulesUnreadable(Transient):
    """The rules of a new day cannot be read: referrals wait until the tables are mended."""


class RulesInForce:
    """Gives the rules as they stand on a day, loading them only when they change."""

    def __init__(self, load: Callable[[date], Ruleset], today: date) -> None:
        self._load = load
        self._current = load(today)

    def on(self, day: date) -> Ruleset:
        """Give the rules of a day."""
        until = self._current.good_until
        if day < self._current.good_from or (until is not None and day >= until):
            try:
                self._current = self._load(day)
            except (BadTable, OSError) as exc:
                raise RulesUnreadable(str(day)) from exc
        return self._current
