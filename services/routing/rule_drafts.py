"""An officer's placement as a row of rules, for whoever edits the rules to look at, change and try."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from runtime.mongo import Document
from schemas.events import ReferralReceived
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from services.routing.desk_requests import DraftRuleRequest
from services.routing.domain.faults import fault
from services.routing.domain.rule_draft import COLUMNS, rule_of
from services.routing.domain.rule_draft import Case as RuleCase
from services.routing.domain.weights import weigh
from services.routing.facts import facts_of
from services.routing.held import seat_of
from services.routing.placing import Case, problem_of

FILE = "rules.tsv"

Drafter = Callable[[str, str, str, Mapping[str, str]], Awaitable[Mapping[str, Any]]]
"""Makes a draft of the ruleset in force with one row added: its name, whose it is, the table and the row."""
_CAUSES = frozenset({PlacementCause.ASSIGNED.value, PlacementCause.MOVED.value})


async def draft_rule(case: Case, wanted: DraftRuleRequest, drafter: Drafter) -> dict[str, Any]:
    """Make the row of a placement by the rules in force today, and a draft ruleset with it if a name is given."""
    row = _row(case, wanted)
    answer = {"referral_id": case.document["_id"], "file": FILE, "columns": COLUMNS, "row": row, "draft": None}
    if wanted.version is None:
        return answer
    return {**answer, "draft": dict(await drafter(wanted.version, wanted.staff, FILE, row))}


def _row(case: Case, wanted: DraftRuleRequest) -> dict[str, str]:
    placement = _placement(case.document, wanted.placement)
    event = ReferralReceived.model_validate(case.document["facts"])
    facts = facts_of(event)
    row = rule_of(
        RuleCase(event.referral_id, facts, weigh(facts, case.ruleset, case.now.date()), case.document["grounds"]),
        placement["number"],
        seat_of(placement),
        PlacementGround(placement["ground"]),
        case.ruleset,
        case.now.date(),
        wanted.keep,
    )
    if isinstance(row, tuple):
        raise problem_of(row)
    return row


def _placement(document: Document, number: int | None) -> Document:
    """Find the placement that is to become a rule."""
    found: list[Document] = [each for each in document["placements"] if number in (None, each["number"])]
    if not found:
        raise problem_of((fault("placement_unknown", "/placement"),))
    if found[-1]["cause"] not in _CAUSES:
        raise problem_of((fault("no_rule_in_it", "/placement"),))
    return found[-1]
