"""Chooses what to ask next where a list cannot be cut into disjoint parts: what promises most who are not known yet.

How many of the missing have a trait is estimated from those found whom no finished answer accounts for: whoever is
missing is in no finished answer either. The estimates only order the questions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import nlargest

from services.referrals.feed.closed import Closed, Traits, subsets
from services.referrals.feed.crowd import Crowd
from services.referrals.feed.lists import COUNTRIES, RESOLUTIONS, SEXES
from services.referrals.feed.traits import SHOWN, Kind, Trait

_BEAM = 8
"""How many slices over the cap are looked into for a smaller one."""
_DEEPEST = 3
_FILL = 0.9
_HARD = 6.0
"""How many others somebody without a date of birth is worth, whom fewer questions reach."""
_GUESSED = 0.1
"""How much less is thought of what the list does not show."""
_PRIOR = 25.0
"""How many people's worth the traits of all count beside those of the ones not accounted for."""
_NEARLY = 0.5
"""What share of the most promising a slice has to promise to be asked for together with it."""
_LEAST_HOPE = 0.3
"""What share of those expected has to come for a slice not to be doubted."""
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
        self._closed = Closed()
        self._doubts: dict[Traits, float] = {}
        self._hidden = [trait for trait in _hidden_traits() if trait.kind in kinds]
        self._unseen = [Trait("nationality", country, Kind.NATIONALITY) for country in COUNTRIES]

    def refuse(self, parameter: str, kind: Kind) -> None:
        """Ask no more by what the service does not honour."""
        self._refused.add((parameter, kind))

    def learn(self, traits: Traits, fact: Fact) -> None:
        """Take what was answered."""
        self.facts[traits] = fact
        if fact.given >= fact.total:
            self._closed.add(traits)

    def came(self, prospect: Prospect, new: int) -> None:
        """Trust the estimates less that a question in vain came from."""
        for traits in subsets(prospect.traits):
            if len(traits) > 1 or traits in self.facts:
                vain = new < _LEAST_HOPE * prospect.missing
                self._doubts[traits] = self._doubts.get(traits, 1.0) * 0.5 if vain else 1.0

    def best(self, total: int, at_most: int) -> list[Prospect]:
        """Choose the slices that promise most, and have few in common."""
        crowd = self._crowd
        root = Prospect((), crowd.everybody, 1.0, max(total - len(crowd), 0), total)
        usable = self._usable(1 if root.missing * 10 < total else 3)
        common = [pair for pair in usable if pair[1].bit_count() * 60 >= len(crowd) or pair[0].kind not in SHOWN]
        good: list[tuple[float, Prospect]] = []
        most = 0.0
        beam = [root]
        for depth in range(_DEEPEST):
            over: dict[Traits, Prospect] = {}
            for parent in beam:
                for prospect in self._within(parent, common if depth else usable):
                    if prospect.missing * _HARD / 2 < most:
                        continue
                    worth = self._worth(prospect)
                    if worth > most * _NEARLY and worth > 0 and self._is_open(prospect):
                        most = max(most, worth)
                        good.append((worth, prospect))
                    if prospect.size > self._cap and prospect.missing >= 1:
                        over[prospect.traits] = prospect
            beam = nlargest(_BEAM, over.values(), key=lambda each: (each.missing, each.traits))
        good.sort(key=lambda pair: (-pair[0], pair[1].traits))
        return _apart([prospect for worth, prospect in good if worth >= most * _NEARLY], at_most)

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
        # Whoever is missing is most like those whom one answer alone accounts for.
        alike = parent.known & ~self._crowd.settled_twice
        like = alike.bit_count()
        for trait, bits in usable:
            if trait.parameter in taken or not (proven or (trait.parameter, trait.kind) in self.proven):
                continue
            traits = tuple(sorted((*parent.traits, trait))) if parent.traits else (trait,)
            if trait.kind not in SHOWN:
                share = self._share(trait, parent.known, known)
                yield self._measured(
                    Prospect(traits, parent.known, parent.share * share, parent.missing * share, parent.size * share)
                )
                continue
            both = parent.known & bits
            number = both.bit_count()
            likely = ((alike & bits).bit_count() + 0.02) / (like + 1)
            share = ((open_ & bits).bit_count() + _PRIOR * likely) / (opened + _PRIOR)
            missing = parent.missing * share
            if (alone := self.facts.get((trait,))) is not None:
                missing = min(missing, max(alone.total - bits.bit_count(), 0))
            yield self._measured(Prospect(traits, both, parent.share, missing, number * parent.share + missing))

    def _measured(self, prospect: Prospect) -> Prospect:
        """Put what was answered in the place of what was expected."""
        fact = self.facts.get(prospect.traits)
        doubt = self._doubts.get(prospect.traits, 1.0)
        if fact is None:
            return prospect if doubt == 1.0 else replace(prospect, missing=prospect.missing * doubt)
        missing = max(fact.total - max(prospect.known.bit_count() * prospect.share, fact.given), 0.0)
        if prospect.share < 1.0:
            # Who of those known has what the list does not show is not known either.
            missing = min(missing, 2 * prospect.missing)
        return replace(prospect, missing=missing * doubt, size=fact.total)

    def _share(self, trait: Trait, people: int, number: int) -> float:
        """Estimate how many of these people have what the list does not show."""
        fact, whole = self.facts.get((trait,)), self.facts.get(())
        alone = fact.total / max(whole.total, 1) if fact and whole else _HIDDEN[trait.kind]
        if trait.kind is Kind.SEX and fact is None:
            return SEXES[trait.value] / sum(SEXES.values())
        if trait.kind is not Kind.WARRANT:
            return alone
        same = self._crowd.with_trait.get(Trait("nationality", trait.value, Kind.NATIONALITY), 0)
        return _SEEN_TOGETHER * (people & same).bit_count() / max(number, 1) + (1 - _SEEN_TOGETHER) * alone

    def _worth(self, prospect: Prospect) -> float:
        open_ = prospect.known & ~self._crowd.settled
        hard = (open_ & self._crowd.without_birth).bit_count() / (open_.bit_count() + 1)
        if any(trait.kind is Kind.AGE for trait in prospect.traits):
            hard = 0.0
        if any(trait.kind not in SHOWN for trait in prospect.traits):
            hard -= _GUESSED
        fits = min(1.0, _FILL * self._cap / max(prospect.size, 1.0))
        return prospect.missing * (1 + (_HARD - 1) * hard) * fits * fits

    def _is_open(self, prospect: Prospect) -> bool:
        """Say whether it was not asked for yet, and is in nothing that was answered in full."""
        return prospect.traits not in self.facts and prospect.traits not in self._closed


def _apart(prospects: list[Prospect], at_most: int) -> list[Prospect]:
    chosen: list[Prospect] = []
    for prospect in prospects:
        if len(chosen) == at_most:
            break
        number = prospect.known.bit_count()
        if all((prospect.known & other.known).bit_count() <= 0.3 * number for other in chosen):
            chosen.append(prospect)
    return chosen


def _hidden_traits() -> Iterator[Trait]:
    yield from (Trait("sexId", sex, Kind.SEX) for sex in SEXES)
    yield from (Trait("arrestWarrantCountryId", country, Kind.WARRANT) for country in COUNTRIES)
    yield from (Trait("unReference", str(digit), Kind.REFERENCE) for digit in range(10))
    yield from (Trait("unResolution", number, Kind.RESOLUTION) for number in RESOLUTIONS)
