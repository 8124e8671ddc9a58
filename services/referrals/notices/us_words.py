"""Whether a text names the United States, or a place in them: a false word here would bring a stranger's notice in.

Money in dollars of the United States is no tie to them, for it is used everywhere. A name that others bear too does
not count, nor does a short form that is a word of its own (`us`, the Spanish `usa`), unless its letters tell.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.referrals.words import fold

_CURRENCY = frozenset({"dollar", "dollars", "dolar", "dolares", "usd", "دولار"})
_BETWEEN = frozenset({"of", "the", "de", "des", "los", "du", "d", "der", "von", "l"})
_DOTTED = re.compile(r"\bU\. ?S\.(?: ?A\.)?(?! ?(?:\$|[Dd]ollars?\b|[Cc]urrency\b|DOLLARS?\b))")
_SHORT = re.compile(r"(?<![\w$])USA?(?![\w$])(?! ?(?:\$|[Dd]ollars?\b|DOLLARS?\b|[Cc]urrency\b))")
_SET_APART = re.compile(r"[,(/-] ?USA(?!\w)(?! ?(?:\$|DOLLARS?\b))")


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: the country alone, or a state, or a city of it."""

    state: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    state: str
    tokens: tuple[str, ...]
    not_after: tuple[tuple[str, ...], ...]
    not_before: tuple[tuple[str, ...], ...]

    @property
    def named(self) -> Named:
        """Say what it stands for; of `houston texas` the city is the first part."""
        if self.kind == "country":
            return Named()
        return Named(self.state, _city(self.tokens) if self.kind == "city" else None)


def named_in(text: str) -> tuple[Named, ...]:
    """Give what of the United States a text names, each once, in its order."""
    found = [*_short_forms(text), *_words(fold(text).split())]
    return tuple(dict.fromkeys(found))


def _short_forms(text: str) -> Iterator[Named]:
    if _DOTTED.search(text) and not _only_dollars(_DOTTED, text):
        yield Named()
        return
    # In a text of capitals only, `US` is a pronoun and `USA` a Spanish verb.
    is_plain = text != text.upper()
    pattern = _SHORT if is_plain else _SET_APART
    if pattern.search(text) and not _only_dollars(pattern, text):
        yield Named()


def _only_dollars(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether every such form stands behind a word for money."""
    return all(
        (before := fold(text[: found.start()]).split()) and before[-1] in _CURRENCY for found in pattern.finditer(text)
    )


def _words(tokens: list[str]) -> Iterator[Named]:
    place = 0
    while place < len(tokens):
        word = next((word for word in _BY_FIRST.get(tokens[place], ()) if _stands(word, tokens, place)), None)
        if word is not None:
            yield word.named
        place += len(word.tokens) if word is not None else 1


def _stands(word: _Word, tokens: list[str], place: int) -> bool:
    end = place + len(word.tokens)
    if tuple(tokens[place:end]) != word.tokens:
        return False
    if any(tuple(tokens[max(place - len(before), 0) : place]) == before for before in word.not_after):
        return False
    if any(tuple(tokens[end : end + len(after)]) == after for after in word.not_before):
        return False
    return word.kind != "country" or not _is_money(tokens, place)


def _is_money(tokens: list[str], place: int) -> bool:
    """Tell whether it is `dollars of the United States`."""
    before = place - 1
    while before >= 0 and tokens[before] in _BETWEEN:
        before -= 1
    return before >= 0 and tokens[before] in _CURRENCY


def _city(tokens: tuple[str, ...]) -> str:
    kept = tokens[:-1] if len(tokens) > 1 and tokens[-1] in _STATES else tokens
    return " ".join(kept).title()


_STATES = frozenset(
    {"texas", "california", "ca", "nevada", "massachusetts", "pennsylvania", "florida", "colorado", "arizona"}
)


def _phrases(cell: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(fold(phrase).split()) for phrase in cell.split("|") if phrase)


def _read(path: Path) -> Mapping[str, tuple[_Word, ...]]:
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    found: dict[str, list[_Word]] = {}
    for kind, state, words, not_after, not_before, _ in rows[1:]:
        tokens = tuple(fold(words).split())
        found.setdefault(tokens[0], []).append(_Word(kind, state, tokens, _phrases(not_after), _phrases(not_before)))
    # The longest first: `houston texas` is a city, and not only a state.
    return {first: tuple(sorted(entries, key=lambda word: -len(word.tokens))) for first, entries in found.items()}


_BY_FIRST = _read(Path(__file__).parent / "data" / "us_words.tsv")
