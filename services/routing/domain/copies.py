"""Which programmes receive a copy: information for them, while the office keeps the lead."""

from collections.abc import Iterable

from schemas.vocabulary import PROGRAMMES, Category, Channel
from services.routing.domain.facts import Facts
from services.routing.domain.places import country_of
from services.routing.domain.ruleset import Ruleset


def copies_for(facts: Facts, categories: Iterable[Category], ruleset: Ruleset) -> dict[str, Category]:
    """Name the programmes that are owed a copy, each with the category that earns it."""
    table = ruleset.programmes.copies
    earned = {
        programme: category
        for category in reversed(tuple(categories))  # the first category that earns a copy is the one told
        for programme, when in table.get(category, ())
        if _applies(when, facts, ruleset)
    }
    return {programme: earned[programme] for programme in PROGRAMMES if programme in earned}


def _applies(when: str, facts: Facts, ruleset: Ruleset) -> bool:
    if when == "channel-ncb":
        return facts.channel is Channel.NCB
    if when == "host-state-listed":
        return country_of(facts.requester_country, ruleset.places) in ruleset.programmes.tciu_hosts
    return True
