"""Pages of long lists: an opaque cursor that says where to go on, valid only for the list it came from."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from runtime.http import Problem

_MOST_DIGITS = 15
"""More would be no number of a row, and none that a database keeps."""


def write_cursor(last: Sequence[Any], listing: str) -> str:
    """Write the sort values of the last row shown; `listing` names the list with its filters."""
    body = json.dumps([crc32(listing.encode()), *(str(value) for value in last)], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def read_cursor(cursor: str, listing: str, *, fields: int) -> list[str]:
    """Read a cursor back; raises a problem when it is not one of ours, or is of another list."""
    try:
        checksum, *last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError, RecursionError):
        checksum, last = None, []
    if checksum != crc32(listing.encode()) or len(last) != fields or not all(_is_text(x) for x in last):
        raise _unknown()
    return [str(value) for value in last]


def read_moment(value: str) -> datetime:
    """Read a value of a cursor as the moment that was written; raises a problem when it is none."""
    try:
        # What has no zone, or lies beyond the calendar once in UTC, was not written by us and cannot be looked for.
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise _unknown()
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unknown() from None


def read_number(value: str) -> int:
    """Read a value of a cursor as the number that was written; raises a problem when it is none."""
    if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
        raise _unknown()
    return int(value)


def _unknown() -> Problem:
    return Problem(
        400,
        "cursor_unknown",
        "The cursor does not belong to this list",
        detail="Begin again without a cursor, and keep the filters the same from page to page.",
    )


def _is_text(value: Any) -> bool:
    # Half a surrogate pair can be written in JSON, but not looked for in a database.
    return isinstance(value, str) and value.encode(errors="replace").decode() == value
