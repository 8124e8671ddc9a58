"""Which programmes receive a copy: information for them, while the office keeps the lead."""

from schemas.vocabulary.facts import Category
from schemas.vocabulary.offices import PROGRAMMES
from schemas.vocabulary.requests import Channel
from services.routing.domain.matter import Matter
from services.routing.domain.ruleset import Ruleset


def copies_for(matter: Matter, ruleset: Ruleset) -> dict[str, Category]:
    """Name the programmes that the table owes a copy, each with the category that earns it."""
    table = ruleset.programmes.copies
    categories = (matter.offences.lead, *matter.offences.named)
    earned = {
        programme: category
        for category in reversed(categories)  # the first category that earns a copy is the one told
        for programme, when in table.get(category, ())
        if _applies(when, matter, ruleset)
    }
    return {programme: earned[programme] for programme in PROGRAMMES if programme in earned}


def _applies(when: str, matter: Matter, ruleset: Ruleset) -> bool:
    if when == "channel-ncb":
        return matter.facts.channel is Channel.NCB
    if when == "host-state-listed":
        return matter.country in ruleset.programmes.tciu_hosts
    return True
