"""How long it takes to run a draft over the past: `python -m tests.bench replay`.

Stores decisions made from the golden corpus in a MongoDB of its own, drafts rules that would change some of them, and
replays them in one process on one core, as the service does.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from deploy.local.problems import Problem
from deploy.local.settings import StackSettings
from runtime.mongo import open_database
from runtime.settings import MongoSettings
from services.routing.activations import ActivationStore
from services.routing.ruleset_desk import RulesetDesk
from services.routing.rulesets import RulesetStore
from services.routing.tables import load_ruleset, shipped
from tests.bench.progress import Progress
from tests.golden.corpus import NOW
from tests.support.background_stack import BackgroundStack
from tests.support.past_decisions import past_decisions
from tests.support.whole_stack import own_environment

MANY = 100_000
AIM_SECONDS = 60
DRAFT = "stricter"
_AT_ONCE = 2_000


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench replay", description="What a replay costs.")
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    parser.add_argument("--decisions", type=int, default=MANY, help="how many past decisions there are")
    given = parser.parse_args(arguments)
    progress = Progress()
    try:
        figures = measure(given.decisions, progress.say)
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


def measure(decisions: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Store the past, replay it, and take the figures."""
    say("starting MongoDB")
    with tempfile.TemporaryDirectory() as var:
        settings = StackSettings(Path(var), parts=("mongo",), free_ports=True, environment=own_environment())
        with BackgroundStack(settings) as systems:
            address = systems.addresses["mongo"]
            asyncio.run(_prepare(MongoSettings(uri=address), decisions, say))
            say(f"replaying {decisions:,} decisions")
            database = psutil.Process(systems.pids["mongo"])
            before = sum(database.cpu_times()[:2])
            figures = _replay({**own_environment(), "MONGO_URI": address})
            return {**figures, "database_cpu_seconds": sum(database.cpu_times()[:2]) - before}


async def _prepare(mongo: MongoSettings, decisions: int, say: Callable[[str], None]) -> None:
    async with open_database(mongo, "routing") as database:
        desk = RulesetDesk(RulesetStore(database), ActivationStore(database))
        await desk.prepare()
        figures = shipped()["ruleset.toml"].replace("lead_from = 0.4", "lead_from = 0.65")
        await desk.draft(DRAFT, staff="bench", tables={"ruleset.toml": figures})
        several = []
        for number, decision in enumerate(past_decisions(decisions, load_ruleset(NOW.date())), start=1):
            several.append(decision)
            if len(several) == _AT_ONCE or number == decisions:
                await database["decisions"].insert_many(several, ordered=False)
                several = []
                say(f"{number:,} of {decisions:,} decisions stored")


def _replay(environment: Mapping[str, str]) -> dict[str, Any]:
    """Replay in a process that is held to one core."""
    command = (sys.executable, "-m", "services.routing.replay", DRAFT, "--staff", "bench", "--json")
    core = min(os.sched_getaffinity(0))
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, {core})
    ) as process:
        assert process.stdout is not None
        summary = json.loads(process.stdout.read())
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    run = summary["run"]
    return {
        "decisions": run["done"],
        "changed": run["changed"],
        "moved": run["moved"],
        "wall_seconds": time.perf_counter() - began,
        "working_seconds": run["done"] / run["per_second"],
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "most_megabytes": used.ru_maxrss / 1024,
        "load_average": os.getloadavg()[0],
    }


def report(figures: Mapping[str, Any]) -> str:
    """Write the figures for people."""
    each = figures["cpu_seconds"] / figures["decisions"] * 1_000_000
    return "\n".join(
        (
            f"REPLAY of {figures['decisions']:,} decisions, {figures['changed']:,} would change,"
            f" {figures['moved']:,} of them move",
            f"{'from start to end':>32}{figures['wall_seconds']:>9.1f} s   (aim: at most {AIM_SECONDS} for 100,000)",
            f"{'of that in batches':>32}{figures['working_seconds']:>9.1f} s",
            f"{'CPU of the one process':>32}{figures['cpu_seconds']:>9.1f} s   {each:.0f} microseconds a referral",
            f"{'CPU of MongoDB beside it':>32}{figures['database_cpu_seconds']:>9.1f} s",
            f"{'memory at most':>32}{figures['most_megabytes']:>9.0f} MB",
            f"load average {figures['load_average']:.1f}: read the CPU where others share the cores",
        )
    )
