"""Words in charge and narrative on which a person must read a referral before anything goes out."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.vocabulary.facts import Flag

_BEFORE_NFKD = (("ß", "ss"), ("œ", "oe"), ("æ", "ae"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ı", "i"))
_INVISIBLE = frozenset({"Cf", "Mn", "Me"})
_TATWEEL = 0x0640
_ARTICLES = frozenset({"al", "el"})
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_TYPOGRAPHY = re.compile("[\u00a0-\u00bf\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u2bff\u3000-\u3003]+")


class _Characters(dict[int, str | None]):
    """What each character becomes: itself if it belongs to a word, a blank between words, nothing if invisible."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        if unicodedata.category(character) in _INVISIBLE or code == _TATWEEL:
            kept: str | None = None
        else:
            kept = character if character.isalnum() else " "
        self[code] = kept
        return kept


_CHARACTERS = _Characters()
_ASCII = {code: character if (character := chr(code)).isalnum() else " " for code in range(128)}


def fold(text: str) -> str:
    """Bring text to lower case without marks, its words parted by blanks, as the word tables are too."""
    text = text.lower()
    if text.isascii():
        return text.translate(_ASCII)
    for letter, letters in _BEFORE_NFKD:
        text = text.replace(letter, letters)
    text = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text))
    if not text.isascii():
        text = _TYPOGRAPHY.sub(" ", text)
    # Letters such as mathematical bold ones have no lower case before NFKD.
    return text.lower().translate(_ASCII if text.isascii() else _CHARACTERS)


def is_beyond_lists(folded: str) -> bool:
    """Tell whether so much of a folded text is in other letters than Latin that the lists cannot judge it."""
    if folded.isascii():
        return False
    letters = folded.replace(" ", "")
    return 4 * sum(not letter.isascii() for letter in letters) > len(letters)


@dataclass(frozen=True, slots=True)
class FlagWord:
    """One entry of the word table."""

    flag: Flag | None
    language: str
    words: str
    source: str


class WordTable:
    """The entries, indexed once: a quick look at the tokens, and only where one is found a walk along them."""

    def __init__(self, entries: Iterable[FlagWord]) -> None:
        self._by_first: dict[str, list[tuple[list[str], Flag | None]]] = {}
        self._stems: dict[str, Flag | None] = {}
        self._triggers: dict[str, list[frozenset[str]]] = {}
        for entry in entries:
            if entry.words.endswith("*"):
                self._stems[fold(entry.words.removesuffix("*"))] = entry.flag
                continue
            for phrase in _spellings(entry.words):
                self._by_first.setdefault(phrase[0], []).append((phrase, entry.flag))
                if entry.flag is not None:
                    self._triggers.setdefault(max(phrase, key=len), []).append(frozenset(phrase))
        # The longest first: a usual phrase uses up the word that would otherwise raise a flag.
        for phrases in self._by_first.values():
            phrases.sort(key=lambda found: -len(found[0]))
        self._known = frozenset(self._triggers)
        self._stem_starts = tuple(self._stems)

    def flags_in(self, folded: str) -> frozenset[Flag]:
        """Give the flags whose words stand in folded text."""
        tokens = folded.split()
        if not any(stem in folded for stem in self._stem_starts):
            if self._known.isdisjoint(tokens):
                return frozenset()
            given = set(tokens)
            if not any(phrase <= given for word in self._known & given for phrase in self._triggers[word]):
                return frozenset()
        return frozenset(flag for flag in self._walk(_without_articles(tokens)) if flag is not None)

    def _walk(self, tokens: list[str]) -> Iterator[Flag | None]:
        place = 0
        while place < len(tokens):
            token, step = tokens[place], 1
            for phrase, flag in self._by_first.get(token, ()):
                if tokens[place : place + len(phrase)] == phrase:
                    yield flag
                    step = len(phrase)
                    break
            else:
                if token.startswith(self._stem_starts):
                    yield next(flag for stem, flag in self._stems.items() if token.startswith(stem))
            place += step


def _spellings(words: str) -> list[list[str]]:
    """Give an entry as tokens: an apostrophe parts words, as in French, or joins them, as in Arabic names."""
    return [_without_articles(fold(spelling).split()) for spelling in {words, words.replace("'", "")}]


def _without_articles(tokens: list[str]) -> list[str]:
    """Drop the Arabic article, which police texts write as they like."""
    return [token for token in tokens if token not in _ARTICLES]


def read_flag_words(path: Path) -> tuple[FlagWord, ...]:
    """Read the word table."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return tuple(
        FlagWord(None if flag == "none" else Flag(flag), language, words, source)
        for flag, language, words, source in rows[1:]
    )


_ENTRIES = read_flag_words(Path(__file__).parent / "data" / "flag_words.tsv")

REVIEW_WORDS = WordTable(entry for entry in _ENTRIES if entry.flag is not Flag.PRIVATE_DISPUTE)
"""Article 3 and repression: looked for in charges, translations and narratives."""

PRIVATE_WORDS = WordTable(entry for entry in _ENTRIES if entry.flag in (Flag.PRIVATE_DISPUTE, None))
"""Private disputes: looked for in charges and their translations; a narrative speaks of debts all the time."""
