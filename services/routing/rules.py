"""The rules in force: what decisions are made by, kept up to date with what was activated."""

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog

from runtime.errors import StoreAway, Transient
from services.routing.activations import ActivationStore
from services.routing.domain.ruleset import Ruleset
from services.routing.loaded import LoadedRulesets, stands_on
from services.routing.rulesets import RulesetStore
from services.routing.tables import BadTable

log = structlog.get_logger()

_MOST_TOLD = 20
AHEAD = timedelta(minutes=1)
"""The rules of a new day are read this long before it begins."""


class RulesUnreadable(Transient):
    """The rules in force cannot be read: referrals wait until the tables are mended."""


class RulesInForce:
    """Gives the rules in force, and looks every so often whether others have been activated."""

    def __init__(
        self, activations: ActivationStore, rulesets: RulesetStore, loaded: LoadedRulesets, *, every: float
    ) -> None:
        self._activations = activations
        self._rulesets = rulesets
        self._loaded = loaded
        self._every = every
        self._held: tuple[Ruleset, ...] = ()
        self._named: tuple[str, str] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._stopped = asyncio.Event()

    def on(self, day: date) -> Ruleset:
        """Give the rules of today; at midnight those of the new day, which have been read before."""
        for ruleset in self._held:
            if stands_on(ruleset, day):
                return ruleset
        raise RulesUnreadable(str(day))

    def readiness(self) -> dict[str, Any]:
        """Say by which rules referrals are decided; none, while those in force cannot be read."""
        return {"ok": bool(self._held), "ruleset": self._held[0].version if self._held else None}

    async def refresh(self) -> None:
        """Look which ruleset is in force now, and read it if it is another, or of another day."""
        async with self._one_at_a_time:
            await self._refresh()

    async def _refresh(self) -> None:
        now = datetime.now(UTC)
        current = await self._activations.at(now)
        if current is None:
            return
        named = (current["version"], current["digest"])
        days = (now.date(), (now + AHEAD).date())
        if named == self._named and all(any(stands_on(held, day) for held in self._held) for day in days):
            return
        header = await self._rulesets.by_version(current["version"])
        if header is None or header["digest"] != current["digest"]:
            self._give_up(current["version"], "the ruleset is not the one that was activated")
            return
        try:
            held = [await self._loaded.on(header, day) for day in days]
        except BadTable as exc:
            # Where the faults are, never the cells: what somebody typed into a table is not for logs.
            places = sorted({f"{fault.file} row {fault.row}: {fault.code}" for fault in exc.faults})
            self._give_up(current["version"], "; ".join(places[:_MOST_TOLD]))
            return
        if named != self._named:
            log.info("ruleset in force", version=current["version"], activation=current["_id"])
        self._held, self._named = tuple(held), named

    def _give_up(self, version: str, why: str) -> None:
        """Decide nothing by rules that were replaced: messages wait."""
        log.error("ruleset cannot be read", version=version, why=why)
        self._held, self._named = (), None

    async def run(self) -> None:
        """Keep up to date until stopped; while the database is away the rules stay as they are."""
        while not self._stopped.is_set():
            try:
                await self.refresh()
            except StoreAway:
                log.warning("activations could not be read")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._stopped.wait()

    async def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()
