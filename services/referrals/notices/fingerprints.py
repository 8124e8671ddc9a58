"""Ids and hashes of notices, under keys of their own: without the master key nobody can find a notice by its number.

A hash of few fields can be guessed by trying; a keyed one cannot. So nothing that is stored in the open, and nothing
that is told, leads back to a person.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.notices import Colour
from services.referrals.notices.values import plain

_IDS = b"dragoman notice ids 1"
_CONTENTS = b"dragoman notice contents 1"

_VERSION_8 = 0x8 << 76
_VARIANT = 0x2 << 62
_OTHER_BITS = ~(0xF << 76 | 0x3 << 62)


class Fingerprints:
    """Makes ids and hashes under keys derived from the master key."""

    def __init__(self, master_key: bytes) -> None:
        self._ids = HKDF(SHA256(), 32, salt=None, info=_IDS).derive(master_key)
        self._contents = HKDF(SHA256(), 32, salt=None, info=_CONTENTS).derive(master_key)

    def notice_id(self, colour: Colour, entity_id: str) -> UUID:
        """Give the one id that a notice has here, by whatever way it comes."""
        digest = hmac.digest(self._ids, f"{colour.value}\0{plain(entity_id)}".encode(), "sha256")
        return UUID(int=int.from_bytes(digest[:16]) & _OTHER_BITS | _VERSION_8 | _VARIANT)

    def content(self, notice_id: UUID, content_hash: bytes) -> bytes:
        """Key the hash of a notice's content."""
        return self._of(notice_id, "content", content_hash)

    def images(self, notice_id: UUID, image_hash: bytes | None) -> bytes | None:
        """Key the hash of the ids of a notice's pictures; None when their list has not been read."""
        return None if image_hash is None else self._of(notice_id, "images", image_hash)

    def context(self, notice_id: UUID, context: Mapping[str, Any] | None) -> bytes | None:
        """Hash what a message says beside a notice."""
        if context is None:
            return None
        return self._of(notice_id, "context", json.dumps(context, sort_keys=True, default=str).encode())

    def raw(self, source: str, body: bytes) -> bytes:
        """Hash bytes that could not be read."""
        return hmac.digest(self._contents, f"raw\0{source}\0".encode() + body, "sha256")

    def _of(self, notice_id: UUID, what: str, content: bytes) -> bytes:
        return hmac.digest(self._contents, notice_id.bytes + what.encode() + b"\0" + content, "sha256")
