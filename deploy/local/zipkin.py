"""Zipkin, for its trace page: it keeps traces in memory only."""

from collections.abc import Mapping
from pathlib import Path

from deploy.local.jars import Jar
from deploy.local.java import java
from deploy.local.part import Part
from deploy.local.probes import answers
from deploy.local.settings import HOST

MEMORY = "-Xmx256m"
STOP_SECONDS = 5.0
NICENESS = 10
"""Nothing waits for Zipkin, and on two cores its start would hold up what others do wait for."""
SPANS_KEPT = 50_000
"""What fits into that memory with our attributes: with 200,000 it ended for want of it after some 3,600 referrals."""


def make_part(jars: tuple[Jar, ...], cache: Path, port: int, var: Path, environment: Mapping[str, str]) -> Part:
    """Describe our Zipkin to the supervisor."""
    folder = var / "zipkin"
    folder.mkdir(parents=True, exist_ok=True)
    (jar,) = jars
    listen = f"--armeria.ports[0].address={HOST}", f"--armeria.ports[0].port={port}"
    command = (
        *(*java(MEMORY, "-XX:TieredStopAtLevel=1"), "-jar", str(cache / "jars" / jar.path)),
        *(*listen, "--armeria.ports[0].protocols[0]=http", f"--server.port={port}"),
        *("--zipkin.storage.type=mem", f"--zipkin.storage.mem.max-spans={SPANS_KEPT}"),
        *("--logging.level.root=WARN", "--spring.main.banner-mode=off"),
    )

    async def ready() -> bool:
        return await answers(port, "/health")

    return Part("zipkin", command, environment, folder, ready, niceness=NICENESS, stop_seconds=STOP_SECONDS)
