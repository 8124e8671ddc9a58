"""What routing knows of a referral: never a name, a number or a narrative."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from schemas.marks import Marks
from schemas.vocabulary.facts import AskGround, Category, Evidence, Flag, NexusKind
from schemas.vocabulary.requests import Channel, RequesterKind, RequestType, Urgency


@dataclass(frozen=True, slots=True)
class Place:
    """A place as far as it is known."""

    country: str = "US"
    state: str | None = None
    county: str | None = None
    city: str | None = None
    zip: str | None = None
    gateway: str | None = None


@dataclass(frozen=True, slots=True)
class Nexus:
    """One tie to the United States."""

    kind: NexusKind
    place: Place = Place()
    evidence: tuple[Evidence, ...] = ()
    as_of: date | None = None
    eta: datetime | None = None
    owner_office: str | None = None
    deconflicted: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """What a charge was read as, and by which words of our own tables."""

    category: Category
    confidence: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offence:
    """One offence as the requester stated it, and as its charge text was read: best first."""

    category: Category | None = None
    section: str | None = None
    charge_given: bool = False
    sections: tuple[str, ...] = ()
    """Sections of the US Code that the charge text names."""
    labels: tuple[Label, ...] = ()
    ask: AskGround | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision rests on."""

    requester_country: str
    requester_kind: RequesterKind
    channel: Channel
    request_type: RequestType
    urgency: Urgency
    offences: tuple[Offence, ...]
    nexus: tuple[Nexus, ...]
    marks: Marks
    flags: tuple[Flag, ...] = ()
    earlier: tuple[UUID, ...] = ()
    owners: tuple[str, ...] = ()
    """Offices and programmes that hold the earlier referrals, as far as they are known."""
