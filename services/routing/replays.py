"""Replays of a ruleset over past decisions, as they are stored: how far each has come, and what it found.

A run is worked on by whoever holds its lease; each checkpoint is one guarded update, so that a worker that was thought
dead writes nothing more. What would change is stored under `run|referral`: work done twice leaves one of each.
"""

import socket
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from pymongo import ReplaceOne, ReturnDocument
from pymongo.errors import DuplicateKeyError
from uuid6 import uuid7

from runtime.mongo import Database, Document, store_errors
from services.routing.past import Chosen

REPLAYS, CHANGES = "replays", "replay_changes"
LEASE = timedelta(seconds=15)
"""A worker that is silent for so long is taken for dead, and another goes on."""
MOST_ATTEMPTS = 5
"""A run whose workers die so often without one step forward is given up."""
_MOST_REASONS = 200
_FREE = {"$expr": {"$lte": ["$lease_until", "$$NOW"]}}  # nothing sorts before every time


class ReplayState(StrEnum):
    """How a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ReplayOpen(Exception):
    """The same tables are being replayed already."""


class ReplayStore:
    """Keeps runs and what they found."""

    def __init__(self, database: Database) -> None:
        self._runs = database[REPLAYS]
        self._changes = database[CHANGES]

    async def prepare(self) -> None:
        """Make the indexes; the same tables can have one open run at most."""
        open_ones = {"open": True}
        with store_errors():
            await self._runs.create_index(
                [("digest", 1)], name="one_open", unique=True, partialFilterExpression=open_ones
            )
            await self._runs.create_index([("open", 1), ("_id", 1)], name="open", partialFilterExpression=open_ones)
            await self._runs.create_index([("version", 1), ("_id", -1)], name="by_version")
            await self._changes.create_index([("run", 1), ("from", 1), ("to", 1), ("_id", 1)], name="by_move")
            await self._changes.create_index([("run", 1), ("to", 1), ("_id", 1)], name="by_target")

    async def begin(
        self, header: Mapping[str, Any], *, staff: str, rules_on: date, chosen: Chosen, total: int
    ) -> Document:
        """Store a new run; raises `ReplayOpen` while the same tables are being replayed."""
        run = {
            "_id": str(uuid7()),
            "version": header["_id"],
            "digest": header["digest"],
            "tables": header["tables"],
            "rules_on": str(rules_on),
            "staff": staff,
            "created_at": chosen.before,
            "chosen": {"since": chosen.since, "until": chosen.until, "desk": chosen.desk},
            "open": True,
            "state": ReplayState.WAITING.value,
            "worker": None,
            "lease_until": None,
            "attempts": 0,
            "claims": 0,
            "total": total,
            "done": 0,
            "changed": 0,
            "moved": 0,
            "unreadable": 0,
            "done_to": "",
            "seconds": 0.0,
            "ended_at": None,
            "failed": None,
        }
        with store_errors():
            try:
                await self._runs.insert_one(run)
            except DuplicateKeyError:
                raise ReplayOpen from None
        return run

    async def by_id(self, run_id: str) -> Document | None:
        """Find a run."""
        with store_errors():
            return await self._runs.find_one({"_id": run_id})

    async def open_for(self, digest: str) -> Document | None:
        """Find the open run of some tables."""
        with store_errors():
            return await self._runs.find_one({"digest": digest, "open": True})

    async def listed(self, version: str, after: str | None, most: int) -> list[Document]:
        """List the runs of a ruleset, the last first."""
        where = {"version": version, **({"_id": {"$lt": after}} if after else {})}
        with store_errors():
            return await self._runs.find(where).sort("_id", -1).limit(most).to_list(most)

    async def next_free(self) -> str | None:
        """Find the oldest open run that nobody works on; one whose workers die again and again is given up."""
        ended = {"state": ReplayState.FAILED.value, "failed": "workers_died"}
        lost = {"open": True, "attempts": {"$gte": MOST_ATTEMPTS}, **_FREE}
        with store_errors():
            await self._runs.update_many(lost, [{"$set": {**ended, "ended_at": "$$NOW"}}, {"$unset": "open"}])
            found = await self._runs.find_one({"open": True, **_FREE}, {"_id": 1}, sort=[("_id", 1)])
        return found["_id"] if found else None

    async def claim(self, run_id: str, worker: str) -> Document | None:
        """Begin or go on with a run; None when somebody works on it, or it has ended."""
        changes = {
            "state": ReplayState.RUNNING.value,
            "worker": worker,
            "lease_until": _lease(),
            "attempts": {"$add": ["$attempts", 1]},
            "claims": {"$add": ["$claims", 1]},
        }
        with store_errors():
            return await self._runs.find_one_and_update(
                {"_id": run_id, "open": True, **_FREE}, [{"$set": changes}], return_document=ReturnDocument.AFTER
            )

    async def put_changes(self, run_id: str, found: Sequence[Document]) -> None:
        """Store what would change; the same found again replaces itself."""
        rows = [{"_id": f"{run_id}|{change['referral_id']}", "run": run_id, **change} for change in found]
        if rows:
            with store_errors():
                await self._changes.bulk_write(
                    [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows], ordered=False
                )

    async def checkpoint(self, run: Document, done_to: str, counts: Mapping[str, float]) -> Document | None:
        """Note how far a run has come, and keep it; None when it was cancelled, or somebody else works on it."""
        where = {"_id": run["_id"], "worker": run["worker"], "open": True, "done_to": run["done_to"]}
        added = {name: {"$add": [f"${name}", count]} for name, count in counts.items()}
        changes = {**added, "done_to": done_to, "lease_until": _lease(), "attempts": 0}
        return await self._step(where, {"$set": changes})

    async def finish(self, run: Document, state: ReplayState, failed: str | None = None) -> Document | None:
        """End a run that this worker holds."""
        where = {"_id": run["_id"], "worker": run["worker"], "open": True}
        return await self._end(where, state, failed)

    async def cancel(self, run_id: str) -> Document | None:
        """End a run from outside; its worker notices at its next checkpoint. None when it has ended."""
        return await self._end({"_id": run_id, "open": True}, ReplayState.CANCELLED, None)

    async def let_go(self, run_id: str, worker: str) -> None:
        """Take a run from a worker that goes, or has died, so that another need not wait for its lease to end."""
        await self._step({"_id": run_id, "worker": worker, "open": True}, {"$set": {"lease_until": None}})

    async def changes(self, run_id: str, moves: Mapping[str, str], after: str, most: int) -> list[Document]:
        """List what would change, in the order of referrals; `moves` may say from where and to where."""
        where = {"run": run_id, **moves, "_id": {"$gt": f"{run_id}|{after}", "$lt": f"{run_id}}}"}}
        with store_errors():
            return await self._changes.find(where).sort("_id", 1).limit(most).to_list(most)

    async def tally(self, run_id: str) -> dict[str, list[Document]]:
        """Count what would change by move, and by reason."""
        moves = {"from": "$from", "to": "$to"}
        reasons = {"rule_from": "$rule_from", "rule_to": "$rule_to", "category": "$category"}
        return {
            "moves": await self._grouped(run_id, moves, 10_000),
            "reasons": await self._grouped(run_id, reasons, _MOST_REASONS),
        }

    async def _grouped(self, run_id: str, by: Mapping[str, str], most: int) -> list[Document]:
        pipeline = [
            {"$match": {"run": run_id}},
            {"$group": {"_id": by, "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$limit": most},
        ]
        with store_errors():  # as a command: the two clients differ in what `aggregate` gives
            answer = await self._changes.database.command(
                "aggregate", CHANGES, pipeline=pipeline, cursor={"batchSize": most}, readConcern={"level": "majority"}
            )
        return [{**row["_id"], "count": row["count"]} for row in answer["cursor"]["firstBatch"]]

    async def _end(self, where: Mapping[str, Any], state: ReplayState, failed: str | None) -> Document | None:
        ended = {"state": state.value, "failed": failed, "ended_at": "$$NOW", "lease_until": None}
        return await self._step(where, {"$set": ended}, {"$unset": "open"})

    async def _step(self, where: Mapping[str, Any], *update: Mapping[str, Any]) -> Document | None:
        with store_errors():
            return await self._runs.find_one_and_update(where, list(update), return_document=ReturnDocument.AFTER)


def worker_name(process: int) -> str:
    """Name a process of this machine as a worker."""
    return f"{socket.gethostname()}/{process}"


def _lease() -> Document:
    return {"$add": ["$$NOW", int(LEASE.total_seconds() * 1000)]}
