"""What people ask of replays: begin one, look how far it is, read what it found."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from runtime.http import Problem, shown
from runtime.mongo import Document
from services.routing.past import Chosen, PastDecisions
from services.routing.replays import ReplayOpen, ReplayStore
from services.routing.ruleset_desk import fault_shown, now_as_stored
from services.routing.rulesets import RulesetStore
from services.routing.tables import check_ruleset


class ReplayDesk:
    """Takes in requests about replays."""

    def __init__(self, rulesets: RulesetStore, replays: ReplayStore, past: PastDecisions) -> None:
        self._rulesets = rulesets
        self._past = past
        self.replays = replays

    async def prepare(self) -> None:
        """Make the indexes."""
        await self.replays.prepare()

    async def begin(
        self,
        version: str,
        *,
        staff: str,
        since: datetime | None = None,
        until: datetime | None = None,
        desk: str | None = None,
        rules_on: date | None = None,
    ) -> Document:
        """Begin to run a ruleset over past referrals; some worker soon takes it up."""
        now = now_as_stored()
        day = rules_on or now.date()
        header = await self._readable(version, day)
        chosen = Chosen(now, since, until, desk)
        total = await self._past.count(chosen)
        try:
            return await self.replays.begin(header, staff=staff, rules_on=day, chosen=chosen, total=total)
        except ReplayOpen:
            open_one = await self.replays.open_for(header["digest"])
            if open_one is None:  # it has just ended
                return await self.begin(version, staff=staff, since=since, until=until, desk=desk, rules_on=rules_on)
            raise Problem(
                409,
                "replay_running",
                "A ruleset with these tables is being replayed already",
                detail=f"Follow or cancel run {open_one['_id']} of {open_one['version']}.",
            ) from None

    async def known(self, version: str, run_id: str) -> Document:
        """Find a run of a ruleset, or say that there is none."""
        run = await self.replays.by_id(run_id)
        if run is None or run["version"] != version:
            raise Problem(404, "replay_unknown", "This ruleset has no replay of this id")
        return run

    async def cancel(self, version: str, run_id: str) -> Document:
        """End a run before it is through; what it has found so far stays."""
        run = await self.known(version, run_id)
        return await self.replays.cancel(run["_id"]) or await self.known(version, run_id)

    async def summary(self, run: Mapping[str, Any]) -> dict[str, Any]:
        """Tell how many decisions would change, from where to where, and by which rules."""
        return {"run": progress_of(run), **await self.replays.tally(run["_id"])}

    async def _readable(self, version: str, day: date) -> Document:
        header = await self._rulesets.by_version(version)
        if header is None:
            raise Problem(404, "ruleset_unknown", "There is no ruleset of this name")
        texts = await self._rulesets.texts_of(header["tables"])
        if faults := await asyncio.to_thread(check_ruleset, texts, day):
            told = [fault_shown(fault) for fault in faults]
            raise Problem(422, "ruleset_faulty", "This ruleset has faults: nothing is decided by it", faults=told)
        return header


def progress_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """Tell how far a run has come, how quickly, and how long it will take."""
    rate = run["done"] / run["seconds"] if run["seconds"] else 0.0
    left = max(run["total"] - run["done"], 0)
    told = ("version", "digest", "rules_on", "staff", "state", "failed", "created_at", "ended_at")
    counts = ("total", "done", "changed", "moved", "unreadable")
    return {
        "run": run["_id"],
        **{name: shown(run[name]) for name in told},
        **{name: shown(value) for name, value in run["chosen"].items()},
        **{name: run[name] for name in counts},
        "share": 1.0 if not left else round(run["done"] / run["total"], 4),
        "per_second": round(rate, 1),
        "seconds_left": round(left / rate, 1) if rate else None,
    }
