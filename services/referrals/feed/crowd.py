"""Everybody found so far, and what they have in common: sets of people as the bits of a number, counted at once."""

from collections.abc import Iterable
from datetime import date

from services.referrals.feed.query import Item
from services.referrals.feed.traits import Kind, Trait, traits_of


class Crowd:
    """The people found, each with a bit of their own, in the order in which they were found."""

    def __init__(self, kinds: Iterable[Kind], today: date | None) -> None:
        self._kinds = frozenset(kinds)
        self._today = today
        self._places: dict[str, int] = {}
        self.people: list[Item] = []
        self.with_trait: dict[Trait, int] = {}
        self.without_birth = 0
        self.settled_twice = 0
        self.settled = 0
        """Those in answers that gave all they had: whoever is missing has something that these answers did not ask."""

    def __len__(self) -> int:
        return len(self._places)

    @property
    def everybody(self) -> int:
        """Give all of them."""
        return (1 << len(self._places)) - 1

    def learn(self, items: Iterable[Item]) -> int:
        """Add those who are new; say how many are."""
        before = len(self._places)
        added: dict[Trait, int] = {}
        for item in items:
            if item.entity_id in self._places:
                continue
            bit = 1 << (len(self._places) - before)
            self._places[item.entity_id] = len(self._places)
            self.people.append(item)
            aged = False
            for trait in traits_of(item, self._today):
                if trait.kind in self._kinds:
                    added[trait] = added.get(trait, 0) | bit
                    aged = aged or trait.kind is Kind.AGE
            if not aged:
                self.without_birth |= bit << before
        for trait, bits in added.items():
            self.with_trait[trait] = self.with_trait.get(trait, 0) | (bits << before)
        return len(self._places) - before

    def settle(self, items: Iterable[Item]) -> None:
        """Take note of those whom an answer gave in full."""
        these = sum(1 << place for place in {self._places[item.entity_id] for item in items})
        self.settled_twice |= self.settled & these
        self.settled |= these
