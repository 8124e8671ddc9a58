"""Decisions of routing: plain Python, no clock, no database, no log."""

from services.routing.domain.decide import decide
from services.routing.domain.decision import Candidate, Decision, Outcome
from services.routing.domain.facts import Facts, Nexus, Offence, Place
from services.routing.domain.grounds import Ground
from services.routing.domain.ruleset import Ruleset

__all__ = ["Candidate", "Decision", "Facts", "Ground", "Nexus", "Offence", "Outcome", "Place", "Ruleset", "decide"]
