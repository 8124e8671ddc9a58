"""Single values of the service, read as it writes them: placeholders are nothing, everything else is what it is.

`null`, an empty text and `-` say that something is not known; so do a height or weight of 0 and a date of
`0000/00/00`. A value that cannot be read raises Unfit with the code of a reason, and with nothing of the value.
"""

import math
import re
from datetime import date
from typing import Any

BLANKS = " \t\r\n\u00a0"
MOST_LINE = 500
MOST_TEXT = 20_000
MOST_CODE = 20
MOST_HEIGHT_M = 3.0
MOST_WEIGHT_KG = 700.0
MOST_RESOLUTION = 99_999

ENTITY_ID = r"[0-9]{4}/[0-9]{1,10}"
"""INTERPOL's own number of a notice: the year of the file and a running number."""

PICTURE_ID = r"[A-Za-z0-9_-]{1,64}"

_NO_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ENTITY_ID = re.compile(ENTITY_ID)
_PICTURE_ID = re.compile(PICTURE_ID)
_DATE = re.compile(r"([0-9]{4})(?:([/-])([0-9]{1,2})(?:\2([0-9]{1,2}))?)?")
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
_DIGITS = re.compile(r"[0-9]{1,6}")
_CODE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+(?: [^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+)*")


class Unfit(Exception):
    """A value cannot be read; the code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_line(given: Any) -> str | None:
    """Read a name or another text of one line."""
    return _checked(given, MOST_LINE, _NO_LINE)


def read_text(given: Any) -> str | None:
    """Read a text that may have line breaks; blanks at the ends of its lines say nothing and go."""
    text = _checked(given, MOST_TEXT, _NO_TEXT)
    if text is None:
        return None
    return "\n".join(line.rstrip(BLANKS) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def read_line_or_number(given: Any) -> str | None:
    """Read a number of a register or a document, which some write without quotes."""
    if isinstance(given, int) and not isinstance(given, bool):
        if not 0 <= given < 10**18:
            raise Unfit("out_of_range")
        return str(given)
    return read_line(given)


def read_code(given: Any) -> str | None:
    """Read a code as it was given, known to us or not."""
    code = _checked(given, MOST_CODE, _NO_LINE)
    if code is not None and _CODE.fullmatch(code) is None:
        raise Unfit("wrong_form")
    return code


def read_country_code(given: Any) -> str | None:
    """Read the code of a country; those that stand for none are numbers such as 914, with quotes or without."""
    if type(given) is int and 100 <= given <= 999:
        return str(given)
    return read_code(given)


def read_sex(given: Any) -> str | None:
    """Read M, F or U; a code beyond these three says no more than U."""
    code = read_code(given)
    if code is None:
        return None
    return code.upper() if code.upper() in ("M", "F") else "U"


def read_date(given: Any) -> str | None:
    """Write a date as far as it is known: `1985/03/00` is `1985-03`, `1985` stays, `0000/00/00` is nothing."""
    text = read_line(given)
    if text is None:
        return None
    match = _DATE.fullmatch(text)
    if match is None:
        raise Unfit("wrong_form")
    year, month, day = int(match[1]), int(match[3] or 0), int(match[4] or 0)
    if year == month == day == 0:
        return None
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        raise Unfit("impossible_date") from None
    if day and not month:
        raise Unfit("impossible_date")
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")


def read_date_or_line(given: Any) -> str | None:
    """Read a date of a register, which may be words instead."""
    try:
        return read_date(given)
    except Unfit as unfit:
        if unfit.code in ("wrong_form", "impossible_date"):
            return read_line(given)
        raise


def read_height(given: Any) -> float | None:
    """Read metres."""
    return _number(given, MOST_HEIGHT_M)


def read_weight(given: Any) -> float | None:
    """Read kilograms."""
    return _number(given, MOST_WEIGHT_KG)


def read_resolution(given: Any) -> int | None:
    """Read the number of a resolution, which may come as digits in a text."""
    if isinstance(given, str):
        text = read_line(given)
        if text is None:
            return None
        if _DIGITS.fullmatch(text) is None:
            raise Unfit("wrong_form")
        given = int(text)
    if given is None or (given == 0 and type(given) is int):
        return None
    if type(given) is not int:
        raise Unfit("wrong_type")
    if not 0 < given <= MOST_RESOLUTION:
        raise Unfit("out_of_range")
    return given


def read_entity_id(given: Any) -> str | None:
    """Read the number of a notice, exactly: it becomes part of an address."""
    return _exact(given, _ENTITY_ID)


def read_picture_id(given: Any) -> str | None:
    """Read the id of a picture, exactly."""
    return _exact(given, _PICTURE_ID)


def dashed(entity_id: str) -> str:
    """Write the number of a notice as it stands in an address: `2024/12345` is `2024-12345`."""
    if _ENTITY_ID.fullmatch(entity_id) is None:
        raise ValueError("not the number of a notice")
    return entity_id.replace("/", "-")


def plain(entity_id: str) -> str:
    """Write the number of a notice in the one form by which it is known: `2024/00123` is `2024/123`."""
    year, slash, number = entity_id.partition("/")
    return f"{year}/{number.lstrip('0') or '0'}" if slash else entity_id


def _exact(given: Any, form: re.Pattern[str]) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str):
        raise Unfit("wrong_type")
    if form.fullmatch(given) is None:
        raise Unfit("wrong_form")
    return given


def _checked(given: Any, most: int, never: re.Pattern[str]) -> str | None:
    """Take the blanks off a text, and give None for a placeholder."""
    if given is None:
        return None
    if not isinstance(given, str):
        raise Unfit("wrong_type")
    if len(given) > 4 * most:
        raise Unfit("too_long")
    text = given.strip(BLANKS)
    if text in ("", "-"):
        return None
    if len(text) > most:
        raise Unfit("too_long")
    if never.search(text):
        raise Unfit("control_character")
    return text


def _number(given: Any, most: float) -> float | None:
    """Read a measure; 0 says that nobody measured, and digits in a text are a number too."""
    if isinstance(given, str):
        text = read_line(given)
        if text is None:
            return None
        if _NUMBER.fullmatch(text) is None:
            raise Unfit("wrong_form")
        given = float(text)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Unfit("wrong_type")
    if not 0 <= given <= most or not math.isfinite(given):
        raise Unfit("out_of_range")
    return float(given) or None
