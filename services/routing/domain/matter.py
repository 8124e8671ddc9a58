"""What a referral comes to before anybody is chosen: its country, its offences, its ties, and the best of them."""

from dataclasses import dataclass
from datetime import date

from services.routing.domain.facts import Facts
from services.routing.domain.offences import Classified, classify
from services.routing.domain.places import country_of
from services.routing.domain.ruleset import Places, Ruleset
from services.routing.domain.situation import NEVER_DECIDES, Situation, situation_of
from services.routing.domain.weights import Tie, weigh

DESK_OF_NOBODY = "SPECOPS"
"""Requests from home, from uninhabited places and from countries nobody can name come to Special Operations."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A referral as a decision sees it; `ties` come best first."""

    facts: Facts
    country: str | None
    """The requester's, as its code; None where nobody can tell which is meant."""
    desk: str
    """The one that answers for that country."""
    offences: Classified
    ties: tuple[Tie, ...]
    situation: Situation


def matter_of(facts: Facts, ruleset: Ruleset, today: date) -> Matter:
    """Read the facts by the tables of a ruleset."""
    country = country_of(facts.requester_country, ruleset.places)
    ties = weigh(facts, ruleset, today)
    placed = [tie for tie in ties if tie.kind not in NEVER_DECIDES]
    return Matter(
        facts=facts,
        country=country,
        desk=_desk_of(country, ruleset.places),
        offences=classify(facts, ruleset.offences),
        ties=ties,
        situation=situation_of(placed, ruleset.weights.lead_from),
    )


def _desk_of(country: str | None, places: Places) -> str:
    return places.desks[country] if country else DESK_OF_NOBODY
