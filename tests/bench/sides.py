"""The two that are measured: our stack, started as `make up` starts it, and the floor beside it."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from pymongo import MongoClient

from deploy.local.echo import Echo
from deploy.local.environment import machine_environment
from deploy.local.part import Part
from deploy.local.ports import Ports
from deploy.local.probes import listens
from deploy.local.settings import CHECKOUT, HOST, StackSettings
from deploy.local.stack import Stack, running_stack
from deploy.local.supervisor import Supervisor
from deploy.local.topics import create_topics
from schemas.topics import Topic
from tests.bench import floor
from tests.bench.client import Job
from tests.conftest import own_environment

SERVICES = ("referrals", "routing", "notify")
FLOOR = ("intake", "decide", "queue")
SYSTEMS = ("mongo", "kafka", "zipkin")
LONGEST_QUIETING = 60.0
QUIET_FOR = 10
"""Times in a row, a tenth of a second apart: a consumer that lets the broker gather hears late of its lag."""


@dataclass(slots=True)
class Side:
    """One of the two."""

    name: str
    port: int
    mongo: str
    database: str
    pids: dict[str, int]
    bodies: Path
    health: list[str] = field(default_factory=list)
    """Where to ask whether anything is still under way."""

    async def measure(self, count: int, seed: int, connections: int = 0) -> dict[str, Any]:
        """Post referrals from a process of its own, and give what it found."""
        job = Job(HOST, self.port, self.mongo, self.database, str(self.bodies), count, seed, connections)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.client"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=CHECKOUT,
        )
        try:
            out, _ = await process.communicate(json.dumps(asdict(job)).encode())
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode != 0:
            raise BenchFailed(f"{self.name} could not be measured")
        result: dict[str, Any] = json.loads(out)
        return result

    def cpu_seconds(self) -> dict[str, float]:
        """Say what each process has used of the processor so far."""
        used = {name: psutil.Process(pid).cpu_times() for name, pid in self.pids.items()}
        return {name: times.user + times.system for name, times in used.items()}

    async def until_quiet(self) -> None:
        """Wait until what came after the last item is done too: what is told back to a referral's timeline."""
        async with httpx.AsyncClient() as client, asyncio.timeout(LONGEST_QUIETING):
            times = 0
            while times < QUIET_FOR:
                quiet = all([_is_quiet((await client.get(address)).json()) for address in self.health])
                times = times + 1 if quiet else 0
                await asyncio.sleep(0.1)


class BenchFailed(Exception):
    """There is no figure to print."""


def _is_quiet(health: dict[str, Any]) -> bool:
    parts = health["parts"].values()
    return all(part["ok"] and not part.get("lag") and not part.get("oldest_waiting") for part in parts)


@dataclass(frozen=True, slots=True)
class Sides:
    """What runs during a bench."""

    ours: Side
    floor: Side
    floor_shared: Side
    stack: Stack


@asynccontextmanager
async def both_sides(bodies: list[bytes]) -> AsyncIterator[Sides]:
    """Start everything, with data of its own on the disk where `make up` keeps its data; remove them at the end."""
    below = CHECKOUT / "var"
    below.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=below))
    try:
        file = folder / "bodies"
        file.write_text("".join(json.dumps(body.decode(), ensure_ascii=False) + "\n" for body in bodies), "utf-8")
        settings = StackSettings(folder, free_ports=True, environment=own_environment())
        async with running_stack(settings) as stack, _floor(stack, folder) as (ports, pids):
            yield _sides(stack, ports, pids, file)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sides(stack: Stack, ports: dict[str, int], floor_pids: dict[str, int], bodies: Path) -> Sides:
    mongo, systems = stack.addresses["mongo"], {name: stack.pids[name] for name in SYSTEMS}
    ours = {name: stack.pids[name] for name in SERVICES}
    bare = {name: floor_pids[f"floor {name}"] for name in FLOOR}
    shared = {**bare, "intake": floor_pids["floor shared"]}
    return Sides(
        Side(
            *("ours", stack.ports["referrals"], mongo, "notify", ours | systems, bodies),
            health=[f"{stack.addresses[name]}/health/ready" for name in SERVICES],
        ),
        Side("floor", ports["intake"], mongo, floor.QUEUE, bare | systems, bodies),
        Side("floor, shared insert", ports["shared"], mongo, floor.QUEUE, shared | systems, bodies),
        stack,
    )


@asynccontextmanager
async def _floor(stack: Stack, folder: Path) -> AsyncIterator[tuple[dict[str, int], dict[str, int]]]:
    """Run the floor in the same Kafka and MongoDB, with topics and databases of its own."""
    topics = [Topic(name, "referral_id", "", (), ()) for name in (floor.REFERRALS, floor.DECISIONS)]
    await create_topics(stack.addresses["kafka"], "", topics)
    ports = Ports(stack.settings.cache)
    ports.choose(("intake", "shared"), {}, free=True)
    supervisor = Supervisor(folder / "log", Echo(on=False), lambda: None)
    roles = (
        ("floor intake", ("intake", "--port", str(ports.chosen["intake"])), ports.chosen["intake"]),
        ("floor shared", ("intake", "--port", str(ports.chosen["shared"]), "--shared"), ports.chosen["shared"]),
        ("floor decide", ("decide",), None),
        ("floor queue", ("queue",), None),
    )
    parts = [_part(name, words, port, stack) for name, words, port in roles]
    try:
        await asyncio.gather(*(supervisor.run(part) for part in parts))
        yield ports.chosen, supervisor.pids
    finally:
        await supervisor.stop([part.name for part in parts])
        ports.release()


def _part(name: str, words: tuple[str, ...], port: int | None, stack: Stack) -> Part:
    async def ready() -> bool:
        return port is None or await listens(port)

    where = ("--mongo", stack.addresses["mongo"], "--kafka", stack.addresses["kafka"])
    command = (sys.executable, "-m", "tests.bench.floor", *words, *where)
    return Part(name, command, machine_environment(os.environ), CHECKOUT, ready)


def mongo_version(address: str) -> str:
    """Ask the database what it is."""
    with MongoClient[dict[str, Any]](address) as client:
        return str(client.server_info()["version"])
