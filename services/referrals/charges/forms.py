"""Where forms stand in a text: the longest first, and what each uses up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_LONGEST_GAP = 3
_MASK = "mask"
_WHOLE = "w_"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say one or several concepts: the words one after another, some after a gap."""

    concepts: tuple[str, ...]
    words: tuple[str, ...]
    after_gap: tuple[bool, ...]
    others: frozenset[str]
    spelled: int

    @classmethod
    def of(cls, concepts: str, words: Sequence[str], after_gap: Sequence[bool]) -> "Form":
        """Make a form, with what a quick look at a text needs."""
        return cls(tuple(concepts.split()), tuple(words), tuple(after_gap), frozenset(words[1:]), sum(map(len, words)))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text by the keys under which forms know it."""

    keys: tuple[str, ...]
    is_small: bool = False
    """It may be stepped over between two words of a form."""
    counts: bool = True
    """It matters if it is not understood: it is no small word, number or name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A form that stands in a text, with the places of its words."""

    form: Form
    places: tuple[int, ...]


def places_of(form: Form, words: Sequence[Word], place: int) -> tuple[int, ...] | None:
    """Give where the words of a form stand if the first is at a place."""
    places = [place]
    for key, after_gap in zip(form.words[1:], form.after_gap[1:], strict=True):
        follower = _next(key, words, places[-1] + 1, _LONGEST_GAP if after_gap else 0)
        if follower is None:
            return None
        places.append(follower)
    return tuple(places)


def _next(key: str, words: Sequence[Word], start: int, gap: int) -> int | None:
    """Find a word behind a place, over small words and as many others as the gap allows."""
    for place in range(start, len(words)):
        if key in words[place].keys:
            return place
        if not words[place].is_small:
            if not gap:
                return None
            gap -= 1
    return None


def longest_first(found: Iterable[Found]) -> list[Found]:
    """Keep each form whose words no longer form has used; phrases that name a category and words that build one apart.

    Else "false identity document" would use up what "printing" needs to become the printing of false documents.
    """
    used: dict[bool, dict[int, Found]] = {True: {}, False: {}}
    kept: list[Found] = []
    for candidate in sorted(found, key=_most_words_first):
        is_mask = _MASK in candidate.form.concepts
        names_a_category = candidate.form.concepts[0].startswith(_WHOLE)
        layers = [used[True], used[False]] if is_mask else [used[names_a_category]]
        if any(_is_used(candidate, layer) for layer in layers):
            continue
        for layer in layers:
            layer.update(dict.fromkeys(candidate.places, candidate))
        kept.append(candidate)
    return kept


def _is_used(candidate: Found, used: Mapping[int, Found]) -> bool:
    users = {id(used[place]): used[place] for place in candidate.places if place in used}
    # The same words may say several things; then all of them count.
    return any(user.places != candidate.places or _MASK in user.form.concepts for user in users.values())


def _most_words_first(found: Found) -> tuple[int, int, bool, int]:
    return (-len(found.places), -found.form.spelled, _MASK not in found.form.concepts, found.places[0])
