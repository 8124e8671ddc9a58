"""Remembers which slices were given in full, and so in which others nobody can be missing."""

from collections.abc import Iterator

from services.referrals.feed.traits import Kind, Trait

Traits = tuple[Trait, ...]


class Closed:
    """What was given in full: a slice in one of these, or in several ages of these together, needs no question."""

    def __init__(self) -> None:
        self._whole: list[Traits] = []
        self._years: dict[Traits, set[int]] = {}
        self._in_one: set[Traits] = set()
        self._compared: dict[Traits, int] = {}
        """With how many of the slices given in full one was compared before, and is in none of them."""

    def add(self, traits: Traits) -> None:
        """Take a slice that was given in full."""
        ages = [trait for trait in traits if trait.kind is Kind.AGE]
        rest = tuple(trait for trait in traits if trait.kind is not Kind.AGE)
        if ages:
            self._years.setdefault(rest, set()).update(years_of(ages[0]))
        else:
            self._whole.append(traits)

    def __contains__(self, traits: Traits) -> bool:
        """Say whether everybody with these traits was given."""
        if traits in self._in_one:
            return True
        if any(_in(traits, whole) for whole in self._whole[self._compared.get(traits, 0) :]):
            self._in_one.add(traits)
            return True
        self._compared[traits] = len(self._whole)
        ages = [trait for trait in traits if trait.kind is Kind.AGE]
        return bool(ages) and any(
            _in(traits, rest) and years.issuperset(years_of(ages[0])) for rest, years in self._years.items()
        )


def _in(traits: Traits, wider: Traits) -> bool:
    return all(any(_has(trait, each) for trait in traits) for each in wider)


def _has(trait: Trait, wider: Trait) -> bool:
    """Say whether whoever has a trait has a wider one as well."""
    if trait == wider:
        return True
    if trait.parameter != wider.parameter or trait.kind not in (Kind.PART, Kind.START):
        return False
    if wider.kind is Kind.PART:
        return wider.value in trait.value
    return wider.kind is trait.kind is Kind.START and trait.value.startswith(wider.value)


def years_of(trait: Trait) -> range:
    """Give the years of an interval of ages."""
    youngest, oldest = map(int, trait.value.split("-"))
    return range(youngest, oldest + 1)


def subsets(traits: Traits) -> Iterator[Traits]:
    """Give every choice of some of these, all of them too."""
    for chosen in range(1, 1 << len(traits)):
        yield tuple(trait for place, trait in enumerate(traits) if chosen >> place & 1)
