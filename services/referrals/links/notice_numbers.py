"""Numbers of notices that stand in texts: only where a word beside them says that they are such numbers.

Courts and police write their own cases in the same form (`2024/1234`). A reference of the Security Council's list has a
form that nothing else has.
"""

import re
from collections.abc import Iterator

_NEAR = 60
"""Signs that may stand between the word and the number."""

_WORDS = "|".join(
    (
        *("interpol", "notice", "notiz", "difus", "diffus", "circular", "ausschreibung", "avis"),
        *("интерпол", "уведомлен", "إنتربول", "انتربول", "نشرة"),
    )
)
_NUMBER = r"(?<![0-9/-])(?:19|20)[0-9]{2}/[0-9]{1,10}(?![0-9/])"
_QUOTED = re.compile(rf"(?:{_WORDS})[^\n]{{0,{_NEAR}}}?({_NUMBER})", re.IGNORECASE)
_FURTHER = re.compile(rf"[ ,;&]{{0,3}}(?:and |et |y |und |و)?({_NUMBER})", re.IGNORECASE)
_UN_REFERENCE = re.compile(r"\b([A-Z]{2,3}[ie]\.[0-9]{3})\b")


def notice_numbers_in(text: str) -> Iterator[str]:
    """Find INTERPOL's numbers that a text quotes, and those that follow one in a list."""
    for found in _QUOTED.finditer(text):
        yield found[1]
        after = found.end()
        while (further := _FURTHER.match(text, after)) is not None:
            yield further[1]
            after = further.end()


def un_references_in(text: str) -> Iterator[str]:
    """Find references of the Security Council's lists that a text quotes."""
    yield from _UN_REFERENCE.findall(text)
