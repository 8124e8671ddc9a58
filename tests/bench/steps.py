"""Where the time of one referral goes on an idle stack: ours by its spans, the floor by the times it writes down."""

import asyncio
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from pymongo import MongoClient

SECONDS_UNTIL_EXPORTED = 2.5
"""Spans leave a process once a second."""

ARRIVED = "item visible"
STEPS = (
    "request begun",
    "referral stored",
    "POST answered",
    "event acknowledged by Kafka",
    "routing begins with it",
    "decision stored",
    "decision acknowledged by Kafka",
    "notify begins with it",
    ARRIVED,
)
ON_THE_WAY = (
    "request begun",
    "referral stored",
    "routing begins with it",
    "decision stored",
    "notify begins with it",
    ARRIVED,
)
"""Those that each wait for the one before; the others happen beside them."""

_MARKS = ("request begun", "referral stored", "routing begins with it", "decision stored", "notify begins with it")
"""What the floor writes down, in order."""

_OURS = {
    "event acknowledged by Kafka": ("referrals", "send referral.events"),
    "routing begins with it": ("routing", "process referral.events"),
    "decision acknowledged by Kafka": ("routing", "send routing.events"),
    "notify begins with it": ("notify", "process routing.events"),
}

Arrival = Mapping[str, Any]
Times = dict[str, float]
"""Milliseconds from the POST, by step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table; None where a side has no such step."""

    name: str
    at: float | None
    """Milliseconds from the POST, median."""
    took: float | None
    """Milliseconds from the step before it on the way, median."""


def table(found: Sequence[Times]) -> list[Step]:
    """Give the median way."""
    steps = []
    for name in STEPS:
        at = _median([times[name] for times in found if name in times])
        before = _before(name)
        took = _median([times[name] - times.get(before, 0.0) for times in found if name in times])
        steps.append(Step(name, at, took if name in ON_THE_WAY else None))
    return steps


def _before(name: str) -> str:
    place = ON_THE_WAY.index(name) if name in ON_THE_WAY else 0
    return ON_THE_WAY[place - 1] if place else ""


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


async def ours(zipkin: str, arrivals: Sequence[Arrival]) -> list[Times]:
    """Read the traces of referrals from Zipkin; those that were not recorded are left out."""
    await asyncio.sleep(SECONDS_UNTIL_EXPORTED)
    found = []
    async with httpx.AsyncClient(timeout=10) as client:
        for arrival in arrivals:
            answer = await client.get(f"{zipkin}/api/v2/trace/{arrival['trace_id']}")
            if answer.status_code == 200:
                found.append(_from_spans(arrival, answer.json()))
    return [times for times in found if len(times) == len(STEPS)]


def _from_spans(arrival: Arrival, spans: Sequence[Mapping[str, Any]]) -> Times:
    # The first of each name: a topic may be read again for something else, such as the clocks, and that comes later.
    latest_first = sorted(spans, key=lambda span: span["timestamp"], reverse=True)
    by_name = {(span["localEndpoint"]["serviceName"], span["name"].lower()): span for span in latest_first}
    times = _from_client(arrival)
    for step, key in _OURS.items():
        if key in by_name:
            sends = step.endswith("Kafka")
            times[step] = _since(arrival, by_name[key], at_end=sends)
    if begun := by_name.get(("referrals", "post /v1/referrals")):
        times["request begun"] = _since(arrival, begun, at_end=False)
        stored = [s for s in spans if s.get("parentId") == begun["id"] and s["name"].lower().endswith("insert")]
        if stored:
            times["referral stored"] = _since(arrival, stored[0], at_end=True)
    if decided := by_name.get(_OURS["routing begins with it"]):
        times["decision stored"] = _since(arrival, decided, at_end=True)
    return times


def _since(arrival: Arrival, span: Mapping[str, Any], *, at_end: bool) -> float:
    microseconds = span["timestamp"] + (span.get("duration", 0) if at_end else 0)
    return float(microseconds / 1000 - arrival["sent_at"] * 1000)


def of_floor(mongo: str, database: str, arrivals: Sequence[Arrival]) -> list[Times]:
    """Read what the floor wrote down in its items."""
    with MongoClient[dict[str, Any]](mongo) as client:
        wanted = {"_id": {"$in": [arrival["item_id"] for arrival in arrivals]}}
        marks = {item["_id"]: item["marks"] for item in client[database]["items"].find(wanted)}
    return [
        _from_client(arrival)
        | {
            name: (mark - arrival["sent_at"]) * 1000
            for name, mark in zip(_MARKS, marks[arrival["item_id"]], strict=True)
        }
        for arrival in arrivals
    ]


def _from_client(arrival: Arrival) -> Times:
    return {"POST answered": arrival["answered"] * 1000, ARRIVED: arrival["visible"] * 1000}
