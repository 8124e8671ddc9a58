"""What routing decides, with everything that can be asked about it later."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.facts import Category, NexusKind
from schemas.vocabulary.requests import Urgency
from services.routing.domain.facts import Facts
from services.routing.domain.offences import KnownBy

UNPLACED = "place unclear"


class Outcome(StrEnum):
    """Who holds the referral next."""

    OFFICE = "office"
    PROGRAMME = "programme"
    TRIAGE = "triage"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One office that a nexus speaks for, and why it does not lead; an empty `lost` is the one that won."""

    office: str | None
    nexus: int
    kind: NexusKind
    rank: int
    confidence: float
    place: str
    lost: str

    @property
    def is_unplaced(self) -> bool:
        """Tell whether its place led to no single office."""
        return self.lost.startswith(UNPLACED)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a referral goes, and why; in triage `office` is empty and `proposed` may name one.

    `withheld` are those who were owed word of it and do not get it: the marks forbid it, or a person decides first.
    """

    outcome: Outcome
    office: str | None
    proposed: str | None
    supporting: tuple[str, ...]
    copies: tuple[str, ...]
    withheld: tuple[str, ...]
    desk: str
    category: Category
    category_by: KnownBy
    labels: tuple[Category, ...]
    urgency: Urgency
    suggested_urgency: Urgency | None
    confidence: float
    candidates: tuple[Candidate, ...]
    grounds: tuple[str, ...]
    facts: Facts
    rule: str
    ruleset: str
    because: str
