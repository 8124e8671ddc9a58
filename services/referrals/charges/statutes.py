"""References to foreign statutes: taken out of charge text and kept as values, never guessed into US sections."""

import re
from dataclasses import dataclass
from functools import cache

from services.referrals.charges.tongues import read_rows
from services.referrals.words import fold

_REFERENCE = re.compile(
    r"(?<![\w'’-])(?:art(?:s|icles?|[ií]culos?|ikels?|ikeln)?\.?|§{1,2}|sections?|sec(?:s|c)?\.?|ss?\.|para(?:graph)?s?\.?"
    r"|al-m[a]+dda|m[a]+dda|fasl|qanun|ley|loi|m\.|q\.|ст\.?)"
    r"\s{0,3}(?:n[o°º]\.?\s?)?(?P<number>\d{1,4}(?:[./-]\d{1,4}|-?[a-z]{1,2}(?![a-z])){0,3})(?!\d)(?:\s?\(\w{1,4}\)){0,3}(?:\s(?:bis|ter|quater)\b)?",
    re.IGNORECASE,
)
_TAIL = 45
_MOST_WORDS_IN_A_CODE = 3
_LONGEST_BETWEEN = 6


@dataclass(frozen=True, slots=True)
class Statute:
    """A reference: the kind of code where we know its name, and the number of the article or section."""

    code: str | None
    number: str


@cache
def _codes() -> dict[str, str]:
    return {fold(row["written"]).strip(): row["code"] for row in read_rows("statute-codes.tsv")}


def take_out(text: str) -> tuple[str, tuple[Statute, ...]]:
    """Give a text without its statute references, and the references."""
    kept: list[str] = []
    statutes: dict[Statute, None] = {}
    place = 0
    for match in _REFERENCE.finditer(text):
        kept.append(text[place : match.start()])
        code, place = _code_after(text, match.end())
        statutes[Statute(code, match["number"].lower())] = None
    kept.append(text[place:])
    return " ".join(kept), tuple(statutes)


def _code_after(text: str, place: int) -> tuple[str | None, int]:
    """Find the name of a code right behind a number, and where the text goes on."""
    words = list(re.finditer(r"[^\W\d]+\.?(?:[^\W\d]\.)*", text[place : place + _TAIL]))
    for first in range(min(_LONGEST_BETWEEN, len(words))):
        if "\n" in text[place : place + words[first].start()]:
            break
        for count in range(_MOST_WORDS_IN_A_CODE, 0, -1):
            run = words[first : first + count]
            name = " ".join(fold(word.group()).strip() for word in run)
            if name in _codes():
                return _codes()[name], place + run[-1].end()
    return None, place
