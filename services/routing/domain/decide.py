"""The decision itself: facts and rules in, one office, programme or desk out, with the reasons."""

from datetime import date, datetime

from schemas.vocabulary import DESK_ONLY_REQUEST_TYPES, Category
from services.routing.domain.because import candidates_of, sentence_for_lead, sentence_for_triage
from services.routing.domain.copies import copies_for
from services.routing.domain.decision import Decision, Outcome
from services.routing.domain.facts import Facts
from services.routing.domain.grounds import Ground
from services.routing.domain.handling import allowed, as_utc, grounds_to_hold
from services.routing.domain.lead import NEVER_DECIDES, Choice, choose
from services.routing.domain.offences import Classified, classify
from services.routing.domain.places import country_of
from services.routing.domain.ruleset import Ruleset
from services.routing.domain.urgency import suggest
from services.routing.domain.weights import Tie, weigh

DESK_OF_NOBODY = "SPECOPS"
"""Requests from home, from uninhabited places and from countries nobody can name come to Special Operations."""


def decide(facts: Facts, ruleset: Ruleset, today: date, now: datetime) -> Decision:
    """Choose who acts on a referral; every outcome is a value, and no valid facts make this raise."""
    now = as_utc(now)
    offences = classify(facts, ruleset.offences)
    ties = weigh(facts, ruleset, today)
    choice = _choose(facts, ties, offences, ruleset)
    grounds = _grounds(facts, choice, offences, ruleset, today, now)
    candidates = candidates_of(ties, choice, NEVER_DECIDES, ruleset.weights.lead_from)
    desk = choice.desk or _desk_of(facts, ruleset)
    supporting, copies = _owed(facts, ties, choice, offences, ruleset)
    told, withheld = _sift((*supporting, *copies), facts, grounds, ruleset, now)
    copies = {programme: category for programme, category in copies.items() if programme in told}
    supporting = tuple(office for office in supporting if office in told)
    if grounds:
        because = sentence_for_triage(desk, grounds, choice, candidates, ruleset.version)
    else:
        because = sentence_for_lead(choice, candidates, supporting, copies, withheld, ruleset.version)
    return Decision(
        outcome=_outcome(choice, grounds),
        office=None if grounds else choice.lead,
        proposed=choice.lead if grounds else None,
        supporting=supporting,
        copies=tuple(copies),
        withheld=withheld,
        desk=desk,
        category=offences.lead,
        labels=offences.labels,
        urgency=facts.urgency,
        suggested_urgency=suggest(facts, offences.lead, ruleset, now),
        confidence=choice.tie.confidence if choice.tie else 0.0,
        candidates=candidates,
        grounds=grounds,
        facts=facts,
        rule=choice.rule,
        ruleset=ruleset.version,
        because=because,
    )


def _choose(facts: Facts, ties: tuple[Tie, ...], offences: Classified, ruleset: Ruleset) -> Choice:
    if facts.request_type in DESK_ONLY_REQUEST_TYPES:
        return Choice("R-DESK-ONLY", ground=Ground.DESK_ONLY_REQUEST)
    return choose(facts, ties, offences.lead, ruleset)


def _grounds(
    facts: Facts, choice: Choice, offences: Classified, ruleset: Ruleset, today: date, now: datetime
) -> tuple[str, ...]:
    """Collect every reason for a person, the rule's own first; the same reason is given once."""
    country = country_of(facts.requester_country, ruleset.places)
    at_home = country in ruleset.places.home or country in ruleset.places.uninhabited
    checks = (
        (choice.ground, choice.ground is not None),
        (Ground.UNKNOWN_COUNTRY, country is None),
        (Ground.HOME_REQUESTER, at_home),
        (Ground.UNCLASSIFIED, offences.lead is Category.UNCLASSIFIED),
    )
    held = grounds_to_hold(facts, today, now)
    grounds = [ground for ground, applies in checks if applies and ground is not None]
    waits_for_consent = Ground.CONSENT_MISSING in held or Ground.CONSENT_EXPIRED in held
    if choice.lead and not waits_for_consent and not allowed(choice.lead, facts.marks, ruleset.programmes, now):
        grounds.append(Ground.LEAD_NOT_ALLOWED)
    return tuple(dict.fromkeys(str(ground) for ground in (*grounds, *held)))


def _desk_of(facts: Facts, ruleset: Ruleset) -> str:
    country = country_of(facts.requester_country, ruleset.places)
    return ruleset.places.desks[country] if country else DESK_OF_NOBODY


def _owed(
    facts: Facts, ties: tuple[Tie, ...], choice: Choice, offences: Classified, ruleset: Ruleset
) -> tuple[tuple[str, ...], dict[str, Category]]:
    """Name who is owed word of a referral besides its lead, before any mark is looked at."""
    if choice.ground is Ground.DESK_ONLY_REQUEST:
        return (), {}
    copies = copies_for(facts, (offences.lead, *offences.named), ruleset)
    copies.pop(choice.lead or "", None)
    return _supporting(ties, choice, ruleset), copies


def _supporting(ties: tuple[Tie, ...], choice: Choice, ruleset: Ruleset) -> tuple[str, ...]:
    """Name the other offices, best first; the cut comes before the marks, so that no mark lets a tenth one in."""
    offices = dict.fromkeys(
        office
        for tie in ties
        if tie.site.gap is None and tie.confidence >= ruleset.weights.support_from and tie.kind not in NEVER_DECIDES
        for office in tie.site.offices
        if office != choice.lead
    )
    return tuple(offices)[: ruleset.weights.support_most]


def _sift(
    owed: tuple[str, ...], facts: Facts, grounds: tuple[str, ...], ruleset: Ruleset, now: datetime
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Part those who are told now from those who are not."""
    if grounds:
        return frozenset(), owed
    told = frozenset(r for r in owed if allowed(r, facts.marks, ruleset.programmes, now))
    return told, tuple(r for r in owed if r not in told)


def _outcome(choice: Choice, grounds: tuple[str, ...]) -> Outcome:
    if grounds:
        return Outcome.TRIAGE
    return Outcome.PROGRAMME if choice.is_programme else Outcome.OFFICE
