"""What one clause means: the concepts it says and denies, and how much of it was not understood."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from services.referrals.charges.forms import Found, Word
from services.referrals.charges.lexicon import Lexicon

_NOT, _NOT_PURSUED, _BUT, _UNCLEAR = "not", "not_pursued", "but", "unclear"
_SILENT = frozenset({_NOT, _NOT_PURSUED, _BUT, _UNCLEAR, "mask", "none"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """The concepts of a clause or of several, each with the words that say it."""

    said: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    unread: int = 0
    """How many words of it, but for small words, numbers and names, say nothing that we know."""
    unclear: bool = False

    def words_saying(self, concepts: Iterable[str]) -> frozenset[tuple[int, int]]:
        """Give the words that say some of its concepts."""
        return frozenset().union(*(self.said[concept] for concept in concepts))


def read_clause(lexicon: Lexicon, text: str, number: int) -> Meaning:
    """Read one clause of a charge; its number tells its words from those of others."""
    words = lexicon.words_of(text)
    found = sorted(lexicon.find(words), key=lambda one: one.places)
    scope = _Scope()
    for one in found:
        scope.take(one)
    said: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for one in scope.said:
        for concept in one.form.concepts:
            said[concept].update((number, place) for place in one.places)
    return Meaning(
        {concept: frozenset(places) for concept, places in said.items() if concept not in _SILENT},
        frozenset(concept for one in scope.denied for concept in one.form.concepts) - _SILENT,
        _unread(words, found, scope.denials),
        scope.unclear,
    )


class _Scope:
    """Walks along the forms of a clause, and keeps apart what is said and what is denied."""

    def __init__(self) -> None:
        self.said: list[Found] = []
        self.denied: list[Found] = []
        self.denials: list[tuple[int, int | None]] = []
        self.unclear = False
        self._since_but = 0

    def take(self, one: Found) -> None:
        """Take the next form."""
        concepts = one.form.concepts
        if _NOT in concepts:
            self._close(one.places[0])
            self.denials.append((one.places[0], None))
        elif _BUT in concepts:
            self._close(one.places[0])
            self._since_but = len(self.said)
        elif _NOT_PURSUED in concepts:
            self.denied += self.said[self._since_but :]
            del self.said[self._since_but :]
        elif _UNCLEAR in concepts:
            self.unclear = True
        elif self._is_denying:
            self.denied.append(one)
        else:
            self.said.append(one)

    @property
    def _is_denying(self) -> bool:
        return bool(self.denials) and self.denials[-1][1] is None

    def _close(self, place: int) -> None:
        if self._is_denying:
            self.denials[-1] = (self.denials[-1][0], place)


def _unread(words: Sequence[Word], found: Iterable[Found], denials: Sequence[tuple[int, int | None]]) -> int:
    read = {place for one in found for place in one.places}
    return sum(
        place not in read
        and word.counts
        and not any(start <= place and (end is None or place < end) for start, end in denials)
        for place, word in enumerate(words)
    )


def together(meanings: Sequence[Meaning]) -> Meaning:
    """Take several clauses as one."""
    if len(meanings) == 1:
        return meanings[0]
    said: dict[str, frozenset[tuple[int, int]]] = {}
    for meaning in meanings:
        for concept, places in meaning.said.items():
            said[concept] = said.get(concept, frozenset()) | places
    return Meaning(
        said,
        frozenset().union(*(meaning.denied for meaning in meanings)),
        sum(meaning.unread for meaning in meanings),
        any(meaning.unclear for meaning in meanings),
    )


def all_concepts(meaning: Meaning) -> Set[str]:
    """Give what a clause says or denies."""
    return meaning.said.keys() | meaning.denied
