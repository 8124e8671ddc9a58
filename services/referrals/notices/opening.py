"""Open a body that came from outside: its size first, then its depth, and only then its objects."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from services.referrals.notices.unreadable import Reason, UnreadableNotice

DEEPEST = 12
"""The deepest answer of the service has six levels."""

# A string that nobody ends goes on to the end: looking for its end from every quote in it would take for ever.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def open_object(raw: bytes, most_bytes: int) -> Mapping[str, Any]:
    """Give the object that a body is; anything else raises UnreadableNotice."""
    if len(raw) > most_bytes:
        raise UnreadableNotice([Reason("too_big")])
    if _too_deep(raw):
        raise UnreadableNotice([Reason("too_deep")])
    given = _parsed(raw)
    if not isinstance(given, dict):
        raise UnreadableNotice([Reason("not_object")])
    return given


def _too_deep(raw: bytes) -> bool:
    """Tell whether brackets outside of strings nest too deep; what is no JSON is found out later."""
    depth = 0
    for bracket in _STRING.sub(b"", raw).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return True
    return False


def _parsed(raw: bytes) -> Any:
    # The errors of the decoders hold the body; so ours is raised when they are gone, and not as their consequence.
    try:
        return _STRICT.decode(raw.decode("utf-8-sig"))  # some editors begin a file with a byte-order mark
    except UnicodeDecodeError:
        code = "not_utf8"
    except _GivenTwiceError:
        code = "field_twice"
    except ValueError:
        code = "not_json"
    raise UnreadableNotice([Reason(code)])


class _GivenTwiceError(Exception):
    """An object names a field twice."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    given = dict(pairs)
    if len(given) != len(pairs):
        raise _GivenTwiceError
    return given


def _no_number(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_each_once, parse_constant=_no_number)
