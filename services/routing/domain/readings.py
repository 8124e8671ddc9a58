"""What the charge text of one offence comes to: the sections it names and what it was read as, held together."""

from dataclasses import dataclass

from schemas.vocabulary.facts import AskGround, Category
from services.routing.domain.facts import Label, Offence
from services.routing.domain.ruleset import Offences
from services.routing.domain.sections import look_up, most_specific

_NOT_SETTLED = frozenset({AskGround.UNTRANSLATED, AskGround.READINGS_COMPETE, AskGround.DENIED})
"""What no section in the text settles: it may be the one that is denied, or stand in words that nobody has read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The label that leads, or why a person must read the charge; `others` are all further categories in it."""

    lead: Label | None
    ask: AskGround | None
    others: frozenset[Category] = frozenset()


def read_offence(offence: Offence, offences: Offences, goods: bool) -> Reading:
    """Read one offence by its charge text; where a section and the words disagree, a person decides."""
    sections = look_up(offence.sections, offences, goods)
    seen = frozenset(label.category for label in offence.labels)
    if not sections:
        return Reading(offence.labels[0] if offence.labels else None, offence.ask, seen)
    held = frozenset(category for section in sections for category in section.held)
    if offence.ask in _NOT_SETTLED:
        return Reading(None, offence.ask, held | seen)
    if not offence.labels:
        return Reading(Label(most_specific(sections, offences), 1.0, offence.sections), None, held)
    if offence.labels[0].category in held:
        return Reading(offence.labels[0], None, held | seen)
    return Reading(None, AskGround.READINGS_COMPETE, held | seen)
