"""What urgency the facts speak for, beside the one the requester stated: a person may raise it, no rule does."""

from datetime import datetime, timedelta

from schemas.vocabulary.facts import Category
from schemas.vocabulary.requests import Urgency
from services.routing.domain.facts import Facts
from services.routing.domain.handling import as_utc
from services.routing.domain.ruleset import Ruleset

_LEVELS = tuple(Urgency)


def suggest(facts: Facts, category: Category, ruleset: Ruleset, now: datetime) -> Urgency | None:
    """Suggest a higher urgency by category or by an arrival within 48 hours; None if the stated one will do."""
    suggested = min(ruleset.offences.urgency[category], facts.urgency)
    if _arrives_soon(facts, timedelta(hours=ruleset.weights.arrival_soon_hours), now):
        suggested = min(suggested, _one_up(facts.urgency))
    return suggested if suggested < facts.urgency else None


def _arrives_soon(facts: Facts, soon: timedelta, now: datetime) -> bool:
    return any(timedelta() <= as_utc(nexus.eta) - now < soon for nexus in facts.nexus if nexus.eta)


def _one_up(urgency: Urgency) -> Urgency:
    return _LEVELS[max(0, _LEVELS.index(urgency) - 1)]
