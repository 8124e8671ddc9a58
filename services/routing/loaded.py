"""Rulesets that are read from the store and compiled, off the event loop, and kept while they are asked for."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from services.routing.domain.ruleset import Ruleset
from services.routing.rulesets import RulesetStore
from services.routing.tables import load_ruleset

KEPT = 4
"""The one in force, tomorrow's, and a draft or two that somebody works on."""


class LoadedRulesets:
    """Gives a stored ruleset as it stands on a day; loads one at a time, and each once while it is kept."""

    def __init__(self, rulesets: RulesetStore, kept: int = KEPT) -> None:
        self._rulesets = rulesets
        self._kept = kept
        self._loaded: OrderedDict[tuple[str, str, date], Ruleset] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def on(self, header: Mapping[str, Any], day: date) -> Ruleset:
        """Give a ruleset by its header; raises `BadTable` with all faults when it cannot be read as rules."""
        version, digest = header["_id"], header["digest"]
        async with self._one_at_a_time:
            found = self._find(version, digest, day)
            if found is not None:
                return found
            texts = await self._rulesets.texts_of(header["tables"])
            ruleset = await asyncio.to_thread(load_ruleset, day, texts)
            # A draft shares its base's figures; the name that decisions give is the one it is stored under.
            ruleset = replace(ruleset, version=version)
            self._loaded[version, digest, ruleset.good_from] = ruleset
            while len(self._loaded) > self._kept:
                self._loaded.popitem(last=False)
        return ruleset

    def _find(self, version: str, digest: str, day: date) -> Ruleset | None:
        for key, ruleset in self._loaded.items():
            if key[:2] == (version, digest) and stands_on(ruleset, day):
                self._loaded.move_to_end(key)
                return ruleset
        return None


def stands_on(ruleset: Ruleset, day: date) -> bool:
    """Tell whether a loaded ruleset is the one of a day."""
    return ruleset.good_from <= day and (ruleset.good_until is None or day < ruleset.good_until)
