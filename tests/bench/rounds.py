"""The rounds of a bench: floor, ours, floor, ours, so that whatever the machine does meanwhile meets both."""

import asyncio
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

from deploy.local.jars import KAFKA_LIST, read_list
from tests.bench import steps
from tests.bench.bodies import sound_bodies
from tests.bench.sides import Side, Sides, both_sides, mongo_version

DISTINCT_BODIES = 500
PACKAGES = ("aiokafka", "fastapi", "motor", "pymongo", "pydantic", "uvicorn", "uvloop", "opentelemetry-sdk")

Figures = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    seed: int
    rounds: int
    idle: int
    """Referrals a round and side, one after another."""
    load: int
    """Referrals a round and side, as many as go."""
    warm: int
    connections: int

    @property
    def stages(self) -> int:
        """How many things are measured one after another."""
        return 2 + 5 * self.rounds


@dataclass(slots=True)
class Found:
    """What the rounds of one side gave."""

    arrivals: list[list[dict[str, Any]]] = field(default_factory=list)
    times: list[steps.Times] = field(default_factory=list)
    loads: list[Figures] = field(default_factory=list)


class Bench:
    """One run."""

    def __init__(self, plan: Plan, say: Say) -> None:
        self._plan, self._say = plan, say
        self._seeds = iter(range(plan.seed * 1_000, plan.seed * 1_000 + 1_000))
        self._found = {name: Found() for name in ("floor", "ours", "floor, shared insert")}
        self._stage = 0

    async def run(self) -> Figures:
        """Start everything, measure, and give the figures."""
        began = time.monotonic()
        self._say("starting the stack and the floor")
        bodies = [body for body, _ in sound_bodies(DISTINCT_BODIES, self._plan.seed)]
        async with both_sides(bodies) as sides:
            await self._warm(sides)
            for number in range(1, self._plan.rounds + 1):
                await self._round(sides, number)
            return self._figures(sides) | {"seconds": round(time.monotonic() - began, 1)}

    async def _warm(self, sides: Sides) -> None:
        for side in (sides.floor, sides.floor_shared, sides.ours):
            self._tell(f"warming up: {side.name}", stage=side is not sides.floor_shared)
            await side.measure(self._plan.warm, next(self._seeds), self._plan.connections)
            await side.measure(20, next(self._seeds))
            await side.until_quiet()

    async def _round(self, sides: Sides, number: int) -> None:
        of = f"round {number} of {self._plan.rounds}"
        for side in (sides.floor, sides.ours):
            self._tell(f"{side.name}, idle, {of}")
            await self._idle(side, sides)
        for side in (sides.floor, sides.ours, sides.floor_shared):
            self._tell(f"{side.name}, load, {of}")
            await self._load(side)

    async def _idle(self, side: Side, sides: Sides) -> None:
        arrivals = (await side.measure(self._plan.idle, next(self._seeds)))["arrivals"]
        found = self._found[side.name]
        found.arrivals.append(arrivals)
        if side is sides.ours:
            found.times += await steps.ours(sides.stack.addresses["zipkin"], arrivals)
        else:
            found.times += await asyncio.to_thread(steps.of_floor, side.mongo, side.database, arrivals)

    async def _load(self, side: Side) -> None:
        before = side.cpu_seconds()
        result = await side.measure(self._plan.load, next(self._seeds), self._plan.connections)
        await side.until_quiet()
        after, count = side.cpu_seconds(), self._plan.load
        self._found[side.name].loads.append(
            {
                "drain_per_second": count / result["drain_seconds"],
                "intake_per_second": count / result["intake_seconds"],
                "cpu_us": {name: (after[name] - before[name]) / count * 1e6 for name in after},
            }
        )

    def _tell(self, what: str, *, stage: bool = True) -> None:
        self._stage += stage
        self._say(f"[{self._stage}/{self._plan.stages}] {what}")

    def _figures(self, sides: Sides) -> Figures:
        idle = {name: _idle_figures(self._found[name].arrivals) for name in ("floor", "ours")}
        load = {name: _load_figures(found.loads) for name, found in self._found.items()}
        return {
            "plan": asdict(self._plan),
            "machine": _machine(sides),
            "idle": {
                **idle,
                "ratio_p50": idle["ours"]["p50_ms"] / idle["floor"]["p50_ms"],
                "ratio_p99": idle["ours"]["p99_ms"] / idle["floor"]["p99_ms"],
            },
            "steps": {
                name: [asdict(step) for step in steps.table(self._found[name].times)] for name in ("floor", "ours")
            },
            "load": {
                **load,
                "ratio_drain": load["ours"]["drain_per_second"] / load["floor"]["drain_per_second"],
            },
        }


def _idle_figures(rounds: Sequence[Sequence[dict[str, Any]]]) -> Figures:
    """Put the rounds together; each one's own median shows how quiet the machine was."""
    visible = sorted(arrival["visible"] * 1000 for arrivals in rounds for arrival in arrivals)
    return {
        "count": len(visible),
        "p50_ms": statistics.median(visible),
        "p99_ms": statistics.quantiles(visible, n=100)[98],
        "rounds_p50_ms": [statistics.median(arrival["visible"] * 1000 for arrival in each) for each in rounds],
    }


def _load_figures(loads: Sequence[Figures]) -> Figures:
    """Give the median of the rounds, each figure for itself."""
    return {
        "drain_per_second": statistics.median(load["drain_per_second"] for load in loads),
        "intake_per_second": statistics.median(load["intake_per_second"] for load in loads),
        "cpu_us": {name: statistics.median(load["cpu_us"][name] for load in loads) for name in loads[0]["cpu_us"]},
        "rounds_drain_per_second": [load["drain_per_second"] for load in loads],
    }


def _machine(sides: Sides) -> Figures:
    kafka = next(jar.coordinate[2] for jar in read_list(KAFKA_LIST) if jar.coordinate[1] == "kafka_2.13")
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average": os.getloadavg()[0],
        "versions": {
            "python": sys.version.split()[0],
            "kafka": kafka,
            "mongodb": mongo_version(sides.ours.mongo),
            **{name: version(name) for name in PACKAGES},
        },
    }
