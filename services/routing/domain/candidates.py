"""Every office that a nexus speaks for, each with the reason why it does not lead."""

from collections.abc import Sequence

from schemas.vocabulary.facts import NexusKind
from services.routing.domain.decision import UNPLACED, Candidate
from services.routing.domain.lead import NO_RULE, Choice
from services.routing.domain.situation import NEVER_DECIDES
from services.routing.domain.weights import Tie


def candidates_of(ties: Sequence[Tie], choice: Choice, floor: float) -> tuple[Candidate, ...]:
    """Write down every office a nexus speaks for, with the reason it lost."""
    return tuple(
        Candidate(
            office,
            tie.number,
            tie.kind,
            tie.rank,
            tie.confidence,
            tie.site.label,
            _why_lost(tie, office, choice, floor),
        )
        for tie in ties
        for office in (tie.site.offices or (None,))
    )


def _why_lost(tie: Tie, office: str | None, choice: Choice, floor: float) -> str:
    if tie.site.gap is not None:
        return f"{UNPLACED}: {tie.site.gap.replace('_', ' ')}"
    if office is None:
        return f"abroad, desk {tie.site.desk}"
    if office == choice.lead:
        return "" if tie is choice.tie else "speaks for the lead as well"
    if tie.kind in NEVER_DECIDES:
        return f"{words_of(tie.kind)} does not decide by itself"
    if tie.confidence < floor:
        return f"confidence {tie.confidence:g} is below {floor:g}"
    return _why_behind(tie, choice)


def _why_behind(tie: Tie, choice: Choice) -> str:
    best, row = choice.tie, choice.row
    if row is not None and (choice.met or row.desk):
        return f"rule {row.name} names {'a desk' if row.desk else 'another office'}"
    if best is None:
        return "no rule takes it" if choice.rule == NO_RULE else f"{choice.rule} decides before any place"
    if tie is best:
        return "minority of its ZIP codes"
    if tie.rank != best.rank:
        return f"rank {tie.rank} is behind rank {best.rank}" if tie.rank > best.rank else f"behind {choice.rule}"
    if tie.confidence != best.confidence:
        return f"confidence {tie.confidence:g} is behind {best.confidence:g}"
    return "older" if tie.order != best.order else "later office code"


def words_of(kind: NexusKind) -> str:
    """Write a kind of nexus as a person says it."""
    return kind.replace("_", " ")
