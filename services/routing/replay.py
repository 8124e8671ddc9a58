"""Replays a ruleset over past referrals: `python -m services.routing.replay VERSION --staff ID`.

Nothing is stored but the run and what it found, and nobody is told. Ends with 0 when the run came to its end.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from runtime.environment import read_environment
from runtime.http import Problem, shown
from runtime.logs import start_logs
from runtime.mongo import Document, open_database
from services.routing.loaded import LoadedRulesets
from services.routing.past import PastDecisions
from services.routing.replay_desk import ReplayDesk, progress_of
from services.routing.replaying import Replayer
from services.routing.replays import ReplayState, ReplayStore, worker_name
from services.routing.rulesets import RulesetStore
from services.routing.settings import ReplaySettings

WIDTH = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Read what is wanted, work, and print what would change."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.run is None and (given.version is None or given.staff is None):
        parser.error("name a ruleset, and your staff id with --staff")
    settings = read_environment(ReplaySettings)
    start_logs("routing", settings.telemetry)
    try:
        return asyncio.run(_replay(given, settings))
    except Problem as exc:
        print(f"replay: {exc.title}. {exc.detail}".strip(), file=sys.stderr)
        for fault in exc.faults:
            print(f"  {fault['pointer']}: {fault['problem']} {fault['mend']}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.routing.replay", description=__doc__)
    parser.add_argument("version", nargs="?", help="name of a draft or of any other ruleset")
    parser.add_argument("--staff", help="your staff id, which is stored with the run")
    parser.add_argument("--since", type=_moment, help="only decisions made at or after this, as in 2026-11-01T00:00Z")
    parser.add_argument("--until", type=_moment, help="only decisions made before this")
    parser.add_argument("--desk", help="only referrals of this desk")
    parser.add_argument("--rules-on", type=date.fromisoformat, help="the rules as they stand on this day (today)")
    parser.add_argument("--run", help="go on with this run instead of beginning one")
    parser.add_argument("--json", action="store_true", help="print the summary for programs")
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _replay(given: argparse.Namespace, settings: ReplaySettings) -> int:
    async with open_database(settings.mongo, settings.database) as database:
        rulesets, replays, past = RulesetStore(database), ReplayStore(database), PastDecisions(database)
        desk = ReplayDesk(rulesets, replays, past)
        run_id = given.run or await _begin(given, desk)
        replayer = Replayer(replays, past, LoadedRulesets(rulesets), worker_name(os.getpid()))
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, replayer.stop)
        bar = Bar()
        run = await replayer.work(run_id, bar.draw)
        bar.clear()
        if run is None:
            print("replay: this run has ended, or somebody else works on it", file=sys.stderr)
            return 1
        if given.run is None or given.json:
            summary = await desk.summary(run)
            print(json.dumps(summary, default=shown, indent=2) if given.json else _written(summary))
        return 0 if run["state"] == ReplayState.DONE.value else 1


async def _begin(given: argparse.Namespace, desk: ReplayDesk) -> str:
    await desk.prepare()
    run = await desk.begin(
        given.version,
        staff=given.staff,
        since=given.since,
        until=given.until,
        desk=given.desk,
        rules_on=given.rules_on,
    )
    return str(run["_id"])


class Bar:
    """One line that says how far a replay has come, in a terminal only."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()

    def draw(self, run: Document) -> None:
        """Replace the line."""
        if self._on:
            told = progress_of(run)
            full = round(WIDTH * told["share"])
            left = f"{told['seconds_left']:.0f} s left" if told["seconds_left"] is not None else ""
            print(
                f"\r\x1b[K{'█' * full}{'░' * (WIDTH - full)} {told['share']:4.0%} {told['done']} of {told['total']},"
                f" {told['per_second']:.0f}/s, {told['changed']} would change {left}",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def clear(self) -> None:
        """Leave no trace of the line."""
        if self._on:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _written(summary: dict[str, Any]) -> str:
    run = summary["run"]
    lines = [
        f"{run['version']}: {run['changed']} of {run['done']} decisions would change, {run['moved']} of them move",
        *(f"{move['count']:>9}  {move['from']} -> {move['to']}" for move in summary["moves"]),
        "by rule and category:",
        *(
            f"{each['count']:>9}  {each['rule_from']} -> {each['rule_to']}  {each['category']}"
            for each in summary["reasons"]
        ),
        f"run {run['run']}, {run['state']}, {run['per_second']:.0f} referrals a second",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
