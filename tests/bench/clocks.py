"""How long it takes to find the next clock that is due among very many: `python -m tests.bench clocks`.

Three databases in one MongoDB, each with ten times the open clocks of the one before, asked in turn, so that whatever
the machine does meanwhile meets all of them. Asks as the service does, with the same store and the same query.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pymongo import MongoClient, WriteConcern
from uuid6 import uuid7

from deploy.local.problems import Problem
from deploy.local.settings import StackSettings
from runtime.events import Destination, Publisher
from runtime.mongo import Database, open_database
from runtime.settings import MongoSettings
from runtime.store import Store
from schemas.topics import published_by
from services.notify.clock.documents import new_clock, what_follows, written_fact
from services.notify.clock.history import read_history
from services.notify.clock.loop import ClockLoop
from services.notify.clock.office_hours import load_office_hours
from services.notify.clock.store import CLOCKS, ClockStore, is_due
from tests.bench.progress import Progress
from tests.support.background_stack import BackgroundStack
from tests.support.clocks import MONDAY, claimed, placed, received
from tests.support.office import NobodyListens
from tests.support.whole_stack import own_environment

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS, LOOKS = 5, 100
BEFORE_ALL = MONDAY - timedelta(days=1)
"""A moment at which nothing is due: what nearly every look finds."""
FIRST = MONDAY + timedelta(days=1)
"""When the first clock is due; the others follow a second apart."""

Figures = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench clocks", description="What finding the next due clock costs."
    )
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="leave out databases with more clocks")
    given = parser.parse_args(arguments)
    progress = Progress()
    try:
        figures = measure([size for size in SIZES if size <= given.most], progress.say)
    except Problem as exc:
        progress.clear()
        print(f"bench: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        progress.clear()
    print(json.dumps(figures, indent=2) if given.json else report(figures))
    return 0


def measure(sizes: list[int], say: Callable[[str], None]) -> Figures:
    """Make the clocks, look at them, and take the figures."""
    say("starting MongoDB")
    with tempfile.TemporaryDirectory() as var:
        settings = StackSettings(Path(var), parts=("mongo",), free_ports=True, environment=own_environment())
        with BackgroundStack(settings) as systems:
            mongo = MongoSettings(uri=systems.addresses["mongo"])
            for size in sizes:
                say(f"making {size:,} clocks")
                asyncio.run(_prepare(mongo, size))
                _fill(mongo.uri, size)
            found = asyncio.run(_look(mongo, sizes, say))
    return {
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "looks": ROUNDS * LOOKS,
        "clocks": found,
        "ratios": _ratios(found[0], found[-1]),
    }


def _name(size: int) -> str:
    return f"clocks_{size}"


async def _prepare(mongo: MongoSettings, size: int) -> None:
    async with open_database(mongo, _name(size)) as database:
        await _clocks(database).prepare()


def _clocks(database: Database) -> ClockStore:
    return ClockStore(_store(database))


def _store(database: Database) -> Store:
    places = {event: [Destination(*place) for place in found] for event, found in published_by("notify").items()}
    return Store(database, Publisher("/bench", places), NobodyListens())


def _fill(address: str, size: int) -> None:
    """Store clocks as the service would have left them, but without waiting for the journal."""
    with MongoClient[Figures](address) as client:
        collection = client[_name(size)].get_collection(CLOCKS, write_concern=WriteConcern(w=1, j=False))
        batch: list[Figures] = []
        for document in _documents(size):
            batch.append(document)
            if len(batch) == 5_000:
                collection.insert_many(batch, ordered=False)
                batch = []
        if batch:
            collection.insert_many(batch, ordered=False)


def _documents(size: int) -> Iterator[Figures]:
    """Make open clocks, acknowledged and assigned; each is due a second after the one before."""
    calendars = load_office_hours()
    offices = sorted(calendars)
    facts = {
        office: [received("U2"), placed(MONDAY + timedelta(seconds=1), office), claimed(MONDAY + timedelta(hours=1))]
        for office in offices
    }
    follows = {office: what_follows(read_history(facts[office]), (), calendars) for office in offices}
    for number in range(size):
        office, due = offices[number % len(offices)], FIRST + timedelta(seconds=number)
        referral = str(uuid7())
        yield {
            **new_clock(referral, MONDAY),
            "folds": len(facts[office]),
            "facts": {str(uuid7()): written_fact(fact) for fact in facts[office]},
            **follows[office],
            "next_due": due,
            "soonest": due,
        }


async def _look(mongo: MongoSettings, sizes: list[int], say: Callable[[str], None]) -> list[Figures]:
    took: dict[int, dict[str, list[float]]] = {size: {"idle": [], "next": [], "list": [], "tell": []} for size in sizes}
    plans: dict[int, Figures] = {}
    for round_ in range(ROUNDS):
        for size in sizes:
            say(f"round {round_ + 1} of {ROUNDS}: {size:,} clocks")
            async with open_database(mongo, _name(size)) as database:
                await _round(database, took[size])
                plans[size] = await _plan(database)
    return [{"clocks": size, "plan": plans[size], **_summary(took[size])} for size in sizes]


async def _round(database: Database, took: dict[str, list[float]]) -> None:
    clocks = _clocks(database)
    loop = ClockLoop(clocks, load_office_hours(), now=lambda: BEFORE_ALL)
    await clocks.due(FIRST, 1)  # connects
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "idle": loop.look,
        "next": lambda: clocks.due(FIRST, 1),
        "list": lambda: clocks.listed({"seen_by": "SAC-NYC"}, (), 50),
    }
    for name, ask in asked.items():
        for _ in range(LOOKS):
            took[name].append(await _timed(ask))
    for _ in range(LOOKS // 10):
        took["tell"].append(await _tell_one(database, clocks))


async def _tell_one(database: Database, clocks: ClockStore) -> float:
    """Time how long it takes to find one clock that is due and to write down that somebody is told."""
    [clock] = await database[CLOCKS].find({"open": True}).sort("next_due", 1).limit(1).to_list(1)
    due: datetime = clock["next_due"]
    loop = ClockLoop(clocks, load_office_hours(), now=lambda: due)
    return await _timed(loop.look)


async def _timed(ask: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await ask()
    return (time.perf_counter() - began) * 1_000


async def _plan(database: Database) -> Figures:
    cursor = database[CLOCKS].find(is_due(FIRST + timedelta(days=365))).sort("next_due", 1).limit(1)
    plan = (await cursor.explain())["executionStats"]
    stages, stage = [], plan["executionStages"]
    while stage is not None:
        stages.append(stage["stage"])
        stage = stage.get("inputStage")
    return {
        "stages": stages,
        "keys_examined": plan["totalKeysExamined"],
        "documents_examined": plan["totalDocsExamined"],
        "returned": plan["nReturned"],
    }


def _summary(took: dict[str, list[float]]) -> Figures:
    return {
        name: {"p50_ms": statistics.median(times), "p99_ms": sorted(times)[int(len(times) * 0.99)]}
        for name, times in took.items()
    }


def _ratios(least: Figures, most: Figures) -> Figures:
    return {name: most[name]["p50_ms"] / least[name]["p50_ms"] for name in ("idle", "next", "list", "tell")}


def report(figures: Figures) -> str:
    """Write the figures for people."""
    heads = {"idle": "a look, none due", "next": "find the next", "list": "an office's 50", "tell": "find one and tell"}
    lines = [
        f"{figures['cores']} cores, load average {figures['load_average']:.1f} at the end,"
        f" {figures['looks']} looks of each; medians, and p99, in ms",
        f"{'open clocks':>14}" + "".join(f"{head:>22}" for head in heads.values()) + "   plan",
    ]
    for row in figures["clocks"]:
        cells = "".join(f"{row[name]['p50_ms']:>12.2f} {row[name]['p99_ms']:>9.2f}" for name in heads)
        plan = row["plan"]
        lines.append(
            f"{row['clocks']:>14,}{cells}   {'+'.join(plan['stages'])},"
            f" {plan['documents_examined']} read for {plan['returned']}"
        )
    ratios = "".join(f"{figures['ratios'][name]:>12.2f}{'':>10}" for name in heads)
    lines.append(f"{'last to first':>14}{ratios}   (1 is: as quick among so many more)")
    return "\n".join(lines)
