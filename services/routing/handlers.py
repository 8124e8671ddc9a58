"""A received referral is decided once, and the decision tells whom it goes to."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from runtime.store import Work
from schemas.events import ReferralReceived, ReferralRouted, ReferralSentToTriage
from services.routing.domain.decide import decide
from services.routing.domain.decision import Decision, Outcome
from services.routing.domain.ruleset import Ruleset
from services.routing.facts import facts_of
from services.routing.gates import nobody_has_passed
from services.routing.store import DECISIONS, DecisionStore, decision_document, with_standing

LATE = timedelta(minutes=5)
"""After a recall only what a person has brought back can come: messages of one referral have an order."""


async def route_referral(
    event: ReferralReceived, work: Work, *, rules_on: Callable[[date], Ruleset], decisions: DecisionStore
) -> None:
    """Decide where a referral goes; one that follows others first asks who holds those.

    One that comes so late was set aside and is heard again: it may have been recalled meanwhile, and stays so.
    """
    if work.now - event.received_at > LATE and await decisions.was_recalled(event.referral_id):
        return
    owners = await decisions.owners_of(event.earlier) if event.earlier else ()
    today = work.now.date()
    decision = decide(facts_of(event, owners), rules_on(today), today, work.now)
    facts = json.loads(work.message.value or b"{}") if work.message is not None else {}
    document = with_standing(decision_document(event.referral_id, decision, facts, work.now), owners)
    if event.notice is not None:
        document["gates"] = await decisions.gates_of(event.referral_id) or nobody_has_passed(event.notice)
    work.create(DECISIONS, document, emits=[_told(event, decision)])


def _told(event: ReferralReceived, decision: Decision) -> ReferralRouted | ReferralSentToTriage:
    common: dict[str, Any] = {
        "referral_id": event.referral_id,
        "requester_country": event.requester_country,
        "received_at": event.received_at,
        "desk": decision.desk,
        "category": decision.category,
        "urgency": decision.urgency,
        "marks": event.marks,
        "ruleset": decision.ruleset,
        "rule": decision.rule,
        "because": decision.because,
        "notice": event.notice,
    }
    if decision.outcome is Outcome.TRIAGE or decision.office is None:
        return ReferralSentToTriage(**common, proposed=decision.proposed, grounds=decision.grounds)
    return ReferralRouted(**common, office=decision.office, supporting=decision.supporting, copies=decision.copies)
