"""How quick a referral is, and how many go, beside a floor in the same run: `python -m tests.bench`.

Prints and never judges: what is too slow is for a person to say. `docs/performance.md` explains the figures.
"""

import argparse
import asyncio
import json
import sys

from deploy.local.problems import Problem
from tests.bench import clocks, replay, routing
from tests.bench.progress import Progress
from tests.bench.report import report
from tests.bench.rounds import Bench, Plan
from tests.bench.sides import BenchFailed

SEED = 20090505
CONNECTIONS = 64


SUBJECTS = {"routing": routing.main, "replay": replay.main, "clocks": clocks.main}
"""What is measured by itself, when it is named first."""


def main() -> int:
    """Run the bench and print its figures."""
    if sys.argv[1:] and (measure := SUBJECTS.get(sys.argv[1])):
        return measure(sys.argv[2:])
    return whole_way()


def whole_way() -> int:
    """Measure the whole way of a referral."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="What the whole way costs.",
        epilog=f"Named first, measured by itself: {', '.join(SUBJECTS)}.",
    )
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    parser.add_argument("--quick", action="store_true", help="one round, about a minute")
    parser.add_argument("--seed", type=int, default=SEED, help="which referrals are invented")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="how many POSTs at once under load")
    given = parser.parse_args()
    amounts = {"rounds": 1, "idle": 100, "load": 1_500} if given.quick else {"rounds": 3, "idle": 100, "load": 3_000}
    plan = Plan(seed=given.seed, warm=1_000, connections=given.connections, **amounts)
    progress = Progress()
    try:
        figures = asyncio.run(Bench(plan, progress.say).run())
    except (BenchFailed, Problem) as exc:
        progress.clear()
        print(f"bench: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        progress.clear()
        return 130
    progress.clear()
    print(json.dumps(figures, indent=2) if given.json else report(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
