"""Which ruleset is in force from when: asked for by one person, confirmed by another, bound to the tables both saw."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from runtime.mongo import Database, Document, store_errors
from services.routing.rulesets import Act

ACTIVATIONS = "activations"
ONE_OPEN = "one_open"


class ActivationState(StrEnum):
    """How far an activation has come; only a confirmed one is ever in force."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class AskedAlready(Exception):
    """An activation of this ruleset waits for its second person already."""


class ActivationStore:
    """Keeps activations by number; each step is one compare-and-set on its state."""

    def __init__(self, database: Database) -> None:
        self._activations = database[ACTIVATIONS]

    async def prepare(self) -> None:
        """Make the indexes: the one in force is found at once, and a ruleset has one open request at most."""
        with store_errors():
            await self._activations.create_index([("state", 1), ("effective_from", -1), ("_id", -1)], name="in_force")
            await self._activations.create_index(
                [("version", 1)],
                name=ONE_OPEN,
                unique=True,
                partialFilterExpression={"state": ActivationState.ASKED.value},
            )

    async def seed(self, version: str, digest: str, effective_from: datetime, act: Act) -> None:
        """Put the first ruleset in force, unless any was ever asked for."""
        first = _document(version, digest, effective_from, act, "shipped with the service", None)
        confirmed = {"state": ActivationState.CONFIRMED.value, "confirmed_by": act.by, "confirmed_at": act.at}
        with store_errors():
            try:
                await self._activations.insert_one({"_id": 1, **first, **confirmed})
            except DuplicateKeyError:
                return

    async def ask(
        self, version: str, digest: str, effective_from: datetime, act: Act, because: str, rolls_back: int | None
    ) -> Document:
        """Note that somebody wants a ruleset in force; raises `AskedAlready` while another request is open."""
        document = _document(version, digest, effective_from, act, because, rolls_back)
        while True:
            with store_errors():
                last = await self._activations.find_one({}, {"_id": 1}, sort=[("_id", -1)])
                numbered = {"_id": last["_id"] + 1 if last else 1, **document}
                try:
                    await self._activations.insert_one(numbered)
                except DuplicateKeyError as exc:
                    if "version" in (exc.details or {}).get("keyPattern", {}):
                        raise AskedAlready from None
                    continue  # somebody else has taken the number
            return numbered

    async def confirm(self, number: int, act: Act) -> Document | None:
        """Put an activation in force, not before now; None when it is not open, or was asked for by the same person."""
        another = {"$ne": [{"$toLower": "$asked_by"}, {"$literal": act.by.lower()}]}
        changes = {
            "state": ActivationState.CONFIRMED.value,
            "confirmed_by": {"$literal": act.by},
            "confirmed_at": act.at,
            "effective_from": {"$max": ["$effective_from", act.at]},
        }
        return await self._step(number, {"$expr": another}, changes)

    async def withdraw(self, number: int, act: Act) -> Document | None:
        """Take back an activation that was asked for; None when it is not open."""
        changes = {
            "state": ActivationState.WITHDRAWN.value,
            "withdrawn_by": {"$literal": act.by},
            "withdrawn_at": act.at,
        }
        return await self._step(number, {}, changes)

    async def by_number(self, version: str, number: int) -> Document | None:
        """Find one activation of a ruleset."""
        with store_errors():
            return await self._activations.find_one({"_id": number, "version": version})

    async def open_for(self, version: str) -> Document | None:
        """Find the activation of a ruleset that waits for its second person."""
        with store_errors():
            return await self._activations.find_one({"version": version, "state": ActivationState.ASKED.value})

    async def at(self, moment: datetime) -> Document | None:
        """Find what is in force at a moment."""
        where = {"state": ActivationState.CONFIRMED.value, "effective_from": {"$lte": moment}}
        with store_errors():
            return await self._activations.find_one(where, sort=[("effective_from", -1), ("_id", -1)])

    async def listed(self, after: Sequence[int], most: int) -> list[Document]:
        """List all activations, the last first."""
        where = {"_id": {"$lt": after[0]}} if after else {}
        with store_errors():
            return await self._activations.find(where).sort("_id", -1).limit(most).to_list(most)

    async def _step(self, number: int, also: dict[str, Any], changes: dict[str, Any]) -> Document | None:
        where = {"_id": number, "state": ActivationState.ASKED.value, **also}
        with store_errors():
            return await self._activations.find_one_and_update(
                where, [{"$set": changes}], return_document=ReturnDocument.AFTER
            )


def _document(
    version: str, digest: str, effective_from: datetime, act: Act, because: str, rolls_back: int | None
) -> Document:
    return {
        "version": version,
        "digest": digest,
        "state": ActivationState.ASKED.value,
        "effective_from": effective_from,
        "asked_by": act.by,
        "asked_at": act.at,
        "because": because,
        "rolls_back": rolls_back,
        "confirmed_by": None,
        "confirmed_at": None,
    }
