"""One worker at a time: whoever holds the lease may ask, so that two processes do not ask twice as often.

The clock of the database counts. A holder that was killed on this machine is known to be gone, and its lease is taken
over at once; one that is elsewhere keeps it until it runs out.
"""

import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from runtime.errors import Transient
from runtime.mongo import Database, Document, store_errors

COLLECTION = "feed_leases"
LEASE_S = 15.0
RENEW_S = 3.0
_OURS: set[str] = set()
"""Whom this process has been: a container gives each of its runs the same process id."""

RAN_OUT = {"$expr": {"$lte": ["$until", "$$NOW"]}}


class LeaseLost(Transient):
    """Another process has taken over."""


class Lease:
    """The right to ask one source."""

    def __init__(self, database: Database, name: str) -> None:
        self._rows = database[COLLECTION]
        self._name = name
        token = os.urandom(8).hex()
        self._owner: Document = {"machine": _machine(), "pid": os.getpid(), "token": token}
        _OURS.add(token)

    async def take(self) -> bool:
        """Take the lease, or say that somebody else has it."""
        with store_errors():
            row = await self._rows.find_one({"_id": self._name})
            if row is not None and self._is_gone(row["owner"]):
                await self._rows.update_one({"_id": self._name, "owner": row["owner"]}, [self._stamp(0)])
            never = {"owner": self._owner, "until": datetime.fromtimestamp(0, UTC)}
            await self._rows.update_one({"_id": self._name}, {"$setOnInsert": never}, upsert=True)
            done = await self._rows.update_one({"_id": self._name, **RAN_OUT}, [self._stamp(LEASE_S)])
        return done.matched_count == 1

    async def renew(self) -> None:
        """Keep the lease; raises `LeaseLost` when it is another's."""
        with store_errors():
            mine = {"_id": self._name, "owner.token": self._owner["token"]}
            done = await self._rows.update_one(mine, [self._stamp(LEASE_S)])
        if done.matched_count == 0:
            raise LeaseLost("another process has the lease of the feed")

    async def give_back(self) -> None:
        """Let the next one begin at once."""
        with store_errors():
            await self._rows.delete_one({"_id": self._name, "owner.token": self._owner["token"]})

    def _stamp(self, seconds: float) -> Document:
        return {"$set": {"owner": self._owner, "until": {"$add": ["$$NOW", int(seconds * 1000)]}}}

    def _is_gone(self, owner: Document) -> bool:
        """Whether the holder ran on this machine and does not run any more."""
        if owner["machine"] != self._owner["machine"] or owner["token"] in _OURS:
            return False
        if owner["pid"] == self._owner["pid"]:
            return True
        with suppress(PermissionError):
            try:
                os.kill(owner["pid"], 0)
            except ProcessLookupError:
                return True
        return False


def _machine() -> str:
    """Name what process ids are counted in: containers of one host may share its name, and not those."""
    spaces = Path("/proc/self/ns/pid")
    inside = spaces.readlink() if spaces.is_symlink() else ""
    return f"{socket.gethostname()} {inside}"
