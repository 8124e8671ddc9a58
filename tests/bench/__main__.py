"""How quick a referral is, and how many go, beside a floor in the same run: `python -m tests.bench`.

Prints and never judges: what is too slow is for a person to say. `docs/performance.md` explains the figures.
"""

import argparse
import asyncio
import json
import sys
import time

from deploy.local.problems import Problem
from tests.bench.report import report
from tests.bench.rounds import Bench, Plan
from tests.bench.sides import BenchFailed

SEED = 20090505
CONNECTIONS = 64


def main() -> int:
    """Run the bench and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What the whole way costs.")
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


class Progress:
    """One line that says what is being measured, in a terminal only."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._on:
            print(f"\r\x1b[K{text} ({time.monotonic() - self._began:.0f} s)", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave no trace of the line."""
        if self._on:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
