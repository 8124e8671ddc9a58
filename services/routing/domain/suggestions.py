"""What an officer may do with a referral in triage: offices, categories and desks, best first, each with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.events import LabelFact
from schemas.vocabulary.facts import Category
from schemas.vocabulary.offices import OFFICES, PROGRAMMES
from services.routing.domain.decision import Candidate
from services.routing.domain.placements import Held
from services.routing.domain.release import joined_allowed, lead_allowed
from services.routing.domain.ruleset import Programmes
from services.routing.domain.weights import Tie

_RECIPIENTS = frozenset([*OFFICES, *PROGRAMMES])


class Why(StrEnum):
    """What speaks for a suggestion, strongest first."""

    PROPOSED = "proposed"
    EARLIER_OWNER = "earlier_owner"
    NEXUS = "nexus"
    PRO_TEM = "pro_tem"


@dataclass(frozen=True, slots=True)
class OfficeSuggestion:
    """An office or programme that could lead, and whether the marks let a person hand it over."""

    office: str
    why: Why
    explained: str
    confidence: float
    may_lead: bool
    may_join: bool
    """It could have a part or a copy beside another lead."""


@dataclass(frozen=True, slots=True)
class CategorySuggestion:
    """A category that the referral speaks of, with the words that led to it."""

    category: Category
    confidence: float | None
    explained: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskSuggestion:
    """Another desk, because a place lies in its region."""

    desk: str
    explained: str


def suggest_offices(
    held: Held,
    candidates: Sequence[Candidate],
    owners: Iterable[str],
    programmes: Programmes,
    now: datetime,
) -> tuple[OfficeSuggestion, ...]:
    """Rank everybody who could lead; each is named once, for the strongest reason."""
    found: dict[str, OfficeSuggestion] = {}
    for office, why, explained, confidence in _reasons(held, candidates, owners, programmes):
        if office in _RECIPIENTS and office not in found:
            may_lead = lead_allowed(office, held.seat.marks, programmes, now)
            may_join = joined_allowed(office, held.seat.marks, programmes, now)
            found[office] = OfficeSuggestion(office, why, explained, confidence, may_lead, may_join)
    return tuple(found.values())


def suggest_categories(
    held: Held, labels: Iterable[LabelFact], also: Iterable[Category]
) -> tuple[CategorySuggestion, ...]:
    """Rank the categories: the one it has, what the charge was read as, then what its sections list besides."""
    found: dict[Category, CategorySuggestion] = {}
    if held.seat.category is not Category.UNCLASSIFIED:
        found[held.seat.category] = CategorySuggestion(held.seat.category, None, "it has this category now")
    for label in sorted(labels, key=lambda label: -label.confidence):
        explained = f"the charge was read so: {', '.join(label.words)}" if label.words else "the charge was read so"
        suggestion = CategorySuggestion(label.category, label.confidence, explained, label.words)
        if label.category not in found or found[label.category].confidence is None:
            found[label.category] = suggestion
    for category in also:
        found.setdefault(category, CategorySuggestion(category, None, "a section or offence in it belongs here, too"))
    return tuple(found.values())


def suggest_desks(held: Held, ties: Iterable[Tie]) -> tuple[DeskSuggestion, ...]:
    """Name the desks in whose region a place of the referral lies, best first."""
    labels = {tie.site.desk: tie.site.label for tie in reversed(tuple(ties)) if tie.site.desk is not None}
    return tuple(
        DeskSuggestion(desk, f"{label} is in its region")
        for desk, label in reversed(labels.items())
        if desk != held.seat.desk
    )


def _reasons(
    held: Held, candidates: Sequence[Candidate], owners: Iterable[str], programmes: Programmes
) -> Iterator[tuple[str, Why, str, float]]:
    ranked = sorted((c for c in candidates if c.office), key=lambda c: (-c.confidence, c.rank, c.office or ""))
    if held.seat.proposed is not None:
        best = next((c for c in ranked if c.office == held.seat.proposed), None)
        reason = f"the decision proposes it: {_described(best)}" if best else "the decision proposes it"
        yield held.seat.proposed, Why.PROPOSED, reason, best.confidence if best else 0.0
    for owner in owners:
        yield owner, Why.EARLIER_OWNER, "it holds a referral that this one follows", 1.0
    for candidate in ranked:
        lost = f"; as decided: {candidate.lost}" if candidate.lost else ""
        yield candidate.office or "", Why.NEXUS, f"{_described(candidate)}{lost}", candidate.confidence
    programme = programmes.pro_tem.get(held.seat.category)
    if programme is not None:
        yield programme, Why.PRO_TEM, f"it leads {held.seat.category} while no nexus leads to an office", 0.0


def _described(candidate: Candidate) -> str:
    kind = candidate.kind.replace("_", " ")
    return f"{kind} {candidate.place} at rank {candidate.rank}, confidence {candidate.confidence:g}"
