"""The whole stack: what starts after what, what it says of itself, and how it ends."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from deploy.local import kafka, mongo, services, zipkin
from deploy.local.archive import archive_options
from deploy.local.echo import Echo
from deploy.local.environment import (
    machine_environment,
    own_environment,
    printable,
    service_environment,
    without_password,
)
from deploy.local.jars import KAFKA_LIST, ZIPKIN_LIST, Jar, missing, read_list, verify
from deploy.local.lock import sole_use
from deploy.local.ports import Ports
from deploy.local.problems import Problem
from deploy.local.secret_keys import read_or_make_all
from deploy.local.settings import CHECKOUT, FEED, HOST, SERVICES, SYSTEMS, StackSettings
from deploy.local.state import State, creation_times, state_file, write_state
from deploy.local.supervisor import Supervisor
from deploy.local.topics import create_topics

BYTES_NEEDED = 500_000_000


@asynccontextmanager
async def running_stack(settings: StackSettings) -> AsyncIterator["Stack"]:
    """Run a stack, ready when this begins and gone when it ends."""
    ports = Ports(settings.cache)
    with sole_use(settings.var):
        stack = Stack(settings, ports)
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()
            ports.release()


class Stack:
    """One stack, by the addresses and pids of its parts."""

    def __init__(self, settings: StackSettings, ports: Ports) -> None:
        self.settings = settings
        self.addresses: dict[str, str] = {}
        self.environment: dict[str, str] = {}
        """What the services get, secrets included: never write it down."""
        self.seconds_to_ready = 0.0
        self._ports = ports
        self._started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._ready = self._stopping = False
        self._echo = Echo(on=settings.echo, logs=settings.logs)
        self._supervisor = Supervisor(settings.var / "log", self._echo, self._write_state)
        self._elsewhere = {
            name: settings.environment[variable]
            for name, variable in (("kafka", "KAFKA_BOOTSTRAP_SERVERS"), ("mongo", "MONGO_URI"))
            if name in settings.parts and settings.environment.get(variable)
        }

    @property
    def ports(self) -> dict[str, int]:
        """The port that each part of ours listens on."""
        return dict(self._ports.chosen)

    @property
    def pids(self) -> dict[str, int]:
        """The pid of each process as it runs now; a restart changes it."""
        return self._supervisor.pids

    async def wait_ready(self, name: str, other_than: int | None = None) -> int:
        """Wait until a part is ready and give its pid; after a kill, give the pid that was killed."""
        return await self._supervisor.wait_ready(name, other_than)

    async def start(self) -> None:
        """Start every part, side by side where nothing waits on another."""
        began = time.monotonic()
        _check_room(self.settings.var)
        self._choose_addresses()
        self._write_state()
        try:
            await self._start_parts()
        except BaseExceptionGroup as several:
            if problems := several.subgroup(Problem):
                raise _first(problems) from None
            raise
        self._ready = True
        self.seconds_to_ready = time.monotonic() - began
        self._write_state()

    async def stop(self) -> None:
        """End the services first, then what they stand on."""
        self._stopping = True
        self._write_state()
        await self._supervisor.stop((*SERVICES, FEED))
        await self._supervisor.stop(SYSTEMS)
        state_file(self.settings.var).unlink(missing_ok=True)
        await self._echo.close()

    def _choose_addresses(self) -> None:
        settings = self.settings
        ours = [name for name in settings.parts if name not in self._elsewhere]
        names = [*ours, "kafka_controller"] if "kafka" in ours else ours
        self._ports.choose(names, settings.ports, free=settings.free_ports)
        for name in ours:
            self.addresses[name] = _address(name, self._ports.chosen[name])
        self.addresses |= self._elsewhere
        self.environment = service_environment(
            settings.environment, self.addresses, self.ports, read_or_make_all(settings.var)
        )

    async def _start_parts(self) -> None:
        async with asyncio.TaskGroup() as group:
            below = [
                group.create_task(start())
                for name, start in (("mongo", self._start_mongo), ("kafka", self._start_kafka))
                if name in self.settings.parts
            ]
            if "zipkin" in self.settings.parts:
                group.create_task(self._start_zipkin())
            for name in (*SERVICES, FEED):
                if name in self.settings.parts:
                    group.create_task(self._start_service(name, below))

    async def _start_mongo(self) -> None:
        if "mongo" in self._elsewhere:
            await mongo.check_elsewhere(self._elsewhere["mongo"])
            return
        settings, environment = self.settings, machine_environment(self.settings.environment)
        mongod = await asyncio.to_thread(mongo.find_mongod, settings.cache, environment)
        await self._supervisor.run(mongo.make_part(mongod, self.ports["mongo"], settings.var, environment))

    async def _start_kafka(self) -> None:
        settings, environment = self.settings, machine_environment(self.settings.environment)
        if "kafka" not in self._elsewhere:
            jars = await asyncio.to_thread(proved_jars, KAFKA_LIST, settings.cache)
            part = await asyncio.to_thread(
                kafka.make_part,
                *(jars, settings.cache, self.ports, settings.var, environment),
                options=archive_options(jars, settings.cache),
            )
            await self._supervisor.run(part)
        prefix = settings.environment.get("KAFKA_TOPIC_PREFIX", "")
        await create_topics(self.addresses["kafka"], prefix)

    async def _start_zipkin(self) -> None:
        settings, environment = self.settings, machine_environment(self.settings.environment)
        jars = await asyncio.to_thread(proved_jars, ZIPKIN_LIST, settings.cache)
        await self._supervisor.run(
            zipkin.make_part(jars, settings.cache, self.ports["zipkin"], settings.var, environment)
        )

    async def _start_service(self, name: str, below: list[asyncio.Task[None]]) -> None:
        if below:
            await asyncio.wait(below)
        environment = own_environment(name, self.environment)
        await self._supervisor.run(services.make_part(name, self.ports[name], CHECKOUT, environment))

    def _write_state(self) -> None:
        pids = self.pids
        state = State(
            started_at=self._started_at,
            supervisor_pid=os.getpid(),
            ready=self._ready and not self._stopping and self._supervisor.all_ready,
            addresses={name: without_password(address) for name, address in self.addresses.items()},
            pids=pids,
            ports=self.ports,
            env=printable(self.environment),
            created=creation_times(pids),
        )
        write_state(self.settings.var, state)


def proved_jars(list_file: Path, cache: Path) -> tuple[Jar, ...]:
    """Give the jars of a list, fetched if need be and checked before any JVM sees them."""
    jars, folder = read_list(list_file), cache / "jars"
    if missing(jars, folder):
        # The resolver takes a while to import and is needed once only.
        from deploy.local.fetch import fetch

        fetch(jars, folder)
    verify(jars, folder)
    return jars


def _address(name: str, port: int) -> str:
    """Write where a part of ours is, in the form its clients want."""
    if name == "mongo":
        return mongo.uri(port)
    return f"{HOST}:{port}" if name == "kafka" else f"http://{HOST}:{port}"


def _check_room(var: Path) -> None:
    free = shutil.disk_usage(var).free
    if free < BYTES_NEEDED:
        raise Problem(
            f"only {free // 1_000_000} MB are free on the disk of {var}, {BYTES_NEEDED // 1_000_000} MB are"
            " needed: free some, or set DRAGOMAN_VAR to a folder on another disk"
        )


def _first(problems: BaseExceptionGroup[Problem]) -> BaseException:
    """Dig the first problem out of the nested groups that tasks raise."""
    found: BaseException = problems
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
