"""The languages that are read, and how each brings the forms of a word together."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import Stemmer

from services.referrals.charges import arabic
from services.referrals.words import fold

DATA = Path(__file__).parent / "data"

_WITH_CAPITALS_FOR_NAMES = frozenset({"en", "es", "fr"})
_CACHED_STEMS = 20_000
_SNOWBALL = {"en": "english", "es": "spanish", "fr": "french", "de": "german"}
_FRENCH_ENDINGS = (("iere", "ière"), ("ieres", "ières"), ("ee", "ée"), ("ees", "ées"), ("es", "es"))


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its code, the small words that carry no meaning alone, and what makes two words the same."""

    code: str
    articles: frozenset[str]
    function_words: frozenset[str]
    neutral_stems: frozenset[str]
    stem: Callable[[str], str]

    def tokens(self, text: str) -> list[str]:
        """Part a text into folded words."""
        return arabic.tokens(text) if self.code == "ar" else fold(text).split()

    def names_in(self, text: str) -> frozenset[str]:
        """Give the words that are names of persons or places, as far as capitals within a sentence tell."""
        if self.code not in _WITH_CAPITALS_FOR_NAMES:
            return frozenset()
        later = text.split()[1:]
        return frozenset(fold(word).strip() for word in later if word[0].isupper() and not word.isupper())


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Read a table of this package row by row; lines that start with # are notes."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        kept = (line for line in lines if not line.startswith("#"))
        yield from csv.DictReader(kept, delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def tongues() -> dict[str, Tongue]:
    """Give the languages by their codes."""
    neutral = {row["language"]: row["words"].split() for row in read_rows("neutral-words.tsv")}
    return {row["language"]: _tongue(row, neutral[row["language"]]) for row in read_rows("function-words.tsv")}


def _tongue(row: dict[str, str], neutral: Iterable[str]) -> Tongue:
    articles = frozenset(row["articles"].split())
    stem = lru_cache(_CACHED_STEMS)(_stemmer(row["language"]))
    words = articles | set(row["words"].split())
    return Tongue(row["language"], articles, words, frozenset(map(stem, neutral)), stem)


def _stemmer(code: str) -> Callable[[str], str]:
    if code == "ar":
        return arabic.stem
    stem_word: Callable[[str], str] = Stemmer.Stemmer(_SNOWBALL[code]).stemWord
    if code != "fr":
        return stem_word
    return lambda word: fold(stem_word(_with_accents(word))).strip()


def _with_accents(word: str) -> str:
    """Give French endings back the accents by which the stemmer knows them."""
    for plain, accented in _FRENCH_ENDINGS:
        if word.endswith(plain):
            return word.removesuffix(plain) + accented
    return word


def tongue_of(language: str | None, text: str) -> Tongue | None:
    """Choose the language to read a text in: the stated one if we read it, else the one whose small words it has."""
    known = tongues()
    if language is not None:
        code = language.partition("-")[0].lower()
        if code != "und":
            return known.get(code)
    return _guess(text, known.values())


def _guess(text: str, known: Iterable[Tongue]) -> Tongue:
    words = fold(text).split()
    return max(known, key=lambda tongue: sum(word in tongue.function_words for word in words))
