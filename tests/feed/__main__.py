"""Sweep invented notices twice and print what it took: `python -m tests.feed`; `--help` says what can be chosen.

The least possible is one request a notice, and one for every 160 of a list. The server counts, not the worker.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from math import ceil
from pathlib import Path
from typing import Any

from runtime.settings import KafkaSettings, MongoSettings
from tests.bench.progress import Progress
from tests.support.background_stack import BackgroundStack, kafka_and_mongo
from tests.support.fed import Fed, fed
from tests.support.interpol.answers import Kind
from tests.support.interpol.filters import CAP
from tests.support.interpol.stranger import StrangeService
from tests.support.interpol.world import World
from tests.support.whole_stack import own_environment


def main() -> int:
    """Sweep and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.feed", description=__doc__)
    parser.add_argument("--notices", type=int, default=7000, help="red notices; three of seven have one nationality")
    parser.add_argument("--images", type=int, default=0, help="lists of pictures read in a sweep at most")
    parser.add_argument("--seed", type=int, default=1, help="which notices are invented")
    parser.add_argument("--stranger", action="store_true", help="ask a server that does many things otherwise")
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    given = parser.parse_args()
    progress = Progress()
    try:
        with tempfile.TemporaryDirectory(prefix="feed-") as folder:
            progress.say("starting Kafka and MongoDB")
            with BackgroundStack(kafka_and_mongo(Path(folder), own_environment())) as stack:
                figures = asyncio.run(measured(given, stack.addresses, progress))
    except KeyboardInterrupt:
        return 130
    finally:
        progress.clear()
    print(json.dumps(figures, indent=2) if given.json else report(figures))
    return 0 if all(sweep["coverage"] == 1.0 for sweep in figures["sweeps"]) else 1


async def measured(given: argparse.Namespace, addresses: dict[str, str], progress: Progress) -> dict[str, Any]:
    """Sweep twice; nothing changes in between."""
    world = World.invented(given.seed, red=given.notices)
    kafka, mongo = KafkaSettings(bootstrap_servers=addresses["kafka"]), MongoSettings(uri=addresses["mongo"])
    settings = {"FEED_LISTS": "red", "FEED_IMAGES_PER_SWEEP": str(given.images)}
    service = StrangeService(world) if given.stranger else None
    figures: dict[str, Any] = {"notices": given.notices, "least_lists": ceil(given.notices / CAP), "sweeps": []}
    async with fed(world, kafka, mongo, service=service, **settings) as feed:
        for number in (1, 2):
            figures["sweeps"].append(await one_sweep(feed, number, progress))
    return figures


async def one_sweep(feed: Fed, number: int, progress: Progress) -> dict[str, Any]:
    """Sweep once, and count what the server was asked."""
    feed.server.forget()
    before, began = await feed.records.event_ids(), time.monotonic()
    telling = asyncio.create_task(tell(feed, number, progress))
    try:
        swept = await feed.worker.sweep()
    finally:
        telling.cancel()
    if not swept.said:
        raise SystemExit(f"the worker ended with {swept.code}:\n{swept.errors[-3000:]}")
    asked = {kind: feed.server.count(kind) for kind in (Kind.LIST, Kind.DETAIL, Kind.IMAGES)}
    total, least = len(feed.world.lists["red"]), ceil(len(feed.world.lists["red"]) / CAP)
    return {
        "coverage": swept.of("red")["coverage"],
        "records": len((await feed.records.listed())["red"]),
        "events": len(await feed.records.told_since(before)),
        "requests": {str(kind): count for kind, count in asked.items()},
        "list_ratio": round(asked[Kind.LIST] / least, 3),
        "whole_ratio": round((asked[Kind.LIST] + asked[Kind.DETAIL]) / (least + total), 4),
        "asked_again": sum(feed.server.asked_again().values()),
        "seconds": round(time.monotonic() - began, 1),
    }


async def tell(feed: Fed, number: int, progress: Progress) -> None:
    """Say how far it is, for whoever waits."""
    while True:
        progress.say(f"sweep {number}: {feed.server.count():,} requests")
        await asyncio.sleep(0.5)


def report(figures: dict[str, Any]) -> str:
    """Write the figures for a person."""
    lines = [f"{figures['notices']:,} red notices; at least {figures['least_lists']} requests for the list alone", ""]
    for name, sweep in zip(("first sweep", "second, nothing changed"), figures["sweeps"], strict=True):
        asked = ", ".join(f"{count:,} {kind}" for kind, count in sweep["requests"].items())
        lines += [
            f"{name}: coverage {sweep['coverage']:.2%}, {sweep['records']:,} records, {sweep['events']:,} events",
            f"  requests: {asked}; asked again: {sweep['asked_again']}; {sweep['seconds']} s",
            f"  lists: {sweep['list_ratio']} times the least; all: {sweep['whole_ratio']} times the least",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
