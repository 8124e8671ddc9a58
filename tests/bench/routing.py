"""What one routing decision costs as the rules grow: `python -m tests.bench routing`.

Decides the golden corpus over and over with the shipped rules and a hundred, a thousand, ten thousand invented ones
among them. The figures are CPU time of this process alone, the least of several rounds, since others share the cores.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from itertools import cycle, islice, pairwise
from typing import Any

from schemas.events import ReferralReceived
from services.routing.domain import Facts, Ruleset, decide
from services.routing.facts import facts_of
from services.routing.tables import load_ruleset
from tests.bench.progress import Progress
from tests.golden.corpus import NOW, read_corpus
from tests.support.invented_rules import narrow_rules, with_rules, words_of

SIZES = (100, 1_000, 10_000)
ROUNDS = 15
MANY = 100_000
SEED = 20090505
_SAID_EVERY = 2_000


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench routing", description="What one decision costs.")
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often the corpus is decided for each size")
    parser.add_argument("--decisions", type=int, default=MANY, help="how many are decided in one go")
    given = parser.parse_args(arguments)
    progress = Progress()
    try:
        figures = measure(given.rounds, given.decisions, progress.say)
    except KeyboardInterrupt:
        return 130
    finally:
        progress.clear()
    print(json.dumps(figures, indent=2) if given.json else report(figures))
    return 0


def measure(rounds: int, decisions: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Take every figure; sizes take turns, so that a busy moment of the machine falls on all of them."""
    facts, rulesets = referrals(), {}
    for size in SIZES:
        say(f"inventing {size:,} rules")
        rulesets[size] = ruleset_of(size)
    least = dict.fromkeys(SIZES, float("inf"))
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for size, ruleset in rulesets.items():
            least[size] = min(least[size], cpu_of(facts, ruleset))
    shipped = load_ruleset(NOW.date())
    return {
        "referrals": len(facts),
        "rounds": rounds,
        "microseconds": {str(size): round(cost, 1) for size, cost in least.items()},
        "decades": {f"{small} to {large}": round(least[large] / least[small], 3) for small, large in pairwise(SIZES)},
        "shipped": in_one_go(facts, shipped, decisions, say),
    }


def referrals() -> list[Facts]:
    """Give the facts of every golden decision."""
    return [
        facts_of(ReferralReceived.model_validate(case["facts"]), tuple(case.get("owners", ())))
        for case in read_corpus()
    ]


def ruleset_of(size: int) -> Ruleset:
    """Give the shipped rules, and invented ones up to a number."""
    shipped = load_ruleset(NOW.date())
    more = size - len(shipped.rules.deciding.rules)
    return with_rules(shipped, narrow_rules(more, random.Random(SEED), words_of(shipped.places)))


def cpu_of(facts: list[Facts], ruleset: Ruleset) -> float:
    """Give the microseconds of CPU that one decision takes on average."""
    began = time.process_time()
    for one in facts:
        decide(one, ruleset, NOW.date(), NOW)
    return (time.process_time() - began) / len(facts) * 1_000_000


def in_one_go(facts: list[Facts], ruleset: Ruleset, decisions: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Decide many referrals one after the other, as a replay does."""
    began, cpu = time.perf_counter(), time.process_time()
    for number, one in enumerate(islice(cycle(facts), decisions)):
        decide(one, ruleset, NOW.date(), NOW)
        if number % _SAID_EVERY == 0:
            say(bar(number, decisions))
    spent, worked = time.perf_counter() - began, time.process_time() - cpu
    return {
        "rules": len(ruleset.rules.deciding.rules),
        "decisions": decisions,
        "seconds": round(spent, 2),
        "per second": round(decisions / spent),
        "microseconds": round(worked / decisions * 1_000_000, 1),
    }


def bar(done: int, of: int) -> str:
    """Draw how far it is."""
    filled = done * 30 // of
    return f"[{'#' * filled}{'.' * (30 - filled)}] {done:,} of {of:,} decisions"


def report(figures: dict[str, Any]) -> str:
    """Write the figures down for a person."""
    one_go = figures["shipped"]
    lines = [
        f"CPU of one decision, over {figures['referrals']} referrals, least of {figures['rounds']} rounds",
        *(f"  {int(size):>6,} rules  {cost:>7.1f} µs" for size, cost in figures["microseconds"].items()),
        *(f"  {step}: {ratio:.2f} times" for step, ratio in figures["decades"].items()),
        f"{one_go['decisions']:,} decisions by the {one_go['rules']} shipped rules: {one_go['seconds']:.1f} s, "
        f"{one_go['per second']:,} a second, {one_go['microseconds']:.1f} µs of CPU each",
    ]
    return "\n".join(lines)
