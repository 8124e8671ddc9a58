"""What one condition of a rule says of another: Webb county is in Texas, and Texas in the United States."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from schemas.marks import TLP_LABELS
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.offices import DESKS, OFFICES
from services.routing.domain.described import INTERNATIONAL_BODY, PROTECTED_PERSON, flag_key
from services.routing.domain.rules import Dimension
from services.routing.domain.ruleset import Gateway, Places

US = "US"
_Words = Iterator[str]


@dataclass(frozen=True, slots=True)
class Implied:
    """Words of conditions as the places of a ruleset relate them."""

    places: Places
    gateways: Mapping[str, frozenset[Gateway]]
    """The gateways that rules call by a name: several, where one name stands for several places."""

    def surely(self, dimension: Dimension, word: str) -> _Words:
        """Say what else is true of every referral of which a word is true."""
        yield from _SURELY.get(dimension, _nothing)(self, word)

    def maybe(self, dimension: Dimension, word: str) -> _Words:
        """Say what else may be true of a referral of which a word is true, wherever that is the wider of the two."""
        yield from self.surely(dimension, word)
        if dimension is Dimension.PLACE:
            yield from _around(self, word)
        elif dimension is Dimension.REQUESTER and word != INTERNATIONAL_BODY:
            yield INTERNATIONAL_BODY


def implied_by(places: Places) -> Implied:
    """Relate words by the places of a ruleset."""
    gateways: defaultdict[str, set[Gateway]] = defaultdict(set)
    for several in places.gateways.values():
        for gateway in several:
            gateways[f"gateway {gateway.name}"].add(gateway)
    return Implied(places, {name: frozenset(called) for name, called in gateways.items()})


def is_abroad(word: str, implied: Implied) -> bool:
    """Tell whether a place lies abroad or is a military post, where no office acts."""
    if called := implied.gateways.get(word):
        return all(gateway.abroad for gateway in called)
    return word.startswith("country ") or word in implied.places.military


def _nothing(_: Implied, __: str) -> _Words:
    return iter(())


def _place(implied: Implied, word: str) -> _Words:
    if called := implied.gateways.get(word):
        yield from frozenset.intersection(*map(_of_gateway, called))
    elif word != US and not is_abroad(word, implied):
        if word.startswith("ZIP ") and word[:7] != word:
            yield word[:7]
        if "/" in word:
            yield word.partition("/")[0]
        yield US


def _of_gateway(gateway: Gateway) -> frozenset[str]:
    return frozenset({f"country {gateway.area}"} if gateway.abroad else {gateway.area, US})


def _around(implied: Implied, word: str) -> _Words:
    places = implied.places
    kind, _, name = word.rpartition(" ")
    if word in OFFICES:
        yield from (area for area, offices in places.areas.items() if word in offices)
    elif kind == "ZIP" and (zone := places.zip5.get(name) or places.zip3.get(name[:3])):
        yield from (zone.area, *zone.offices)
    elif word in implied.gateways:
        yield from (gateway.target for gateway in implied.gateways[word])
    elif "/" in word:
        state, _, county = word.partition("/")
        yield from places.counties.get((state, county), ())[:1]


def _requester(implied: Implied, word: str) -> _Words:
    if word in implied.places.desks and word not in DESKS:
        yield implied.places.desks[word]


def _mark(_: Implied, word: str) -> _Words:
    if word in TLP_LABELS:
        yield from TLP_LABELS[TLP_LABELS.index(word) + 1 :]
    elif word == PROTECTED_PERSON:
        yield flag_key(Flag.PROTECTED_PERSON)


_SURELY: Mapping[Dimension, Callable[[Implied, str], _Words]] = {
    Dimension.PLACE: _place,
    Dimension.REQUESTER: _requester,
    Dimension.MARKS: _mark,
}
