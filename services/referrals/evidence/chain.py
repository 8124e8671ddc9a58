"""The chain of custody of one referral: each entry's digest covers its content and the digest before it.

An entry is `{number, kind, at, body, sealed?, digest}`. Of what only our own side may see, `body` has nothing and
`sealed` the salted digest; whoever may see it is given `opened` beside the entry, and the chain is the same for both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from services.referrals.evidence.canonical import canonical, digest_of

FORMAT: Literal["dragoman.custody.v1"] = "dragoman.custody.v1"

NOT_COVERED = ("digest", "opened")
"""Members of an entry that its digest is not made of: itself, and what `sealed` stands for."""


class Kind(StrEnum):
    """What an entry of the chain is."""

    EVENT = "event"
    READING = "reading"
    RECEIPT = "receipt"
    MARK = "mark"


ChainEntry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What only our own side may see, with the salt that keeps it from being guessed."""

    inside: Mapping[str, Any]
    salt: str


def genesis(referral_id: str) -> str:
    """Give what stands for the digest before the first entry; so no chain is another referral's."""
    return digest_of(f"{FORMAT}\n{referral_id}".encode())


def linked(
    previous: str, number: int, kind: Kind, at: str, body: Mapping[str, Any], sealed: Sealed | None = None
) -> ChainEntry:
    """Make the next entry of a chain."""
    entry: ChainEntry = {"number": number, "kind": kind.value, "at": at, "body": dict(body)}
    if sealed is not None:
        entry["opened"] = {"inside": dict(sealed.inside), "salt": sealed.salt}
        entry["sealed"] = digest_of(canonical(entry["opened"]))
    entry["digest"] = link_digest(previous, entry)
    return entry


def link_digest(previous: str, entry: Mapping[str, Any]) -> str:
    """Give the digest of an entry after another."""
    covered = {name: value for name, value in entry.items() if name not in NOT_COVERED}
    return digest_of(previous.encode() + canonical(covered))


def without_opened(entry: ChainEntry) -> ChainEntry:
    """Give an entry as whoever may not see what is sealed gets it."""
    return {name: value for name, value in entry.items() if name != "opened"}
