"""Chooses what to ask next where a list cannot be cut into disjoint parts: what promises most who are not known yet.

How many of the missing have a trait is estimated from those found whom no finished answer accounts for: whoever is
missing is in no finished answer either. The estimates only order the questions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest

from services.referrals.feed.crowd import Crowd
from services.referrals.feed.lists import COUNTRIES, RESOLUTIONS, SEXES
from services.referrals.feed.traits import SHOWN, Kind, Trait

Traits = tuple[Trait, ...]

_BEAM = 10
"""How many slices over the cap are looked into for a smaller one."""
_DEEPEST = 4
_FILL = 0.9
_HARD = 6.0
"""How many others somebody without a date of birth is worth, whom fewer questions reach."""
_PRIOR = 10.0
"""How many people's worth the traits of all count beside those of the ones not accounted for."""
_HIDDEN = {Kind.SEX: 0.5, Kind.RESOLUTION: 0.2, Kind.REFERENCE: 0.3, Kind.WARRANT: 0.02}
"""What share has a trait that a list does not show, before it was asked for."""
_SEEN_TOGETHER = 0.8
"""How many are sought by a country of their own."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """A slice that could be asked for, and what is expected of it."""

    traits: Traits
    known: int
    share: float
    missing: float
    size: float


@dataclass(frozen=True, slots=True)
class Fact:
    """What a slice that was asked for has: how many, and how many its answer gave."""

    total: int
    given: int


class Covering:
    """Knows what was asked, and chooses what comes next."""

    def __init__(self, crowd: Crowd, kinds: frozenset[Kind], cap: int) -> None:
        self._crowd = crowd
        self._cap = cap
        self.facts: dict[Traits, Fact] = {}
        self._refused: set[tuple[str, Kind]] = set()
        self.proven: set[tuple[str, Kind]] = set()
        self._hidden = [trait for trait in _hidden_traits() if trait.kind in kinds]
        self._unseen = [Trait("nationality", country, Kind.NATIONALITY) for country in COUNTRIES]

    def refuse(self, parameter: str, kind: Kind) -> None:
        """Ask no more by what the service does not honour."""
        self._refused.add((parameter, kind))

    def best(self, total: int) -> Prospect | None:
        """Choose the slice that promises most."""
        crowd = self._crowd
        root = Prospect((), crowd.everybody, 1.0, max(total - len(crowd), 0), total)
        usable = self._usable(1 if root.missing * 10 < total else 3)
        common = [pair for pair in usable if pair[1].bit_count() * 100 >= len(crowd) or pair[0].kind not in SHOWN]
        best: Prospect | None = None
        most = 0.0
        beam = [root]
        for depth in range(_DEEPEST):
            found = [each for parent in beam for each in self._within(parent, common if depth else usable)]
            for prospect in found:
                worth = self._worth(prospect)
                if worth > most and self._is_open(prospect):
                    best, most = prospect, worth
            over = {each.traits: each for each in found if each.size > self._cap and each.missing >= 1}
            beam = nlargest(_BEAM, over.values(), key=lambda each: (each.missing, each.traits))
        return best

    def _usable(self, fewest: int) -> list[tuple[Trait, int]]:
        shown = [(trait, bits) for trait, bits in self._crowd.with_trait.items() if bits.bit_count() >= fewest]
        unseen = [(trait, 0) for trait in self._unseen if trait not in self._crowd.with_trait] if fewest == 1 else []
        return [
            (trait, bits)
            for trait, bits in (*shown, *unseen, *((trait, 0) for trait in self._hidden))
            if (trait.parameter, trait.kind) not in self._refused
        ]

    def _within(self, parent: Prospect, usable: list[tuple[Trait, int]]) -> Iterator[Prospect]:
        taken = {trait.parameter for trait in parent.traits}
        # One thing at a time is tried that the service may not honour, so that it is clear what it does not.
        proven = all((trait.parameter, trait.kind) in self.proven for trait in parent.traits)
        known = parent.known.bit_count()
        open_ = parent.known & ~self._crowd.settled
        opened = open_.bit_count()
        for trait, bits in usable:
            if trait.parameter in taken or not (proven or (trait.parameter, trait.kind) in self.proven):
                continue
            traits = tuple(sorted((*parent.traits, trait)))
            if trait.kind not in SHOWN:
                share = self._share(trait, parent.known, known)
                yield self._measured(
                    Prospect(traits, parent.known, parent.share * share, parent.missing * share, parent.size * share)
                )
                continue
            both = parent.known & bits
            number = both.bit_count()
            share = ((open_ & bits).bit_count() + _PRIOR * 0.5 * (number + 0.02) / (known + 1)) / (opened + _PRIOR)
            missing = parent.missing * share
            if (alone := self.facts.get((trait,))) is not None:
                missing = min(missing, max(alone.total - bits.bit_count(), 0))
            yield self._measured(Prospect(traits, both, parent.share, missing, number * parent.share + missing))

    def _measured(self, prospect: Prospect) -> Prospect:
        """Put what was answered in the place of what was expected."""
        fact = self.facts.get(prospect.traits)
        if fact is None:
            return prospect
        known = max(prospect.known.bit_count() * prospect.share, fact.given)
        return Prospect(prospect.traits, prospect.known, prospect.share, max(fact.total - known, 0.0), fact.total)

    def _share(self, trait: Trait, people: int, number: int) -> float:
        """Estimate how many of these people have what the list does not show."""
        fact, whole = self.facts.get((trait,)), self.facts.get(())
        alone = fact.total / max(whole.total, 1) if fact and whole else _HIDDEN[trait.kind]
        if trait.kind is not Kind.WARRANT:
            return alone
        same = self._crowd.with_trait.get(Trait("nationality", trait.value, Kind.NATIONALITY), 0)
        return _SEEN_TOGETHER * (people & same).bit_count() / max(number, 1) + (1 - _SEEN_TOGETHER) * alone

    def _worth(self, prospect: Prospect) -> float:
        open_ = prospect.known & ~self._crowd.settled
        hard = (open_ & self._crowd.without_birth).bit_count() / (open_.bit_count() + 1)
        if any(trait.kind is Kind.AGE for trait in prospect.traits):
            hard = 0.0
        fits = min(1.0, _FILL * self._cap / max(prospect.size, 1.0))
        return prospect.missing * (1 + (_HARD - 1) * hard) * fits * fits

    def _is_open(self, prospect: Prospect) -> bool:
        """Say whether it was not asked for yet, and is in nothing that was answered in full."""
        if prospect.traits in self.facts:
            return False
        traits = prospect.traits
        for chosen in range(1, 1 << len(traits)):
            fact = self.facts.get(tuple(trait for place, trait in enumerate(traits) if chosen >> place & 1))
            if fact is not None and fact.given >= fact.total:
                return False
        return True


def _hidden_traits() -> Iterator[Trait]:
    yield from (Trait("sexId", sex, Kind.SEX) for sex in SEXES)
    yield from (Trait("arrestWarrantCountryId", country, Kind.WARRANT) for country in COUNTRIES)
    yield from (Trait("unReference", str(digit), Kind.REFERENCE) for digit in range(10))
    yield from (Trait("unResolution", number, Kind.RESOLUTION) for number in RESOLUTIONS)
