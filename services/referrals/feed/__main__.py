"""The feed of INTERPOL notices: `python -m services.referrals.feed run`, `… sweep`, `… status`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, redirect_stdout
from functools import partial
from typing import Any

from runtime.environment import NOT_SET_UP, read_environment
from runtime.errors import Transient
from runtime.logs import start_logs
from runtime.mongo import open_database, store_errors
from runtime.process import run
from runtime.store import BUCKETS
from runtime.telemetry import start_telemetry, untraced
from services.referrals.feed.api import plain
from services.referrals.feed.opening import Feed, NoSource, open_feed, open_worker
from services.referrals.feed.query import ListName
from services.referrals.feed.settings import FeedSettings
from services.referrals.feed.status import read_status
from services.referrals.feed.sweeping import Swept
from services.referrals.feed.terminal import drawn, status_text, swept_line
from services.referrals.notices.records import NOTICES

COMPLETE, NOT_COMPLETE, BUSY = 0, 1, 3

TIMES_LOOKED = 300
"""How often the end of a command looks, ten times a second, whether all is sent."""


def main(arguments: Sequence[str]) -> int:
    """Do what is asked, and give the exit code."""
    asked = _parser().parse_args(arguments)
    settings = read_environment(FeedSettings)
    try:
        return _done(asked, settings)
    except NoSource:
        print("There is nothing to read: set FEED_BASE_URL or FEED_FOLDER.", file=sys.stderr)
        return NOT_SET_UP


def _done(asked: argparse.Namespace, settings: FeedSettings) -> int:
    if asked.command == "run":
        if not (settings.base_url or settings.folder):
            raise NoSource
        run("feed", settings.telemetry, partial(open_worker, settings))
        return COMPLETE
    with redirect_stdout(sys.stderr):  # the result alone goes to standard output
        start_logs("feed", settings.telemetry)
    if asked.command == "status":
        return asyncio.run(_status(asked, settings))
    provider = start_telemetry("feed", settings.telemetry)
    try:
        return asyncio.run(_sweep(asked, settings))
    except Transient as exc:
        print(f"The sweep had to stop and is taken up by the next one: {type(exc).__name__}.", file=sys.stderr)
        return NOT_COMPLETE
    finally:
        provider.shutdown()


async def _status(asked: argparse.Namespace, settings: FeedSettings) -> int:
    async with open_database(settings.mongo, settings.records.database) as database:
        status = await read_status(database)
    print(json.dumps(plain(status), indent=2) if asked.json else status_text(status))
    return COMPLETE


async def _sweep(asked: argparse.Namespace, settings: FeedSettings) -> int:
    """Sweep once; what the book tells meanwhile is sent before this ends."""
    async with open_feed(settings, source=asked.source, port=0) as feed:
        if not await feed.lease.take():
            print("Another process is sweeping; `status` says how far it is.", file=sys.stderr)
            return BUSY
        relaying = asyncio.create_task(feed.stand.relay.run())
        try:
            swept = await _all_swept(feed, asked.list or list(settings.list_names), asked)
            await _sent(feed)
        finally:
            await feed.lease.give_back()
            await feed.stand.relay.stop()
            await asyncio.wait([relaying])
    print(json.dumps({"sweeps": [_shown(each) for each in swept]}, indent=2) if asked.json else _summary(swept))
    return COMPLETE if all(each.is_complete for each in swept) else NOT_COMPLETE


async def _all_swept(feed: Feed, lists: Sequence[ListName], asked: argparse.Namespace) -> list[Swept]:
    """Sweep one list after the other."""
    swept: list[Swept] = []
    for number, list_name in enumerate(lists):
        async with AsyncExitStack() as shown:
            if not asked.quiet:
                await shown.enter_async_context(drawn(feed.sweeping, lists[number + 1 :]))
            swept.append(await feed.sweeping.sweep(list_name, accept=asked.accept))
        if not asked.quiet:
            print(swept_line(swept[-1]), file=sys.stderr, flush=True)
    return swept


async def _sent(feed: Feed) -> None:
    """Wait until what was told is sent, but not for a broker that is away: the service sends it later."""
    waiting = {"outbox_bucket": {"$in": list(range(BUCKETS))}, "outbox_since": {"$exists": True}}
    with untraced(), store_errors():
        for _ in range(TIMES_LOOKED):
            if await feed.stand.database[NOTICES].find_one(waiting, {"_id": 1}) is None:
                return
            await asyncio.sleep(0.1)


def _shown(swept: Swept) -> dict[str, Any]:
    figures: dict[str, Any] = plain(dict(swept.figures))
    return {
        "list": swept.list_name.value,
        "state": swept.state.value,
        "reason": swept.reason,
        "complete": swept.is_complete,
        **figures,
    }


def _summary(swept: Sequence[Swept]) -> str:
    complete = sum(each.is_complete for each in swept)
    return f"{complete} of {len(swept)} lists complete"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.referrals.feed", description="The feed of notices.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="sweep each list when it is due, until stopped")
    sweep = commands.add_parser("sweep", help="sweep once; ends with 0 only if every sweep was complete")
    sweep.add_argument("--list", action="append", type=ListName, choices=list(ListName), help="only this list")
    sweep.add_argument("--source", choices=("http", "folder"), help="where from, if both are set")
    sweep.add_argument("--accept", action="store_true", help="believe a list that has far more or fewer than before")
    sweep.add_argument("--json", action="store_true", help="write the result for programs")
    sweep.add_argument("--quiet", action="store_true", help="show nothing meanwhile")
    status = commands.add_parser("status", help="say how every list stands")
    status.add_argument("--json", action="store_true", help="for programs")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
