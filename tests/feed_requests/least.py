"""The fewest pages that a list could be read with by somebody who knew it already: between a floor and a best known.

The floor is counting: no answer gives more than a page. The best known is a choice of questions made with the whole
list at hand, by what the service honours, and asked. A crawler has no list beforehand, so it also pays for finding out
how the list is spread: that is fair, and no part of either.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from math import ceil

from services.referrals.feed.crowd import Crowd
from services.referrals.feed.gathering import query_of
from services.referrals.feed.letters import CELLS, END, Letters, letter_at
from services.referrals.feed.query import Answer, ListName, Query
from services.referrals.feed.traits import Kind, Trait, kinds_of
from tests.support.listed_people import TODAY, Person

Ask = Callable[[Query], Answer]
Pages = dict[Query, int]
"""Questions, each with the people whom its page shows, as bits."""

_WORTH_WHILE = 0.6
"""How full a page of two traits has to be to be looked at."""
_PLACES = 5
_ROWS = (3, 4, 5, 6, 7, 8, 9, 10, 11)
"""Into how many pages' worth the letters of one place are packed before those of another are."""
_HARD = (1.0, 3.0, 10.0)
"""What somebody without a date of birth may count: each is tried."""


def floor(amount: int, cap: int) -> int:
    """Count the pages that are needed if every one is full; one that asks for nothing is always among them."""
    return max(ceil(amount / cap), 1)


def best_known(people: Sequence[Person], kinds: frozenset[Kind], *, sets: bool, cap: int, ask: Ask) -> int:
    """Choose questions with the list at hand, and count them once asking has shown that they give everybody."""
    crowd = _crowd_of(people)
    pages = {Query(): _shown(crowd.everybody, cap), **_pages(crowd, kinds, cap)}
    places = {person.entity_id: place for place, person in enumerate(people)}

    def shown(query: Query) -> int:
        return sum(1 << places[item.entity_id] for item in ask(query).items)

    choices = [_greedy(pages, crowd, weight, [Query()], shown) for weight in _HARD]
    if sets:
        choices.append(_greedy(pages, crowd, 1.0, [Query(), *_tiles(people, cap)], shown))
    return min(map(len, choices))


def _crowd_of(people: Sequence[Person]) -> Crowd:
    crowd = Crowd(kinds_of(ListName.RED), TODAY)
    crowd.learn(people)
    for place, person in enumerate(people):
        hidden = [Trait("arrestWarrantCountryId", country, Kind.WARRANT) for country in person.warrant_countries]
        for trait in (Trait("sexId", person.sex, Kind.SEX), *hidden):
            crowd.with_trait[trait] = crowd.with_trait.get(trait, 0) | 1 << place
    return crowd


def _pages(crowd: Crowd, kinds: frozenset[Kind], cap: int) -> Pages:
    """Give the pages by one trait, and the fairly full ones by two."""
    traits = {trait: bits for trait, bits in crowd.with_trait.items() if trait.kind in kinds}
    pages = {query_of((trait,)): _shown(bits, cap) for trait, bits in traits.items()}
    large = [(trait, bits) for trait, bits in traits.items() if bits.bit_count() > cap]
    for (one, some), (other, others) in combinations(large, 2):
        if one.parameter != other.parameter and _WORTH_WHILE * cap <= (some & others).bit_count() <= cap:
            pages[query_of((one, other))] = some & others
    return pages


def _shown(bits: int, cap: int) -> int:
    """Leave those whom a page shows: the first ones in the order of the list."""
    if bits.bit_count() <= cap:
        return bits
    shown = 0
    for _ in range(cap):
        shown |= bits & -bits
        bits &= bits - 1
    return shown


def _greedy(
    pages: Pages, crowd: Crowd, hard: float, begun: Sequence[Query], shown: Callable[[Query], int]
) -> list[Query]:
    """Ask for the page that gives most who are not known yet, until all are."""
    chosen = {query: shown(query) for query in begun}
    left = crowd.everybody
    for bits in chosen.values():
        left &= ~bits
    worth = dict.fromkeys(pages, float("inf"))
    while left:
        best = _most(pages, worth, left, crowd.without_birth, hard)
        if best in chosen:
            raise RuntimeError(f"nothing shows {left.bit_count()} of them")
        # What counts is what the list shows: it may take an age or a letter otherwise than was thought.
        chosen[best] = pages[best] = shown(best)
        left &= ~chosen[best]
    return _without_idle(chosen, crowd.everybody)


def _most(pages: Pages, worth: dict[Query, float], left: int, without_birth: int, hard: float) -> Query:
    best, most = Query(), -1.0
    # What a page is worth only falls, so one that was worth less before need not be counted again.
    for query, before in worth.items():
        if before <= most:
            continue
        new = pages[query] & left
        worth[query] = new.bit_count() + (hard - 1) * (new & without_birth).bit_count()
        if worth[query] > most:
            best, most = query, worth[query]
    return best


def _without_idle(chosen: Pages, everybody: int) -> list[Query]:
    """Leave out what later pages have made needless; the list as a whole is asked for in any case."""
    kept = dict(chosen)
    for query in list(kept):
        others = 0
        for other, bits in kept.items():
            others |= bits if other != query else 0
        if query.filters and others == everybody:
            del kept[query]
    return list(kept)


def _tiles(people: Sequence[Person], cap: int) -> list[Query]:
    """Pack sets of letters at two places of the name into pages, by the places and rows that need fewest."""
    found: list[list[Query]] = []
    for first, second in combinations(range(_PLACES), 2):
        for rows in _ROWS:
            if (tiles := _packed(people, first, second, rows * cap, cap)) is not None:
                found.append(tiles)
    return min(found, key=len, default=[])


def _packed(people: Sequence[Person], first: int, second: int, row: int, cap: int) -> list[Query] | None:
    """Pack by these two places; None where some letter is over the cap by itself."""
    counted: dict[str, dict[str, int]] = {cell: {} for cell in CELLS}
    for person in people:
        if (letter := letter_at(person.names.name, first)) is not None:
            at_second = letter_at(person.names.name, second) or END
            counted[letter][at_second] = counted[letter].get(at_second, 0) + 1
    ended = sum(counted.pop(END).values())
    if ended > cap:
        return None
    tiles = [_by_letters(Letters().with_letters(first, (END,)))] if ended else []
    for cells in _bins({cell: sum(seconds.values()) for cell, seconds in counted.items()}, row):
        sizes = {other: sum(counted[cell].get(other, 0) for cell in cells) for other in CELLS}
        if max(sizes.values()) > cap:
            return None
        letters = Letters().with_letters(first, cells)
        tiles += [_by_letters(letters.with_letters(second, page)) for page in _bins(sizes, cap)]
    return tiles


def _by_letters(letters: Letters) -> Query:
    *before, last = letters.places
    others = tuple(cell for cell in last or () if cell != END)
    ways = [Letters((*before, cells)).pattern for cells in ((END,) if END in (last or ()) else (), others) if cells]
    return Query().narrowed({"name": "|".join(ways)})


def _bins(sizes: dict[str, int], room: int) -> Iterator[tuple[str, ...]]:
    """Pack what is largest first, each into the fullest that takes it."""
    bins: list[tuple[int, tuple[str, ...]]] = []
    for cell, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
        if size == 0:
            continue
        fits = [each for each in bins if each[0] + size <= room]
        into = max(fits, default=(0, ()))
        if fits:
            bins.remove(into)
        bins.append((into[0] + size, (*into[1], cell)))
    return (cells for _, cells in bins)


def kinds_honoured(kinds: Iterable[Kind]) -> frozenset[Kind]:
    """Give what everybody's lists honour, with these kinds of patterns."""
    return kinds_of(ListName.RED) - {Kind.START, Kind.LENGTH} | frozenset(kinds)
