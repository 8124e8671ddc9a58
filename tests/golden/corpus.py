"""Referrals that were decided once: what they were decided on, and how, kept as lines that a person can compare."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.events import ReferralReceived
from services.routing.domain import Decision, Ruleset, decide
from services.routing.facts import facts_of

FILE = Path(__file__).parent / "decisions.jsonl"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""The moment of all these decisions: ages and dates are counted from here."""

TOLD = ("office", "proposed", "supporting", "copies", "withheld", "desk", "category", "labels", "grounds", "rule")
"""What of a decision is held fast, besides its outcome, its urgency and its sentence."""


def read_corpus() -> Iterator[dict[str, Any]]:
    """Give each case: its title, the facts as routing receives them, who owns what it follows, the decision."""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def write_corpus(cases: Iterable[dict[str, Any]]) -> None:
    """Write the cases, one on each line."""
    lines = (json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    FILE.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def decided_anew(case: dict[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Decide a case with a ruleset, at the moment of the corpus."""
    event = ReferralReceived.model_validate(case["facts"])
    return shown(decide(facts_of(event, tuple(case.get("owners", ()))), ruleset, NOW.date(), NOW))


def shown(decision: Decision) -> dict[str, Any]:
    """Write a decision down as the corpus keeps it."""
    kept = {name: getattr(decision, name) for name in TOLD}
    whole = {"outcome": decision.outcome, **kept, "urgency": decision.suggested_urgency, "because": decision.because}
    return json.loads(json.dumps({name: value for name, value in whole.items() if value not in (None, ())}))


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say in which fields a decision differs."""
    names = [name for name in (*before, *after) if before.get(name) != after.get(name)]
    return [f"{name}: {before.get(name)!r} -> {after.get(name)!r}" for name in dict.fromkeys(names)]
