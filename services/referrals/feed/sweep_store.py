"""What there is to know of each sweep, and of each list: kept so that a killed sweep is taken up, and ops can look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from runtime.mongo import Database, Document, store_errors
from services.referrals.feed.answers import forget_answers
from services.referrals.feed.planner import Alarm, Crawled, Plan
from services.referrals.feed.query import ListName, Query
from services.referrals.vault import Key, Vault, erasing

SWEEPS, LISTS = "feed_sweeps", "feed_lists"
KEPT = 200
"""Sweeps of a list that stay on record."""

NAME_FILTERS = frozenset(("name", "forename", "freeText"))


class State(StrEnum):
    """How a sweep stands."""

    RUNNING = "running"
    PAUSED = "paused"
    """It had to stop, and is taken up again."""
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    """It is over, and did not find everybody."""
    SUSPICIOUS = "suspicious"
    """The list had so many more or fewer than before that nothing of it was taken."""
    ABANDONED = "abandoned"
    """It had stopped for so long that a new one was begun."""


class Phase(StrEnum):
    """What a running sweep does."""

    LISTING = "listing"
    READING = "reading"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep under way."""

    list_name: ListName
    number: int
    started_at: datetime
    resumed: bool
    key: Key
    before: Document | None
    """The last complete sweep of the list, as its list has it."""
    plan: Plan | None

    @property
    def id(self) -> str:
        """Its id, by which sweeps of a list are in order."""
        return sweep_id(self.list_name, self.number)


def sweep_id(list_name: ListName, number: int) -> str:
    """Make the id of a sweep."""
    return f"{list_name.value}/{number:08d}"


class SweepStore:
    """Keeps sweeps and lists."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self._sweeps = database[SWEEPS]
        self._lists = database[LISTS]
        self._vault = vault

    async def prepare(self) -> None:
        """Make the index that the last sweep of a list is found by."""
        with store_errors():
            await self._sweeps.create_index([("list", 1), ("number", -1)])

    async def begin(self, list_name: ListName, source: str, now: datetime, oldest: timedelta) -> Sweep:
        """Take up the sweep that was left, or begin a new one; only the holder of the lease may."""
        last = await self._last(list_name)
        if last is not None and last["state"] in (State.RUNNING, State.PAUSED):
            if last["source"] == source and now - last["started_at"] < oldest and "key_id" in last:
                return await self._taken_up(list_name, last, now)
            await self.set(last["_id"], state=State.ABANDONED, ended_at=now)
        await self._tidy(list_name, now)
        return await self._begun(list_name, source, (last["number"] if last else 0) + 1, now)

    async def _taken_up(self, list_name: ListName, row: Document, now: datetime) -> Sweep:
        await self.set(row["_id"], state=State.RUNNING, resumed_at=now)
        key = await self._vault.key_of(row["_id"], row["key_id"])
        listed = await self.list_row(list_name)
        return _sweep(list_name, row, key, listed, resumed=True)

    async def _begun(self, list_name: ListName, source: str, number: int, now: datetime) -> Sweep:
        identity = sweep_id(list_name, number)
        key_id, key = await self._vault.fresh_key(identity)
        row: Document = {
            "_id": identity,
            "list": list_name.value,
            "number": number,
            "source": source,
            "state": State.RUNNING.value,
            "phase": Phase.LISTING.value,
            "started_at": now,
            "key_id": key_id,
            "alarms": [],
            "quarantined": 0,
            "lost_requests": 0,
        }
        with store_errors():
            await self._sweeps.insert_one(row)
        return _sweep(list_name, row, key, await self.list_row(list_name))

    async def _last(self, list_name: ListName) -> Document | None:
        with store_errors():
            return await self._sweeps.find_one({"list": list_name.value}, sort=[("number", -1)])

    async def row(self, identity: str) -> Document:
        """Give what is kept of a sweep."""
        with store_errors():
            row = await self._sweeps.find_one({"_id": identity})
        assert row is not None
        return row

    async def list_row(self, list_name: ListName) -> Document | None:
        """Give what is kept of a list."""
        with store_errors():
            return await self._lists.find_one({"_id": list_name.value})

    async def set(self, identity: str, **changes: Any) -> None:
        """Write something of a sweep."""
        with store_errors():
            await self._sweeps.update_one({"_id": identity}, {"$set": _plain(changes)})

    async def count(self, identity: str, **more: int) -> None:
        """Add to figures of a sweep."""
        with store_errors():
            await self._sweeps.update_one({"_id": identity}, {"$inc": more})

    async def listed(self, sweep: Sweep, crawled: Crawled, coverage: float) -> None:
        """Note what the lists had to say."""
        await self.set(
            sweep.id,
            phase=Phase.READING,
            total=crawled.total,
            distinct=len(crawled.entity_ids),
            coverage=coverage,
            listed_completely=crawled.complete,
            alarms=[shown_alarm(alarm) for alarm in crawled.alarms[:50]],
            alarms_total=len(crawled.alarms),
        )

    async def completed(self, sweep: Sweep, figures: Mapping[str, Any], plan: Plan, at: datetime) -> None:
        """Make a complete sweep what the next ones are measured by."""
        slices = [[list(query.filters), total] for query, total in plan.slices]
        last = {"number": sweep.number, "ended_at": at, **figures}
        where = {"_id": sweep.list_name.value}
        with store_errors():
            await self._lists.update_one(where, {"$set": {"last_complete": last, "plan": slices}}, upsert=True)

    async def due_again(self, list_name: ListName, at: datetime) -> None:
        """Note when the worker is to sweep a list again."""
        with store_errors():
            await self._lists.update_one({"_id": list_name.value}, {"$set": {"due_at": at}}, upsert=True)

    async def over(self, sweep: Sweep, state: State, at: datetime, **changes: Any) -> None:
        """Note how a sweep ended, and delete what it had kept of its answers, with their key."""
        await self.set(sweep.id, state=state, ended_at=at, **changes)
        await self._tidy(sweep.list_name, at)

    async def _tidy(self, list_name: ListName, now: datetime) -> None:
        """Delete the answers and keys of sweeps that are over, also of one that was killed as it ended."""
        over = {"list": list_name.value, "key_id": {"$exists": True}, "state": {"$nin": [State.RUNNING, State.PAUSED]}}
        with store_errors():
            rows = await self._sweeps.find(over, {"key_id": 1, "number": 1}).to_list(None)
        for row in rows:
            await forget_answers(self.database, row["_id"])
            gone = erasing(row["key_id"], now)
            with store_errors():
                await self.database[gone.collection].update_one(gone.where, gone.update)
                await self._sweeps.update_one({"_id": row["_id"]}, {"$unset": {"key_id": ""}})
                await self._sweeps.delete_many({"list": list_name.value, "number": {"$lt": row["number"] - KEPT}})


def shown_alarm(alarm: Alarm) -> Document:
    """Write an alarm so that it may be shown: a pattern of names is told only as being one."""
    filters = {name: "name pattern" if name in NAME_FILTERS else value for name, value in alarm.query.filters}
    return {"filters": filters, "total": alarm.total, "known": alarm.known, "ground": alarm.ground.value}


def _sweep(list_name: ListName, row: Document, key: Key, listed: Document | None, *, resumed: bool = False) -> Sweep:
    before = listed.get("last_complete") if listed is not None else None
    plan = _read_plan(listed["plan"]) if listed is not None and "plan" in listed else None
    return Sweep(list_name, row["number"], row["started_at"], resumed, key, before, plan)


def _read_plan(slices: Sequence[Any]) -> Plan:
    return Plan(tuple((Query(tuple((name, value) for name, value in filters)), total) for filters, total in slices))


def _plain(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in changes.items()}
