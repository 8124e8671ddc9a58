"""Texts of a notice as the fields of a referral take them: no control characters, and no longer than they may be."""

import re

_NO_LINE = re.compile("[\x00-\x1f\x7f-\x9f]+")
_NO_PARAGRAPH = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")

CUT = " …"


def fitted_line(text: str | None, most: int) -> str | None:
    """Give a text of one line; None if nothing is in it."""
    return None if text is None else _cut(_NO_LINE.sub(" ", text).strip(), most)


def fitted_paragraph(text: str | None, most: int) -> str | None:
    """Give a text that may have line breaks; None if nothing is in it."""
    return None if text is None else _cut(_NO_PARAGRAPH.sub(" ", text).strip(), most)


def _cut(text: str, most: int) -> str | None:
    if len(text) > most:
        text = text[: most - len(CUT)].rstrip() + CUT
    return text or None
