"""Traits as keys: equal where traits are equal, and nothing that could be read back without the master key."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from bson import Binary
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from runtime.mongo import Document
from services.referrals.links.reasons import Ground, Reason
from services.referrals.links.traits import Trait

KEY_BYTES = 16
KEYS_AT_MOST = 1_500
"""Keys of one referral: fifty subjects of twenty names each would make thousands, and the heaviest come first."""

_PURPOSE = b"dragoman match keys 1"


@dataclass(frozen=True, slots=True)
class MatchKey:
    """A trait that cannot be read, and what sharing it would be a ground for."""

    key: bytes
    ground: Ground
    finest: bool = True

    def stored(self) -> Document:
        """Write it as the database keeps it."""
        return {
            "key": Binary(self.key),
            "reason": self.ground.reason.value,
            "kind": self.ground.kind,
            "finest": self.finest,
        }


def stored_key(entry: Document) -> MatchKey:
    """Read a key back."""
    return MatchKey(bytes(entry["key"]), Ground(Reason(entry["reason"]), entry["kind"]), entry["finest"])


class KeyMaker:
    """Makes keys of traits under a key of its own, derived from the master key."""

    def __init__(self, master_key: bytes) -> None:
        self._key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(master_key)

    def keys_of(self, traits: Iterable[Trait]) -> list[MatchKey]:
        """Give the key of every trait, once."""
        found: dict[bytes, MatchKey] = {}
        for trait in traits:
            key = self._hashed(trait)
            known = found.get(key)
            found[key] = MatchKey(key, trait.ground, trait.finest or (known is not None and known.finest))
        return list(found.values())[:KEYS_AT_MOST]

    def _hashed(self, trait: Trait) -> bytes:
        said = "\0".join([trait.ground.reason.value, trait.ground.kind, trait.text])
        return hmac.digest(self._key, said.encode(), "sha256")[:KEY_BYTES]
