"""How a language says the concepts: its forms, and where they stand in a text."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from functools import lru_cache

from services.referrals.charges.compounds import part
from services.referrals.charges.forms import Form, Found, Word, longest_first, places_of
from services.referrals.charges.tongues import Tongue, read_rows, tongues

_GAP = "~"
_YOUNG = "#17"
_FROM_CHILD_TO_ADULT = 18
_CACHED_WORDS = 20_000


class Lexicon:
    """The forms of one language, indexed by their first words."""

    def __init__(self, tongue: Tongue, rows: Iterable[tuple[str, str]]) -> None:
        self._tongue = tongue
        self._by_first: dict[str, list[Form]] = defaultdict(list)
        self._known: set[str] = set()
        for concepts, written in rows:
            self._add(concepts, written)
        self._prefixes = {key.removesuffix("*") for key in self._known if key.endswith("*")}
        self._prefix_lengths = sorted({len(prefix) for prefix in self._prefixes})
        self.keys_of = lru_cache(_CACHED_WORDS)(self._keys_of)
        self.tells = lru_cache(_CACHED_WORDS)(self._tells)
        self._parts_of = lru_cache(_CACHED_WORDS)(self._part)

    def _add(self, concepts: str, written: str) -> None:
        words, after_gap = self._compiled(written)
        if not words:
            raise ValueError(f"a form without a word of its own: {concepts}: {written}")
        self._known.update(words)
        self._by_first[words[0]].append(Form.of(concepts, words, after_gap))

    def _compiled(self, written: str) -> tuple[list[str], list[bool]]:
        """Give the keys of a form; small words count only where a single other word would be left."""
        content = self._keys_and_gaps(written, self._tongue.function_words)
        if len(content[0]) == 1 and len(written.replace(_GAP, "").split()) > 1:
            return self._keys_and_gaps(written, self._tongue.articles)
        return content

    def _keys_and_gaps(self, written: str, dropped: Set[str]) -> tuple[list[str], list[bool]]:
        keys: list[str] = []
        after_gap: list[bool] = []
        gap = False
        for word in written.split():
            if word == _GAP:
                gap = True
                continue
            for key in self._keys_of_written(word, dropped):
                keys.append(key)
                after_gap.append(gap)
                gap = False
        return keys, after_gap

    def _keys_of_written(self, word: str, dropped: Set[str]) -> list[str]:
        if word == _YOUNG:
            return [_YOUNG]
        tokens = self._tongue.tokens(word.strip("=*"))
        if word.startswith("="):
            return [f"={token}" for token in tokens]
        prefix = [f"{tokens.pop()}*"] if word.endswith("*") and tokens else []
        return [*(self._key_of_kept(token) for token in tokens if token not in dropped), *prefix]

    def _key_of_kept(self, token: str) -> str:
        return f"={token}" if token in self._tongue.function_words else self._tongue.stem(token)

    def _keys_of(self, word: str) -> tuple[str, ...]:
        keys = [key for key in (f"={word}", self._tongue.stem(word)) if key in self._known]
        keys += [
            f"{word[:length]}*"
            for length in self._prefix_lengths
            if length <= len(word) and word[:length] in self._prefixes
        ]
        if word.isdecimal() and len(word) <= 2 and 0 < int(word) < _FROM_CHILD_TO_ADULT:
            keys.append(_YOUNG)
        return tuple(keys)

    def _part(self, word: str) -> tuple[str, ...]:
        return part(word, lambda piece: bool(self._keys_of(piece)))

    def words_of(self, text: str) -> list[Word]:
        """Give what each word of a text is known as; a German compound counts as its parts."""
        known: list[Word] = []
        names = self._tongue.names_in(text)
        for token in self._tongue.tokens(text):
            if token in self._tongue.function_words:
                if (exact := f"={token}") in self._known:
                    known.append(Word((exact,), is_small=True, counts=False))
                continue
            keys = self.keys_of(token)
            if self._tongue.code == "de" and all(key.endswith("*") for key in keys):
                pieces = self._parts_of(token)
                if len(pieces) > 1:
                    known.extend(Word(self.keys_of(piece)) for piece in pieces)
                    continue
            known.append(Word(keys, counts=token not in names and self.tells(token)))
        return known

    def _tells(self, token: str) -> bool:
        return len(token) > 1 and not token.isdecimal() and self._tongue.stem(token) not in self._tongue.neutral_stems

    def find(self, words: Sequence[Word]) -> list[Found]:
        """Find the forms in a text, the longest first: each uses its words up."""
        present = {key for word in words for key in word.keys}
        found: list[Found] = []
        for place, word in enumerate(words):
            for key in word.keys:
                for form in self._by_first.get(key, ()):
                    if form.others <= present and (places := places_of(form, words, place)) is not None:
                        found.append(Found(form, places))
        return longest_first(found)


def load(code: str) -> Lexicon:
    """Read the lexicon of one language."""
    rows = [(row["concept"], row["form"]) for row in read_rows(f"lexicon.{code}.tsv")]
    return Lexicon(tongues()[code], rows)
