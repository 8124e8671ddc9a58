"""Why, in one sentence a person can read aloud: ids, places and categories from our own tables, nothing typed."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.vocabulary import Category, NexusKind
from services.routing.domain.decision import UNPLACED, Candidate
from services.routing.domain.lead import Choice
from services.routing.domain.weights import Tie


def candidates_of(ties: Sequence[Tie], choice: Choice, never: frozenset[str], floor: float) -> tuple[Candidate, ...]:
    """Write down every office a nexus speaks for, with the reason it lost."""
    return tuple(
        Candidate(
            office,
            tie.number,
            tie.kind,
            tie.rank,
            tie.confidence,
            tie.site.label,
            _why_lost(tie, office, choice, never, floor),
        )
        for tie in ties
        for office in (tie.site.offices or (None,))
    )


def _why_lost(tie: Tie, office: str | None, choice: Choice, never: frozenset[str], floor: float) -> str:
    if tie.site.gap is not None:
        return f"{UNPLACED}: {tie.site.gap.replace('_', ' ')}"
    if office is None:
        return f"abroad, desk {tie.site.desk}"
    if office == choice.lead:
        return "" if tie is choice.tie else "speaks for the lead as well"
    if tie.kind in never:
        return f"{_words(tie.kind)} does not decide by itself"
    if tie.confidence < floor:
        return f"confidence {tie.confidence:g} is below {floor:g}"
    return _why_behind(tie, choice)


def _why_behind(tie: Tie, choice: Choice) -> str:
    best = choice.tie
    if best is None:
        return f"{choice.rule} decides before any place"
    if tie is best:
        return "minority of its ZIP codes"
    if tie.rank != best.rank:
        return f"rank {tie.rank} is behind rank {best.rank}" if tie.rank > best.rank else f"behind {choice.rule}"
    if tie.confidence != best.confidence:
        return f"confidence {tie.confidence:g} is behind {best.confidence:g}"
    return "older" if tie.order != best.order else "later office code"


def sentence_for_lead(
    choice: Choice,
    candidates: Sequence[Candidate],
    supporting: Iterable[str],
    copies: Mapping[str, Category],
    withheld: Iterable[str],
    version: str,
) -> str:
    """Say who leads and why, who else is told, by which rule."""
    parts = [f"{choice.lead} leads{' pro tem' if choice.is_programme else ''}: {_grounds_of(choice, candidates)}"]
    if names := ", ".join(supporting):
        parts.append(f"{names} supporting")
    parts += [f"{programme} copied for {category}" for programme, category in copies.items()]
    if names := ", ".join(withheld):
        parts.append(f"{names} withheld by the marks")
    return "; ".join((*parts, f"rule {choice.rule}, ruleset {version}"))


def sentence_for_triage(
    desk: str, grounds: Iterable[str], choice: Choice, candidates: Sequence[Candidate], version: str
) -> str:
    """Say why a person decides, and what is proposed to them."""
    parts = [f"a person at desk {desk} decides: {', '.join(grounds)}"]
    if choice.lead is not None:
        parts.append(f"{choice.lead} is proposed: {_grounds_of(choice, candidates)}")
    return "; ".join((*parts, f"rule {choice.rule}, ruleset {version}"))


def _grounds_of(choice: Choice, candidates: Sequence[Candidate]) -> str:
    if choice.tie is None:
        return "it holds the earlier referral" if choice.holds_earlier else "no nexus leads to an office"
    won = f"{_words(choice.tie.kind)} {choice.tie.site.label} at rank {choice.tie.rank}"
    others = (c for c in candidates if c.nexus != choice.tie.number and not c.is_unplaced)
    runner_up = next((c for c in others if c.office not in (None, choice.lead)), None)
    if runner_up is None:
        return won
    return f"{won} beat {_words(runner_up.kind)} {runner_up.place} at rank {runner_up.rank}"


def _words(kind: NexusKind) -> str:
    return kind.replace("_", " ")
