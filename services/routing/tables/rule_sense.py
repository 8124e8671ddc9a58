"""Checks over single rules: conditions that no referral meets together, and actions that come to nothing."""

from services.routing.domain.rules import OF_NEXUS, OF_PLACE, Dimension, Rule
from services.routing.domain.situation import ABROAD, NOWHERE, SITUATIONS, UNCLEAR
from services.routing.tables.implied import Implied, is_abroad
from services.routing.tables.rows import Tables

FILE = "rules.tsv"


def check_sense(rule: Rule, implied: Implied, tables: Tables) -> None:
    """Note a rule that nothing can meet, or that names an office or a desk where there is none."""
    nexus = rule.asks(Dimension.NEXUS) or SITUATIONS
    places = rule.asks(Dimension.PLACE)
    if contradiction := _contradiction(nexus, places, implied):
        problem = f"no referral can meet rule {rule.name}: {contradiction}"
        tables.note(FILE, "conditions-contradict", problem, "correct one of the two cells", rule.row)
    elif rule.lead == OF_NEXUS and nexus <= {ABROAD, NOWHERE}:
        problem = f"rule {rule.name} gives the lead to the office of a nexus where no office is"
        tables.note(FILE, "no-office-to-lead", problem, "name an office, a programme or a desk", rule.row)
    elif rule.desk == OF_PLACE and not nexus & {ABROAD, UNCLEAR}:
        problem = f"rule {rule.name} asks for the desk of a place at home"
        tables.note(FILE, "no-desk-of-place", problem, "name a desk, or ask for a nexus abroad", rule.row)


def _contradiction(nexus: frozenset[str], places: frozenset[str], implied: Implied) -> str:
    if not places:
        return ""
    abroad = {place for place in places if is_abroad(place, implied)}
    if nexus <= {NOWHERE}:
        return "a referral without a nexus has no place"
    if abroad == places and not nexus & {ABROAD, UNCLEAR}:
        return "the place lies abroad and the nexus at home"
    if not abroad and nexus <= {ABROAD, NOWHERE}:
        return "the place lies at home and the nexus abroad"
    return ""
