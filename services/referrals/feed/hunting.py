"""Hunts for the last who are missing: counts who is known of a slice, and looks further only where the list has more.

Only by what a list shows of everybody (nationalities, letters in names), since nobody can be counted by anything else.
It needs no patterns, so it works with any service that honours these filters at all.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import TypeAlias

from services.referrals.feed.lists import COUNTRIES
from services.referrals.feed.query import Answer, Item, ListName, Query
from services.referrals.feed.questions import Asking, Questions

_LETTERS = (*ascii_uppercase, " ", "-", "'")
_LONGEST = 3
"""How many letters in a row are asked for in one name; two names together make it finer still."""

_MOST = 1_500
"""How many questions a hunt may cost; whoever is missing then is an alarm."""

Filters: TypeAlias = Mapping[str, str]
Names: TypeAlias = tuple[str, ...]

_NAMES: Names = ("name", "forename")


class Hunting:
    """Looks into slices of a list in which somebody is missing."""

    def __init__(self, questions: Questions, list_name: ListName) -> None:
        self._questions = questions
        self._spent = 0
        self._by_country = list_name in (ListName.RED, ListName.YELLOW)

    def hunt(self) -> Asking:
        """Look everywhere, the most likely places first, until nobody is missing."""
        everybody: Filters = {}
        if self._by_country:
            yield from self._each(everybody, [{"nationality": code} for code in self._countries_shown()], _NAMES)
        yield from self._by_names(everybody, _NAMES)
        if self._by_country:
            yield from self._each(everybody, [{"nationality": code} for code in COUNTRIES], _NAMES)

    def _by_names(self, filters: Filters, names: Names) -> Asking:
        for parameter in names:
            found = yield from self._each(filters, self._longer(filters, parameter), names)
            if not found:  # whoever is missing has no such name: no need to ask by it in anything finer
                names = tuple(name for name in names if name != parameter)

    def _each(self, filters: Filters, finer: Sequence[Filters], names: Names) -> Generator[Query, Answer, bool]:
        """Look into parts of a slice until nobody is missing in it, and tell whether there was anybody in any."""
        total, found = self._total(filters), False
        for more in finer:
            if self._over or len(self._known(filters)) >= total:
                break
            found |= yield from self._look_into({**filters, **more}, total, names)
        return found

    def _look_into(self, filters: Filters, total: int, names: Names) -> Generator[Query, Answer, bool]:
        """Ask for a slice, look further if somebody is missing in it, and tell whether somebody was."""
        before, asked = len(self._questions.root.found), self._questions.requests
        answer = yield from self._questions.ask(Query().narrowed(filters))
        self._spent += self._questions.requests - asked
        if answer is None or not self._questions.understood(filters, answer):
            return False
        came = len(self._questions.root.found) > before
        # What was given whole holds nobody else, and where as many are known as there are nobody is missing.
        if len(answer.items) >= answer.total or len(self._known(filters)) >= answer.total:
            return came
        if answer.total < total:  # as many as without the filter: looking further here leads nowhere
            yield from self._by_names(filters, names)
        return True

    @property
    def _over(self) -> bool:
        return self._questions.root.complete or not self._questions.may_ask or self._spent >= _MOST

    def _total(self, filters: Filters) -> int:
        query = Query().narrowed(filters)
        return self._questions.answers[query].total if filters else self._questions.root.total

    def _known(self, filters: Filters) -> list[Item]:
        return [item for item in self._questions.root.found.values() if _is_in(item, filters)]

    def _countries_shown(self) -> list[str]:
        return _most_first(code for item in self._questions.root.found.values() for code in item.nationalities)

    def _longer(self, filters: Filters, parameter: str) -> list[Filters]:
        """Give what may stand in a name around the letters that stand there, what most of those known have first."""
        part = filters.get(parameter, "")
        if len(part) == _LONGEST:
            return []
        longer = list(dict.fromkeys(each for letter in _LETTERS for each in (part + letter, letter + part)))
        known = [_written(item, parameter) for item in self._known(filters)]
        borne = {each: sum(each in name for name in known) for each in longer}
        # Letters that nobody known has come last: who is missing may be the only one to have them.
        return [{parameter: each} for each in sorted(longer, key=lambda each: (-borne[each], each))]


def _is_in(item: Item, filters: Filters) -> bool:
    country = filters.get("nationality")
    if country is not None and country not in item.nationalities:
        return False
    return all(filters[parameter] in _written(item, parameter) for parameter in _NAMES if parameter in filters)


def _written(item: Item, parameter: str) -> str:
    return (getattr(item.names, parameter) or "").upper()


def _most_first(codes: Iterator[str]) -> list[str]:
    counted: dict[str, int] = {}
    for code in codes:
        counted[code] = counted.get(code, 0) + 1
    return sorted(counted, key=lambda code: (-counted[code], code))
