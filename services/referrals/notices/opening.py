"""Open a body that came from outside: its size first, then its depth, and only then its objects."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from services.referrals.notices.unreadable import Reason, UnreadableNotice

DEEPEST = 12
"""The deepest answer of the service has six levels."""

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


def open_object(raw: bytes, most_bytes: int) -> Mapping[str, Any]:
    """Give the object that a body is; anything else raises UnreadableNotice."""
    if len(raw) > most_bytes:
        raise UnreadableNotice([Reason("too_big")])
    if _depth(raw) > DEEPEST:
        raise UnreadableNotice([Reason("too_deep")])
    given = _parsed(raw)
    if not isinstance(given, dict):
        raise UnreadableNotice([Reason("not_object")])
    return given


def _depth(raw: bytes) -> int:
    """Count how deep brackets nest outside of strings; a body that is no JSON may give any number."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _parsed(raw: bytes) -> Any:
    try:
        return _STRICT.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise UnreadableNotice([Reason("not_utf8")]) from None
    except _GivenTwiceError:
        raise UnreadableNotice([Reason("field_twice")]) from None
    except ValueError:
        # Its message and its `doc` hold the body: they end here.
        raise UnreadableNotice([Reason("not_json")]) from None


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
