"""Charge text, parted: a list into its charges, a charge into its sentences."""

import re

_ITEM_END = re.compile(
    r"[\r\n;•▪●‣\u2028\u2029]+|(?<=\s)\(?(?:\d{1,2}|[a-h])\)\s|\b(?:counts?|charge|cargo|chef|hecho|punkt)\s\d{1,2}\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\s*\(?1[.)-]\s")
_NUMBER = re.compile(r"(?<=\s)\d{1,2}[.-]\s")
_ITEM_MARK = re.compile(r"^\s*(?:[-–—*·.,:/]\s*|\(?(?:\d{1,2}|[a-zA-Z])[.)]\s*|\d{1,2}-\s*)+")
_SENTENCE_END = re.compile(r"(?:(?<=\w\w\w)|(?<=[)\"'»]))[.!?]+\s+")
_STRUNG = re.compile(r",\s|\s(?:and|as well as|y|e|et|ainsi que|und|sowie|wa)\s", re.IGNORECASE)
LONGEST = 4_000


def charges_of(text: str) -> list[list[str]]:
    """Give the sentences of each charge of a list."""
    text = text[:LONGEST]
    if _NUMBERED.match(text):
        text = _NUMBER.sub("\n", text)
    items = [_ITEM_MARK.sub("", item) for item in _ITEM_END.split(text)]
    return [sentences for item in items if (sentences := [part for part in _SENTENCE_END.split(item) if part.strip()])]


def parts_of(clause: str) -> list[str]:
    """Give what a clause strings together by commas and "and", if it does."""
    return [part for part in _STRUNG.split(clause) if part.strip()]
