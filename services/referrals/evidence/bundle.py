"""The file that carries a chain of custody: one JSON document, written in one way only, an entry a line.

Because it can be written in one way only, a change of any byte shows; because each entry has a line, it can be said
which one it is in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.referrals.evidence.canonical import canonical, digest_of
from services.referrals.evidence.chain import FORMAT, ChainEntry

FIRST = b'{"format":"' + FORMAT.encode() + b'",'
RECORD = b'"record":'
ENTRIES = b'"entries":['
END_OF_ENTRIES = b"],"
KEYS = b'"keys":'
SEAL = b'"seal":'
LINES_AROUND = 7
"""Lines beside those of the entries; the last one is empty."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The lines of a bundle, each part's text by itself."""

    record: bytes
    entries: tuple[bytes, ...]
    keys: bytes
    seal: bytes


class Misshapen(Exception):
    """A file is not laid out as a bundle; says where."""


def write_bundle(record: Mapping[str, Any], entries: Sequence[ChainEntry], keys: Mapping[str, Any], seal: str) -> bytes:
    """Write the file."""
    lines = [
        FIRST,
        RECORD + canonical(record) + b",",
        ENTRIES,
        *(canonical(entry) + b"," for entry in entries[:-1]),
        *(canonical(entry) for entry in entries[-1:]),
        END_OF_ENTRIES,
        KEYS + canonical(keys) + b",",
        SEAL + canonical(seal) + b"}",
        b"",
    ]
    return b"\n".join(lines)


def seal_claims(
    record: Mapping[str, Any], entries: Sequence[ChainEntry], keys: Mapping[str, Any], sealed_at: str
) -> dict[str, Any]:
    """Give what the seal of a file states: a digest of each part, and how many entries there are."""
    return {
        "referral_id": record["referral_id"],
        "record": digest_of(canonical(record)),
        "entries": len(entries),
        "head": entries[-1]["digest"],
        "keys": digest_of(canonical(keys)),
        "sealed_at": sealed_at,
    }


def read_bundle(content: bytes) -> Bundle:
    """Take a file apart by its lines, from both ends; raises `Misshapen`."""
    lines = content.split(b"\n")
    if len(lines) < LINES_AROUND:
        raise Misshapen("The file is too short to be a custody bundle")
    if lines[-1]:
        raise Misshapen("The end: something follows the last line")
    if lines[0] != FIRST:
        raise Misshapen("The beginning: the first line is not that of a custody bundle")
    record = _between(lines[1], RECORD, b",", "The record")
    if lines[2] != ENTRIES:
        raise Misshapen("The beginning: the line before the entries is not as it is always written")
    seal = _between(lines[-2], SEAL, b"}", "The seal")
    keys = _between(lines[-3], KEYS, b",", "The keys")
    if lines[-4] != END_OF_ENTRIES:
        raise Misshapen("The end: the line after the entries is not as it is always written")
    return Bundle(record, _entries(lines[3:-4]), keys, seal)


def _entries(lines: Sequence[bytes]) -> tuple[bytes, ...]:
    texts: list[bytes] = []
    for number, line in enumerate(lines, 1):
        comma = b"," if number < len(lines) else b""
        texts.append(_between(line, b"", comma, f"Entry {number}"))
    return tuple(texts)


def _between(line: bytes, before: bytes, after: bytes, where: str) -> bytes:
    if not line.startswith(before) or not line.endswith(after) or len(line) < len(before) + len(after):
        raise Misshapen(f"{where}: its line is not laid out as it is always written")
    return line[len(before) : len(line) - len(after)]
