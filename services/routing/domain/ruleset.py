"""The rules as a decision reads them: frozen indexes, so that a hundred times the rows cost no more time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.vocabulary.facts import Category, Evidence, NexusKind
from schemas.vocabulary.requests import Urgency
from services.routing.domain.rules import RuleIndex


@dataclass(frozen=True, slots=True)
class Gateway:
    """A port, airport or crossing, with the office (or, abroad, the desk) of its true site."""

    kind: str
    name: str
    area: str
    target: str
    abroad: bool
    described: bool = False
    """The name is a neighbour's, under which this site is often described: it counts with its own state only."""


@dataclass(frozen=True, slots=True)
class Town:
    """A name of towns: the states that have one of that name, and whether a city abroad has it too."""

    name: str
    areas: tuple[str, ...]
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class ZipArea:
    """Where a ZIP code or its first three digits lie: the office of the majority comes first."""

    area: str
    offices: tuple[str, ...] = ()
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Every way in which a place names an office or a desk."""

    areas: Mapping[str, tuple[str, ...]]
    counties: Mapping[tuple[str, str], tuple[str, str]]
    states: Mapping[str, str]
    borders: Mapping[str, frozenset[str]]
    cities: Mapping[tuple[str, str], tuple[str, str]]
    towns: Mapping[str, Town]
    zip3: Mapping[str, ZipArea]
    zip5: Mapping[str, ZipArea]
    military: Mapping[str, str]
    gateways: Mapping[str, tuple[Gateway, ...]]
    desks: Mapping[str, str]
    aliases: Mapping[str, str | None]
    home: frozenset[str]
    uninhabited: frozenset[str]


@dataclass(frozen=True, slots=True)
class StatuteRow:
    """One category that lists a section, or only some parts of it."""

    parts: str
    category: Category


@dataclass(frozen=True, slots=True)
class StatuteLead:
    """The category an owner has put first for a section that stands in several rows."""

    category: Category
    with_goods: Category | None = None


@dataclass(frozen=True, slots=True)
class Offences:
    """Categories with their default urgency, and the sections of the US Code that lead to them."""

    urgency: Mapping[Category, Urgency]
    raised: Mapping[Category, str]
    rows: Mapping[str, tuple[StatuteRow, ...]]
    leads: Mapping[str, StatuteLead]
    sizes: Mapping[Category, int]


@dataclass(frozen=True, slots=True)
class Programmes:
    """Who receives copies, who owns a referral pro tem, and who each programme belongs to."""

    copies: Mapping[Category, tuple[tuple[str, str], ...]]
    pro_tem: Mapping[Category, str]
    belongs: Mapping[str, str]
    tciu_hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a nexus counts, and from where on it leads or supports."""

    rank: Mapping[NexusKind, int]
    base: Mapping[NexusKind, float]
    base_with: Mapping[tuple[NexusKind, Evidence], float]
    known_by: Mapping[Evidence, float]
    doubted_by: Mapping[Evidence, float]
    age_full_days: int
    age_half_days: int
    age_at_half: float
    age_floor: float
    lead_from: float
    support_from: float
    support_most: int
    arrival_soon_hours: int


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One version of the rules, as it stands on the days from `good_from` until before `good_until`."""

    version: str
    good_from: date
    good_until: date | None
    places: Places
    offences: Offences
    programmes: Programmes
    weights: Weights
    rules: RuleIndex
    stand_ins: Mapping[str, str]
    """Who acts for an office for a time, followed to the end."""
