"""Sections of the United States Code, read from any usual spelling."""

import re
from dataclasses import dataclass

TITLES = (8, 18, 19, 22, 31, 49, 50)
"""The titles under which referrals are routed."""

_LONGEST = 100
_END = r"(?:,?\s*et\s*seq)?\s*\.?$"
"""A section and those that follow it is read as that section; a full stop may end it."""
_NUMBER = r"(?P<number>\d{1,5}[a-z]{0,2}(?:-\d{1,2}[a-z]?)?)\s*(?P<parts>(?:\(\s*[a-z0-9]{1,5}\s*\)\s*)*)"
_CODE = r"(?:united\s+states\s+code(?:\s+annotated)?|u\.?\s*s\.?\s*(?:c(?:ode|\.)?)?\.?(?:\s*a\.?)?)"
_SIGN = r"(?:§{1,2}|sections?|secs?\.?|s\.)"
_TITLE_FIRST = re.compile(
    rf"^(?:title\s*)?(?P<title>\d{{1,2}})\s*,?\s*{_CODE}?\s*,?\s*{_SIGN}?\s*:?\s*{_NUMBER}{_END}", re.IGNORECASE
)
_SECTION_FIRST = re.compile(
    rf"^{_SIGN}\s*{_NUMBER}\s*of\s+title\s*(?P<title>\d{{1,2}})\s*,?\s*{_CODE}?{_END}", re.IGNORECASE
)
_LISTED = r"\d{1,5}[a-z]{0,2}(?:\s?\([a-z0-9]{1,5}\))*(?![a-z0-9]|,?\s?u\.?\s?s\.?\s?c)"
_LIST = rf"{_LISTED}(?:(?:\s?[,;&]\s?(?:and\s)?|\sand\s)(?:{_SIGN}\s?)?{_LISTED})*"
_NAMED = re.compile(
    rf"\b(?P<title>\d{{1,2}}),?\s?(?:u\.?\s?s\.?\s?c(?:ode|\.)?|united\sstates\scode),?\s?(?:{_SIGN}\s?)?(?P<list>{_LIST})"
    rf"|{_SIGN}\s?(?P<before>{_LIST}),?\s(?:of\s)?title\s(?P<of>\d{{1,2}})\b",
    re.IGNORECASE,
)
"""Sections in the run of a text: the code stands between title and numbers, or the title comes after them."""
_ONE = re.compile(_LISTED, re.IGNORECASE)
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class UsSection:
    """One section: title, number and, in brackets, its parts."""

    title: int
    number: str
    parts: str = ""

    def __str__(self) -> str:
        return f"{self.title} USC {self.number}{self.parts}"

    @property
    def whole(self) -> str:
        """The section without its parts, as tables list it."""
        return f"{self.title} USC {self.number}"


def read_section(text: str) -> UsSection | None:
    """Read `18 U.S.C. § 1956(a)(1)`, `8 USC 1324`, `18:1956` and the like; None if it is no section."""
    # Runs of spaces are joined and length is bounded first: the patterns have many optional gaps to try.
    written = " ".join(text[:_LONGEST].split())
    match = _SECTION_FIRST.match(written) or _TITLE_FIRST.match(written)
    if match is None or not _is_told_apart(match):
        return None
    parts = re.sub(r"\s+", "", match["parts"]).lower()
    return UsSection(int(match["title"]), match["number"], parts)


def sections_in(text: str) -> tuple[UsSection, ...]:
    """Find the sections that a text names, as in `contrary to 18 U.S.C. §§ 1956(a)(1), 1957 and 8 USC 1324`."""
    found: dict[UsSection, None] = {}
    for match in _NAMED.finditer(" ".join(text.split())):
        title = int(match["title"] or match["of"])
        listed = _ONE.findall(match["list"] or match["before"]) if title in TITLES else []
        for written in listed[:_MOST_NAMED]:
            if (section := read_section(f"{title} USC {written}")) is not None:
                found[section] = None
    return tuple(found)[:_MOST_NAMED]


def _is_told_apart(match: re.Match[str]) -> bool:
    """Two bare numbers are no section: something other than a space or comma must stand between them."""
    if match.start("number") < match.start("title"):
        return True
    return re.search(r"[^\d\s,]", match.string[match.end("title") : match.start("number")]) is not None
