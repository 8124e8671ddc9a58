"""The decision itself: facts and rules in, one office, programme or desk out, with the reasons."""

from collections.abc import Sequence
from datetime import date, datetime

from schemas.vocabulary.facts import Category
from services.routing.domain.because import sentence_for_lead, sentence_for_triage, sentence_of_reading
from services.routing.domain.candidates import candidates_of
from services.routing.domain.decision import Decision, Outcome
from services.routing.domain.described import keys_of
from services.routing.domain.facts import Facts
from services.routing.domain.grounds import Ground
from services.routing.domain.handling import allowed, as_utc, grounds_to_hold
from services.routing.domain.lead import Choice, choose
from services.routing.domain.matter import Matter, matter_of
from services.routing.domain.owed import acting, owed_of, told_now, withheld_from
from services.routing.domain.rules import Keys, Rule
from services.routing.domain.ruleset import Ruleset
from services.routing.domain.urgency import suggest


def decide(facts: Facts, ruleset: Ruleset, today: date, now: datetime) -> Decision:
    """Choose who acts on a referral; every outcome is a value, and no valid facts make this raise."""
    now = as_utc(now)
    matter = matter_of(facts, ruleset, today)
    keys = keys_of(matter, ruleset.rules.dimensions)
    choice = choose(matter, keys, ruleset)
    rules = _rules_that_act(choice, keys, ruleset)
    lead = acting(choice.lead, ruleset) if choice.lead else None
    grounds = _grounds(matter, choice, lead, rules, ruleset, today, now)
    owed = owed_of(matter, choice, rules, ruleset)
    told = told_now(owed, facts.marks, grounds, ruleset, now)
    withheld = withheld_from(owed, told)
    candidates = candidates_of(matter.ties, choice, ruleset.weights.lead_from)
    desk = choice.desk or matter.desk
    if grounds:
        because = sentence_for_triage(desk, grounds, choice, lead, rules, candidates)
    else:
        because = sentence_for_lead(choice, lead, candidates, told, withheld)
    return Decision(
        outcome=_outcome(choice, grounds),
        office=None if grounds else lead,
        proposed=lead if grounds else None,
        supporting=tuple(told.supporting),
        copies=tuple(told.copies),
        withheld=withheld,
        desk=desk,
        category=matter.offences.lead,
        category_by=matter.offences.known_by,
        labels=matter.offences.labels,
        urgency=facts.urgency,
        suggested_urgency=suggest(facts, matter.offences.lead, ruleset, now),
        confidence=choice.tie.confidence if choice.tie else 0.0,
        candidates=candidates,
        grounds=grounds,
        facts=facts,
        rule=choice.rule,
        ruleset=ruleset.version,
        because=f"{because}{sentence_of_reading(matter.offences)}; rule {choice.rule}, ruleset {ruleset.version}",
    )


def _rules_that_act(choice: Choice, keys: Keys, ruleset: Ruleset) -> tuple[Rule, ...]:
    """Give the row that decided, if one did, and every row that adds."""
    if choice.ground is Ground.DESK_ONLY_REQUEST:
        return ()
    decided = (choice.decided_by,) if choice.decided_by else ()
    return (*decided, *ruleset.rules.adding.every(keys))


def _grounds(
    matter: Matter,
    choice: Choice,
    lead: str | None,
    rules: Sequence[Rule],
    ruleset: Ruleset,
    today: date,
    now: datetime,
) -> tuple[str, ...]:
    """Collect every reason for a person, that of the choice first; the same reason is given once."""
    marks, places = matter.facts.marks, ruleset.places
    at_home = matter.country in places.home or matter.country in places.uninhabited
    checks = (
        (choice.ground, choice.ground is not None),
        (Ground.UNKNOWN_COUNTRY, matter.country is None),
        (Ground.HOME_REQUESTER, at_home),
        (Ground.UNCLASSIFIED, matter.offences.lead is Category.UNCLASSIFIED),
    )
    held = grounds_to_hold(matter.facts, today, now)
    grounds: list[str] = [ground for ground, applies in checks if applies and ground is not None]
    if Ground.UNCLASSIFIED in grounds:
        grounds += matter.offences.asks
    waits_for_consent = Ground.CONSENT_MISSING in held or Ground.CONSENT_EXPIRED in held
    if lead and not waits_for_consent and not allowed(lead, marks, ruleset.programmes, now):
        grounds.append(Ground.LEAD_NOT_ALLOWED)
    asked = (flag for rule in rules for flag in rule.flags)
    return tuple(dict.fromkeys(str(ground) for ground in (*grounds, *held, *asked)))


def _outcome(choice: Choice, grounds: Sequence[str]) -> Outcome:
    if grounds:
        return Outcome.TRIAGE
    return Outcome.PROGRAMME if choice.is_programme else Outcome.OFFICE
