"""Pages of long lists: an opaque cursor that says where to go on, valid only for the list it came from."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from runtime.http import Problem


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
        raise Problem(
            400,
            "cursor_unknown",
            "The cursor does not belong to this list",
            detail="Begin again without a cursor, and keep the filters the same from page to page.",
        )
    return [str(value) for value in last]


def _is_text(value: Any) -> bool:
    # Half a surrogate pair can be written in JSON, but not looked for in a database.
    return isinstance(value, str) and value.encode(errors="replace").decode() == value
