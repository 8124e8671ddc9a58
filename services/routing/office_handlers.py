"""What offices and originators do with a decided referral: handed on, declined, added to, recalled."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from runtime.mongo import Document
from runtime.store import Change, Work
from schemas.events import ItemDeclined, ItemTransferAsked, ReferralRecalled, ReferralSupplemented
from schemas.vocabulary.queues import QueueRole
from services.routing.domain.desk import Step
from services.routing.domain.handovers import Decline, HandOn, decline, hand_on
from services.routing.domain.placements import Standing
from services.routing.domain.ruleset import Ruleset
from services.routing.domain.supplements import Said, supplement
from services.routing.held import additions_of, changes_of, held_of, said_of, told_of
from services.routing.store import DECISIONS, RECALLED, DecisionStore, as_read_then

RulesOn = Callable[[date], Ruleset]


async def hand_referral_on(
    event: ItemTransferAsked, work: Work, *, rules_on: RulesOn, decisions: DecisionStore
) -> None:
    """Place a referral with the office that its lead gives it to."""
    document = await _led_by(event.referral_id, event.office, event.decision, decisions)
    if document is not None:
        act = HandOn(event.office, event.to, event.ground, event.asked_by)
        _write(document, hand_on(held_of(document), act, rules_on(work.now.date()), work.now), work)


async def take_declined_back(event: ItemDeclined, work: Work, *, rules_on: RulesOn, decisions: DecisionStore) -> None:
    """Bring a referral that its lead declines as a whole back to the desk."""
    if event.role is not QueueRole.LEAD or event.offence_numbers:
        return
    document = await _led_by(event.referral_id, event.office, event.decision, decisions)
    if document is not None:
        _write(
            document, decline(held_of(document), Decline(event.office, event.ground), rules_on(work.now.date())), work
        )


async def hold_to_what_was_added(
    event: ReferralSupplemented, work: Work, *, rules_on: RulesOn, decisions: DecisionStore
) -> None:
    """Hold every act to come to what the requester has added; what a person must look at now goes to the desk."""
    document = await decisions.by_referral(str(event.referral_id))
    if document is None or document["standing"] == Standing.RECALLED.value or _has_heard(document, event.number):
        return
    said = Said(event.marks, event.urgency, frozenset(event.flags))
    step = supplement(held_of(document), said_of(document), said, rules_on(work.now.date()), work.now)
    _write(document, step, work, additions_of(said, event.number, step))


def _has_heard(document: Document, number: int) -> bool:
    return bool(document.get("added", {}).get("number", 1) >= number)


def end_recalled(event: ReferralRecalled, work: Work) -> None:
    """Let nobody place a recalled referral any more; what awaited a second person is void."""
    where = {"_id": str(event.referral_id), "standing": {"$ne": Standing.RECALLED.value}}
    update = {
        "$set": {"standing": Standing.RECALLED.value, "holder": None, "recalled_at": event.recalled_at},
        "$unset": dict.fromkeys(("waits_at", "release", "confirm_by"), ""),
        "$inc": {"revision": 1},
    }
    work.change(Change(DECISIONS, where, update))
    work.create(RECALLED, {"_id": str(event.referral_id)})


async def _led_by(referral_id: UUID, office: str, decision: int, decisions: DecisionStore) -> Document | None:
    """Find a referral if an office leads it by this very decision; what has been placed anew since is left alone."""
    document = await decisions.by_referral(str(referral_id))
    if document is None or document["version"] != decision or document["standing"] != Standing.PLACED.value:
        return None
    return document if document["holder"] == office else None


def _write(document: Document, step: Step, work: Work, more: Mapping[str, Any] | None = None) -> None:
    changes = {**changes_of(document, step, work.now), **(more or {})}
    where, changes, removes = as_read_then(document, changes)
    work.advance(DECISIONS, where, changes, removes=removes, emits=told_of(document, held_of(document), step))
