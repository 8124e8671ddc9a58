"""Works on a replay: reads past decisions in batches, decides each again, and notes what would change."""

import time
from collections.abc import Callable
from datetime import date

from pydantic import ValidationError

from runtime.mongo import Document
from services.routing.differences import difference
from services.routing.domain.ruleset import Ruleset
from services.routing.loaded import LoadedRulesets
from services.routing.past import Chosen, PastDecisions
from services.routing.replays import ReplayState, ReplayStore
from services.routing.tables import BadTable

BATCH = 1_000


class Replayer:
    """One worker; it holds one run at a time."""

    def __init__(self, replays: ReplayStore, past: PastDecisions, loaded: LoadedRulesets, worker: str) -> None:
        self._replays = replays
        self._past = past
        self._loaded = loaded
        self._worker = worker
        self._stopped = False

    def stop(self) -> None:
        """Ask for the end after the batch under way; the run is given back."""
        self._stopped = True

    async def work(self, run_id: str, say: Callable[[Document], None]) -> Document | None:
        """Work on a run to its end, from where it stood; None when somebody else works on it, or it has ended."""
        run = await self._replays.claim(run_id, self._worker)
        if run is None:
            return None
        try:
            ruleset = await self._loaded.on({**run, "_id": run["version"]}, date.fromisoformat(run["rules_on"]))
        except BadTable:
            return await self._replays.finish(run, ReplayState.FAILED, "ruleset_faulty")
        return await self._through(run, ruleset, say)

    async def _through(self, run: Document, ruleset: Ruleset, say: Callable[[Document], None]) -> Document | None:
        chosen = chosen_by(run)
        while not self._stopped:
            say(run)
            began = time.perf_counter()
            decisions = await self._past.after(run["done_to"], chosen, BATCH)
            if not decisions:
                ended = await self._replays.finish(run, ReplayState.DONE)
                return ended or await self._replays.by_id(run["_id"])
            found, unreadable = _compare(decisions, ruleset)
            await self._replays.put_changes(run["_id"], found)
            counts = {
                "done": len(decisions),
                "changed": len(found),
                "moved": sum(change["from"] != change["to"] for change in found),
                "unreadable": unreadable,
                "seconds": time.perf_counter() - began,
            }
            after = await self._replays.checkpoint(run, decisions[-1]["_id"], counts)
            if after is None:
                return await self._replays.by_id(run["_id"])
            run = after
        await self._replays.let_go(run["_id"], self._worker)
        return run


def chosen_by(run: Document) -> Chosen:
    """Say which decisions a run is about."""
    return Chosen(run["created_at"], **run["chosen"])


def _compare(decisions: list[Document], ruleset: Ruleset) -> tuple[list[Document], int]:
    """Decide a batch again; facts of a form that is no longer read are counted."""
    found, unreadable = [], 0
    for stored in decisions:
        try:
            change = difference(stored, ruleset)
        except ValidationError:
            unreadable += 1
            continue
        if change is not None:
            found.append(change)
    return found, unreadable
