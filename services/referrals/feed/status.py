"""The numbers of the feed, as dashboard and command show them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from runtime.mongo import Database, Document, store_errors
from services.referrals.feed.circuit_keeper import read_circuit
from services.referrals.feed.query import ListName
from services.referrals.feed.sweep_store import LISTS, SWEEPS, State

COUNTS = (
    "new",
    "changed",
    "image_changed",
    "relisted",
    "not_listed",
    "quarantined",
    "missing",
    "away",
    "ended",
    "same",
)


async def read_status(database: Database, now: datetime | None = None) -> dict[str, Any]:
    """Say how every list stands, and whether the public service lets us in."""
    now = now or datetime.now(UTC)
    circuit = await read_circuit(database)
    lists = [await _list(database, list_name, now) for list_name in ListName]
    return {
        "at": now,
        "circuit": {
            "state": circuit.state(now).value,
            "until": circuit.open_until,
            "refusals": circuit.refusals,
            "times_opened": circuit.times_opened,
        },
        "lists": [each for each in lists if each is not None],
    }


async def _list(database: Database, list_name: ListName, now: datetime) -> dict[str, Any] | None:
    with store_errors():
        row = await database[LISTS].find_one({"_id": list_name.value})
        last = await database[SWEEPS].find_one({"list": list_name.value}, sort=[("number", -1)])
    if row is None and last is None:
        return None
    complete = (row or {}).get("last_complete")
    return {
        "list": list_name.value,
        "last_complete": _complete(complete, now) if complete is not None else None,
        "last": _last(last) if last is not None else None,
        "due_at": (row or {}).get("due_at"),
    }


def _complete(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "sweep": row["number"],
        "ended_at": row["ended_at"],
        "age_s": round((now - row["ended_at"]).total_seconds()),
        **_figures(row),
    }


def _last(row: Document) -> dict[str, Any]:
    """Show the newest sweep, which is often the one that goes on now."""
    under_way = row["state"] in (State.RUNNING, State.PAUSED)
    figures = row.get("figures") or {"total": row.get("total"), "distinct": row.get("distinct")}
    return {
        "sweep": row["number"],
        "source": row["source"],
        "state": row["state"],
        "reason": row.get("reason") if row["state"] != State.RUNNING else None,
        "until": row.get("until") if row["state"] == State.PAUSED else None,
        "started_at": row["started_at"],
        "ended_at": row.get("ended_at"),
        "progress": {"phase": row["phase"], **row.get("progress", {})} if under_way else None,
        "alarms": row["alarms"],
        **_figures(figures),
    }


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    counts = row.get("counts") or {}
    return {
        "total": row.get("total"),
        "distinct": row.get("distinct"),
        "coverage": row.get("coverage"),
        "counts": {name: counts[name] for name in COUNTS if name in counts},
        "requests": row.get("requests"),
    }
