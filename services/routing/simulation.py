"""What would be decided on referrals, with no effect: nothing is stored and nobody is told."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from runtime.http import shown
from runtime.mongo import Document
from schemas.events import ReferralReceived
from services.routing.domain.decide import decide
from services.routing.domain.ruleset import Ruleset
from services.routing.facts import facts_of
from services.routing.store import decision_document

SLICE = 20
"""Decided in one go; then others on the event loop have their turn."""
NOBODY = UUID(int=0)
MOST_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """What one referral is decided on."""

    event: ReferralReceived
    owners: tuple[str, ...] | None = None
    """Who holds the referrals that it follows; None: those who really do."""


class BadFacts(Exception):
    """Some facts are not of the form that an event has; all that is wrong is told."""

    def __init__(self, faults: Sequence[Mapping[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


async def read_cases(given: Sequence[Any], at: datetime) -> list[Case]:
    """Read facts as a caller writes them; raises `BadFacts` with every fault of all of them."""
    cases, faults = [], list[dict[str, str]]()
    for number, facts in enumerate(given):
        try:
            cases.append(_read(facts, at))
        except ValidationError as exc:
            faults += _told(number, exc)
        except TypeError:
            faults.append(_fault(f"/referrals/{number}", "wrong_type"))
        if number % SLICE == 0:
            await asyncio.sleep(0)
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise BadFacts(faults[:MOST_FAULTS])
    return cases


async def simulate(cases: Sequence[Case], ruleset: Ruleset, at: datetime) -> list[bytes]:
    """Decide cases a few at a time, and give each decision as JSON."""
    decided: list[bytes] = []
    for first in range(0, len(cases), SLICE):
        decided += [_decided(case, ruleset, at) for case in cases[first : first + SLICE]]
        await asyncio.sleep(0)
    return decided


def stored_case(decision: Mapping[str, Any]) -> Case:
    """Take the facts and owners from a decision that was made."""
    return Case(ReferralReceived.model_validate(decision["facts"]), tuple(decision.get("owners", ())))


def _decided(case: Case, ruleset: Ruleset, at: datetime) -> bytes:
    decision = decide(facts_of(case.event, case.owners or ()), ruleset, at.date(), at)
    document: Document = decision_document(case.event.referral_id, decision, case.event.model_dump(mode="json"), at)
    referral_id = document.pop("_id")
    named = {} if case.event.referral_id == NOBODY else {"referral_id": referral_id}
    if not named:
        del document["facts"]["referral_id"]
    return json.dumps({**named, **{name: shown(value) for name, value in document.items()}}).encode()


def _read(facts: Any, at: datetime) -> Case:
    if not isinstance(facts, dict):
        raise TypeError
    owners = facts.get("owners")
    if owners is not None and not (isinstance(owners, list) and all(isinstance(owner, str) for owner in owners)):
        raise TypeError
    own = {name: value for name, value in facts.items() if name != "owners"}
    whole = {"referral_id": str(NOBODY), "received_at": at.isoformat(), **own}
    event = ReferralReceived.model_validate(whole, extra="forbid")
    return Case(event, None if owners is None else tuple(owners))


def _told(number: int, error: ValidationError) -> Iterator[dict[str, str]]:
    for found in error.errors(include_url=False, include_input=False, include_context=False):
        # The name of a field that is not ours is the caller's own: point to its parent.
        steps = found["loc"][:-1] if found["type"] == "extra_forbidden" else found["loc"]
        pointer = "".join(f"/{step}" for step in ("referrals", number, *steps))
        yield _fault(pointer, _CODES.get(found["type"], "refused"))


def _fault(pointer: str, code: str) -> dict[str, str]:
    problem, mend = _REMEDIES[code]
    return {"code": code, "pointer": pointer, "problem": problem, "mend": mend}


_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
    "too_long": "too_many",
    "too_short": "too_few",
}
_REMEDIES = {
    "missing": ("A required field is missing.", "Add it."),
    "unknown_field": ("There is a field that we do not know.", "Remove it, or check its spelling."),
    "unknown_value": ("The value is not in the closed list.", "Choose one from the schema of the event."),
    "too_many": ("The list has too many entries.", "Shorten it to what the schema allows."),
    "too_few": ("The list has too few entries.", "Give at least as many as the schema asks for."),
    "wrong_type": ("The value has the wrong JSON type.", "Send facts as objects, and owners as a list of codes."),
    "refused": ("The value cannot be read.", "Write it as the schema of the event says."),
}
