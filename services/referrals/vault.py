"""Content at rest: each referral is encrypted with a key of its own, so that deleting one key erases every copy.

Keys are made and stored ahead of need, so that taking one costs no round trip. A key that was never used because
the process ended is harmless.
"""

import asyncio
import os
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runtime.mongo import Database, store_errors

MADE_AT_ONCE = 512
LOW = 128
NONCE = 12
"""Bytes; the length that AES-GCM is defined for."""


class Erased(Exception):
    """The key of this content has been deleted: nobody can read it any more."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Encrypted content and the id of its key."""

    key_id: str
    content: bytes


class Vault:
    """Seals and opens content; keeps the keys, locked with the master key, apart from what they lock."""

    def __init__(self, database: Database, master_key: bytes) -> None:
        self._keys = database["keys"]
        self._master = AESGCM(master_key)
        self._ready: deque[tuple[str, AESGCM]] = deque()
        self._making: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Make the first keys, and see that the master key opens what is stored."""
        with store_errors():
            row = await self._keys.find_one({})
        if row is not None:
            self._unlock(row["_id"], row["locked"])
        await self._make()

    async def seal(self, referral_id: str, content: bytes) -> Sealed:
        """Encrypt content under a fresh key, bound to its referral."""
        while not self._ready:
            await self._make_soon()
        key_id, key = self._ready.popleft()
        if len(self._ready) < LOW:
            self._make_soon()
        nonce = os.urandom(NONCE)
        return Sealed(key_id, nonce + key.encrypt(nonce, content, referral_id.encode()))

    async def open(self, referral_id: str, sealed: Sealed) -> bytes:
        """Decrypt content; raises `Erased` when its key is gone."""
        with store_errors():
            row = await self._keys.find_one({"_id": sealed.key_id})
        if row is None:
            raise Erased(referral_id)
        key = AESGCM(self._unlock(sealed.key_id, row["locked"]))
        return key.decrypt(sealed.content[:NONCE], sealed.content[NONCE:], referral_id.encode())

    def _make_soon(self) -> "asyncio.Task[None]":
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make())
            self._making.add_done_callback(_leave_to_the_next)
        return self._making

    async def _make(self) -> None:
        fresh = [(str(uuid4()), AESGCM.generate_key(256)) for _ in range(MADE_AT_ONCE)]
        now = datetime.now(UTC)
        with store_errors():
            await self._keys.insert_many(
                [{"_id": key_id, "locked": self._lock(key_id, key), "made_at": now} for key_id, key in fresh],
                ordered=False,
            )
        self._ready.extend((key_id, AESGCM(key)) for key_id, key in fresh)

    def _lock(self, key_id: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._master.encrypt(nonce, key, key_id.encode())

    def _unlock(self, key_id: str, locked: bytes) -> bytes:
        try:
            return self._master.decrypt(locked[:NONCE], locked[NONCE:], key_id.encode())
        except InvalidTag as exc:
            raise WrongMasterKeyError from exc


class WrongMasterKeyError(Exception):
    """REFERRALS_MASTER_KEY is not the key that this database's keys were locked with."""


def _leave_to_the_next(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        task.exception()  # whoever finds no key ready makes some itself, and meets the error there
