"""Who should lead: the owner of the case, else whom the first rule that fits names; or a person at a desk."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.vocabulary.facts import NexusKind
from schemas.vocabulary.offices import OFFICES, PROGRAMMES
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES
from services.routing.domain.described import met_by
from services.routing.domain.facts import Facts
from services.routing.domain.grounds import Ground
from services.routing.domain.matter import Matter
from services.routing.domain.rules import OF_NEXUS, OF_PLACE, OF_REQUESTER, PRO_TEM, Keys, Rule
from services.routing.domain.ruleset import Ruleset
from services.routing.domain.situation import Situation
from services.routing.domain.weights import Tie

_OWNERS = frozenset([*OFFICES, *PROGRAMMES])
DESK_ONLY = "R-DESK-ONLY"
FOLLOW_UP = "R-FOLLOW-UP"
EXISTING_CASE = "R-EXISTING-CASE"
NO_RULE = "R-NONE"
FIXED = frozenset({DESK_ONLY, FOLLOW_UP, EXISTING_CASE, NO_RULE})
"""What is decided in front of the rules, or where none fits: no row may take such a name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who would lead, by which rule; with a ground it is a proposal, and a person decides."""

    rule: str
    lead: str | None = None
    tie: Tie | None = None
    ground: Ground | None = None
    desk: str | None = None
    row: Rule | None = None
    """The row of the rules that named the lead or the desk, where it was one of them."""
    met: str = ""
    """What of the referral that row asked for, where it names somebody whatever the places say."""

    @property
    def holds_earlier(self) -> bool:
        """Tell whether the lead owns the referral that this one follows."""
        return self.rule == FOLLOW_UP and self.ground is not Ground.EARLIER_OWNER_UNKNOWN

    @property
    def is_programme(self) -> bool:
        """Tell whether the lead is a programme: by name, or pro tem while no office is known."""
        return self.lead in PROGRAMMES

    @property
    def is_pro_tem(self) -> bool:
        """Tell whether a programme leads only while no office is known."""
        return self.is_programme and not self.met

    @property
    def decided_by(self) -> Rule | None:
        """Give the row that decided, and did not only propose."""
        return self.row if self.row is not None and self.row.name == self.rule else None


def choose(matter: Matter, keys: Keys, ruleset: Ruleset) -> Choice:
    """Choose who leads; `keys` say what the matter is in the words of rules."""
    facts = matter.facts
    if facts.request_type in DESK_ONLY_REQUEST_TYPES:
        return Choice(DESK_ONLY, ground=Ground.DESK_ONLY_REQUEST)
    by_rule = _by_rule(matter, keys, ruleset)
    cases = [tie for tie in matter.ties if tie.kind is NexusKind.EXISTING_US_CASE]
    if facts.earlier or facts.owners:
        return _by_earlier(facts, cases, by_rule)
    return _by_case(cases, by_rule) if cases else by_rule


def _by_earlier(facts: Facts, cases: Sequence[Tie], otherwise: Choice) -> Choice:
    """Send a follow-up to the owner of what it follows."""
    owners = tuple(dict.fromkeys(owner for owner in facts.owners if owner in _OWNERS))
    if not owners:
        return _proposed(FOLLOW_UP, Ground.EARLIER_OWNER_UNKNOWN, otherwise)
    named = {*owners, *(office for tie in cases for office in tie.site.offices)}
    return Choice(FOLLOW_UP, owners[0], None, Ground.OWNERS_DIFFER if len(named) > 1 else None)


def _by_case(cases: Sequence[Tie], otherwise: Choice) -> Choice:
    """Send a referral to the owner of the US case, once a deconfliction lookup has confirmed who that is."""
    known = [tie for tie in cases if tie.site.offices]
    if not known:
        return _proposed(EXISTING_CASE, Ground.CASE_OWNER_UNKNOWN, otherwise)
    best = next((tie for tie in known if tie.deconflicted), known[0])
    if len({tie.site.offices for tie in cases}) > 1:
        return Choice(EXISTING_CASE, best.site.offices[0], best, Ground.OWNERS_DIFFER)
    return Choice(EXISTING_CASE, best.site.offices[0], best, None if best.deconflicted else Ground.NOT_DECONFLICTED)


def _proposed(rule: str, ground: Ground, otherwise: Choice) -> Choice:
    """Propose whom the rules would have named, where the owner who comes before them is not known."""
    return Choice(rule, otherwise.lead, otherwise.tie, ground, None, otherwise.row, otherwise.met)


def _by_rule(matter: Matter, keys: Keys, ruleset: Ruleset) -> Choice:
    """Do what the first rule that fits says."""
    situation = matter.situation
    rule = ruleset.rules.deciding.first(keys)
    if rule is None:
        return Choice(NO_RULE, ground=situation.ground or Ground.RULE_ASKS)
    if rule.lead == OF_NEXUS:
        # A place that is not sure enough to lead is proposed and no more, whichever rule asks for it.
        return Choice(rule.name, situation.lead, situation.tie, situation.ground, row=rule)
    if rule.lead == PRO_TEM:
        programme = ruleset.programmes.pro_tem.get(matter.offences.lead)
        return Choice(rule.name, programme, None, None if programme else Ground.NO_NEXUS, row=rule)
    if rule.lead:
        return Choice(rule.name, rule.lead, situation.tie, None, None, rule, met_by(rule, keys))
    if situation.ground is not None:
        return Choice(rule.name, None, situation.tie, situation.ground, _desk(rule, situation), rule)
    return Choice(rule.name, None, None, Ground.RULE_ASKS, _desk(rule, situation), rule, met_by(rule, keys))


def _desk(rule: Rule, situation: Situation) -> str | None:
    """Give the desk that a rule names; None is the requester's."""
    if rule.desk == OF_PLACE:
        return situation.at.site.desk if situation.at else None
    return None if rule.desk == OF_REQUESTER else rule.desk
