"""Content at rest: each referral is encrypted with a key of its own, so that deleting one key erases every copy.

Keys are made and stored ahead of need, so that taking one costs no round trip. A key that was never used because
the process ended is harmless. Whatever is added to a referral later is sealed with the same key. A frozen key opens
nothing and seals nothing any more; of an erased one only the date is left.
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
from runtime.store import Change

KEYS = "keys"
MADE_AT_ONCE = 512
LOW = 128
NONCE = 12
"""Bytes; the length that AES-GCM is defined for."""


class Erased(Exception):
    """The key of this content has been deleted: nobody can read it any more."""


class Frozen(Exception):
    """This content has been recalled: nobody may read it, though its key is still there."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Encrypted content and the id of its key."""

    key_id: str
    content: bytes


class Key:
    """One referral's own key, for whatever belongs to it."""

    def __init__(self, referral_id: str, cipher: AESGCM) -> None:
        self._referral_id = referral_id
        self._cipher = cipher

    def seal(self, content: bytes, piece: str = "") -> bytes:
        """Encrypt content, bound to the referral and to the piece of it that this is."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, content, self._bond(piece))

    def open(self, sealed: bytes, piece: str = "") -> bytes:
        """Decrypt what was sealed as this piece."""
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._bond(piece))

    def _bond(self, piece: str) -> bytes:
        return (f"{self._referral_id}/{piece}" if piece else self._referral_id).encode()


class Vault:
    """Seals and opens content; keeps the keys, locked with the master key, apart from what they lock."""

    def __init__(self, database: Database, master_key: bytes) -> None:
        self._keys = database[KEYS]
        self._master = AESGCM(master_key)
        self._ready: deque[tuple[str, AESGCM]] = deque()
        self._making: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Make the first keys, and see that the master key opens what is stored."""
        with store_errors():
            row = await self._keys.find_one({"locked": {"$exists": True}})
        if row is not None:
            self._unlock(row["_id"], row["locked"])
        await self._make()

    async def seal(self, referral_id: str, content: bytes) -> Sealed:
        """Encrypt content under a fresh key, bound to its referral."""
        key_id, key = await self.fresh_key(referral_id)
        return Sealed(key_id, key.seal(content))

    async def fresh_key(self, subject_id: str) -> tuple[str, Key]:
        """Take a key that nothing was sealed with yet, for whatever belongs to one referral or notice."""
        while not self._ready:
            # Others wait for the same: whoever is cancelled must not cancel it for them.
            await asyncio.shield(self._make_soon())
        key_id, key = self._ready.popleft()
        if len(self._ready) < LOW:
            self._make_soon()
        return key_id, Key(subject_id, key)

    async def key_of(self, referral_id: str, key_id: str) -> Key:
        """Take out a referral's key; raises `Frozen` when it may not be used, `Erased` when it is gone."""
        with store_errors():
            row = await self._keys.find_one({"_id": key_id})
        if row is None or "locked" not in row:
            raise Erased(referral_id)
        if "frozen_at" in row:
            raise Frozen(referral_id)
        return Key(referral_id, AESGCM(self._unlock(key_id, row["locked"])))

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


def freezing(key_id: str, now: datetime) -> Change:
    """Make the update after which a key opens nothing any more."""
    return Change(KEYS, {"_id": key_id, "frozen_at": {"$exists": False}}, {"$set": {"frozen_at": now}})


def thawing(key_id: str) -> Change:
    """Make the update after which a frozen key opens what it sealed again; of an erased one nothing comes back."""
    return Change(KEYS, {"_id": key_id}, {"$unset": {"frozen_at": ""}})


def erasing(key_id: str, now: datetime) -> Change:
    """Make the update that deletes a key for good; that there was one, and since when it is gone, stays."""
    return Change(KEYS, {"_id": key_id}, {"$unset": {"locked": ""}, "$set": {"erased_at": now}})


class WrongMasterKeyError(Exception):
    """REFERRALS_MASTER_KEY is not the key that this database's keys were locked with."""


def _leave_to_the_next(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        task.exception()  # whoever finds no key ready makes some itself, and meets the error there
