"""How a written place name is compared: tables and requests are folded by the same function."""

import re
import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_WORDS = re.compile(r"[a-z0-9]+")
_SAINTS = {"saint": "st", "sainte": "ste"}


def fold(name: str) -> str:
    """Reduce a name to what two spellings of it have in common."""
    lowered = name.lower()
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
        lowered = "".join(character for character in decomposed if not unicodedata.combining(character))
    return "".join(_SAINTS.get(word, word) for word in _WORDS.findall(lowered))


def fold_county(name: str) -> str:
    """Reduce the name of a county, with or without the word."""
    folded = fold(name)
    return folded.removesuffix("county") or folded
