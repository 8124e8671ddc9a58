"""What another ruleset would have changed about a decision: the holder, whom it tells, and by which rule."""

from collections.abc import Mapping
from typing import Any

from runtime.mongo import Document
from schemas.events import ReferralReceived
from services.routing.domain.decide import decide
from services.routing.domain.decision import Decision
from services.routing.domain.ruleset import Ruleset
from services.routing.facts import facts_of
from services.routing.past import COMPARED


def difference(stored: Mapping[str, Any], ruleset: Ruleset) -> Document | None:
    """Decide a past referral again as of the moment of its decision, and tell what differs; None: nothing does.

    Raises pydantic's `ValidationError` when the facts that were stored are no longer those of an event.
    """
    decided_at = stored["decided_at"]
    event = ReferralReceived.model_validate(stored["facts"])
    facts = facts_of(event, tuple(stored.get("owners", ())))
    decision = decide(facts, ruleset, decided_at.date(), decided_at)
    after = {name: _plain(getattr(decision, name)) for name in COMPARED}
    fields = [name for name, value in after.items() if value != stored.get(name)]
    if not fields:
        return None
    return {
        "referral_id": stored["_id"],
        "decided_at": decided_at,
        "from": stored["office"] or stored["desk"],
        "to": _holder(decision),
        "rule_from": stored["rule"],
        "rule_to": decision.rule,
        "category": str(decision.category),
        "fields": fields,
        "before": {name: stored.get(name) for name in fields},
        "after": {name: after[name] for name in fields},
        "because": decision.because,
    }


def _holder(decision: Decision) -> str:
    """Name the queue that would hold it: an office, a programme, or a desk."""
    return decision.office or decision.desk


def _plain(value: Any) -> Any:
    """Give a value as it is stored."""
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return None if value is None else str(value)
