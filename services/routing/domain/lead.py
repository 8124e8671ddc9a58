"""Who should lead: the owner of the case, else the best nexus, else a programme pro tem, else a desk."""

from dataclasses import dataclass

from schemas.vocabulary import OFFICES, PROGRAMMES, Category, NexusKind
from services.routing.domain.facts import Facts
from services.routing.domain.grounds import Ground
from services.routing.domain.places import Gap
from services.routing.domain.ruleset import Ruleset
from services.routing.domain.weights import Tie

NEVER_DECIDES = frozenset({NexusKind.EXISTING_US_CASE, NexusKind.ONLINE_PROVIDER})
"""A case owner is looked at before every place; a provider's address serves legal process and nothing else."""
_OWNERS = frozenset([*OFFICES, *PROGRAMMES])
FOLLOW_UP = "R-FOLLOW-UP"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who would lead, by which rule; with a ground it is a proposal, and a person decides."""

    rule: str
    lead: str | None = None
    tie: Tie | None = None
    ground: Ground | None = None
    desk: str | None = None

    @property
    def holds_earlier(self) -> bool:
        """Tell whether the lead owns the referral that this one follows."""
        return self.rule == FOLLOW_UP and self.ground is not Ground.EARLIER_OWNER_UNKNOWN

    @property
    def is_programme(self) -> bool:
        """Tell whether the lead is a programme that owns the referral pro tem."""
        return self.lead in PROGRAMMES


def choose(facts: Facts, ties: tuple[Tie, ...], category: Category, ruleset: Ruleset) -> Choice:
    """Choose who leads; `ties` come best first."""
    cases = tuple(tie for tie in ties if tie.kind is NexusKind.EXISTING_US_CASE)
    placed = tuple(tie for tie in ties if tie.kind not in NEVER_DECIDES)
    if facts.earlier or facts.owners:
        return _by_earlier(facts, cases, _by_place(placed, category, ruleset))
    if cases:
        return _by_case(cases, _by_place(placed, category, ruleset))
    return _by_place(placed, category, ruleset)


def _by_earlier(facts: Facts, cases: tuple[Tie, ...], otherwise: Choice) -> Choice:
    """Send a follow-up to the owner of what it follows."""
    owners = tuple(dict.fromkeys(owner for owner in facts.owners if owner in _OWNERS))
    if not owners:
        return Choice(FOLLOW_UP, otherwise.lead, otherwise.tie, Ground.EARLIER_OWNER_UNKNOWN)
    named = {*owners, *(office for tie in cases for office in tie.site.offices)}
    return Choice(FOLLOW_UP, owners[0], None, Ground.OWNERS_DIFFER if len(named) > 1 else None)


def _by_case(cases: tuple[Tie, ...], otherwise: Choice) -> Choice:
    """Send a referral to the owner of the US case, once a deconfliction lookup has confirmed who that is."""
    rule = "R-EXISTING-CASE"
    known = [tie for tie in cases if tie.site.offices]
    if not known:
        return Choice(rule, otherwise.lead, otherwise.tie, Ground.CASE_OWNER_UNKNOWN)
    best = next((tie for tie in known if tie.deconflicted), known[0])
    if len({tie.site.offices for tie in cases}) > 1:
        return Choice(rule, best.site.offices[0], best, Ground.OWNERS_DIFFER)
    return Choice(rule, best.site.offices[0], best, None if best.deconflicted else Ground.NOT_DECONFLICTED)


def _by_place(ties: tuple[Tie, ...], category: Category, ruleset: Ruleset) -> Choice:
    """Take the best rank among the ties that can be trusted."""
    floor = ruleset.weights.lead_from
    resolved = [tie for tie in ties if tie.site.offices and tie.site.gap is None]
    best = next((tie for tie in resolved if tie.confidence >= floor), None)
    unclear = next((tie for tie in ties if _is_unclear(tie) and tie.confidence >= floor), None)
    if unclear is not None and (best is None or unclear.order < best.order):
        # What nobody could place would have led, so no lesser tie may take its seat unseen.
        return Choice("R-PLACE-UNCLEAR", best.site.offices[0] if best else None, best, Ground.PLACE_UNCLEAR)
    if best is not None:
        return Choice(f"R-NEXUS-{best.rank:02d}", best.site.offices[0], best)
    if resolved:
        weak = max(resolved, key=lambda tie: (tie.confidence, -tie.rank))
        return Choice("R-BELOW-FLOOR", weak.site.offices[0], weak, Ground.BELOW_FLOOR)
    return _by_category(ties, category, ruleset)


def _is_unclear(tie: Tie) -> bool:
    return tie.site.gap not in (None, Gap.NOT_GIVEN)


def _by_category(ties: tuple[Tie, ...], category: Category, ruleset: Ruleset) -> Choice:
    """Give what leads to no office to its programme pro tem, or to a desk."""
    programme = ruleset.programmes.pro_tem.get(category)
    if programme is not None:
        return Choice("R-PRO-TEM", programme)
    abroad = next((tie for tie in ties if tie.site.desk and tie.confidence >= ruleset.weights.lead_from), None)
    if abroad is not None:
        return Choice("R-PLACE-ABROAD", None, abroad, Ground.PLACE_ABROAD, abroad.site.desk)
    return Choice("R-NO-NEXUS", ground=Ground.NO_NEXUS)
