"""Who is owed word of a referral besides its lead, and who of them may have it now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.marks import Marks
from services.routing.domain.copies import copies_for
from services.routing.domain.grounds import Ground
from services.routing.domain.handling import allowed
from services.routing.domain.lead import Choice
from services.routing.domain.matter import Matter
from services.routing.domain.rules import Rule
from services.routing.domain.ruleset import Ruleset
from services.routing.domain.situation import NEVER_DECIDES

Reasons = Mapping[str, str]
"""Offices or programmes, each with why it is owed word, as the sentence says it; empty for its own nexus."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Everybody who is owed word of a referral besides its lead."""

    supporting: Reasons
    copies: Reasons


NOBODY = Owed({}, {})


def owed_of(matter: Matter, choice: Choice, rules: Sequence[Rule], ruleset: Ruleset) -> Owed:
    """Name who is owed word before any mark is looked at; `rules` are the rows that act beside the tables."""
    if choice.ground is Ground.DESK_ONLY_REQUEST:
        return NOBODY
    earned = copies_for(matter, ruleset)
    copies = {programme: f"for {category}" for programme, category in earned.items()}
    for rule in rules:
        for programme in rule.copies:
            copies.setdefault(programme, f"by rule {rule.name}")
    copies.pop(choice.lead or "", None)
    return Owed(_supporting(matter, choice, rules, ruleset), copies)


def _supporting(matter: Matter, choice: Choice, rules: Sequence[Rule], ruleset: Ruleset) -> Reasons:
    """Name the other offices, best first; the cut comes before the marks, so that no mark lets a tenth one in."""
    lead = acting(choice.lead, ruleset) if choice.lead else ""
    supporting: dict[str, str] = {}
    for office in _speaking(matter, ruleset):
        stand_in = acting(office, ruleset)
        if stand_in != lead and len(supporting) < ruleset.weights.support_most:
            supporting.setdefault(stand_in, "" if stand_in == office else f"for {office}")
    for rule in rules:
        for office in rule.supporting:
            supporting.setdefault(acting(office, ruleset), f"by rule {rule.name}")
    supporting.pop(lead, None)
    return supporting


def _speaking(matter: Matter, ruleset: Ruleset) -> Iterator[str]:
    for tie in matter.ties:
        if tie.site.gap is None and tie.confidence >= ruleset.weights.support_from and tie.kind not in NEVER_DECIDES:
            yield from tie.site.offices


def acting(office: str, ruleset: Ruleset) -> str:
    """Give who acts for an office now: mostly itself."""
    return ruleset.stand_ins.get(office, office)


def told_now(owed: Owed, marks: Marks, grounds: Sequence[str], ruleset: Ruleset, now: datetime) -> Owed:
    """Keep those who may have it now: nobody while a person decides, else whom the marks allow."""
    if grounds:
        return NOBODY

    def allowed_of(reasons: Reasons) -> Reasons:
        return {who: why for who, why in reasons.items() if allowed(who, marks, ruleset.programmes, now)}

    return Owed(allowed_of(owed.supporting), allowed_of(owed.copies))


def withheld_from(owed: Owed, told: Owed) -> tuple[str, ...]:
    """Name those who are owed word and do not get it now."""
    return tuple(
        [who for who in owed.supporting if who not in told.supporting]
        + [who for who in owed.copies if who not in told.copies]
    )
