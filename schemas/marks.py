"""Handling marks: what the originator allows. They travel with every event and only ever get stricter."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

TlpLabel = Literal["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"]
TLP_LABELS: tuple[TlpLabel, ...] = ("RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR")
"""TLP 2.0 (FIRST, August 2022), strictest first."""


class HandlingCode(StrEnum):
    """Europol handling codes; they combine."""

    CRIME_PURPOSE_ONLY = "H0"
    NOT_IN_COURT = "H1"
    NO_DISSEMINATION = "H2"
    OTHER_RESTRICTION = "H3"


class Condition(StrEnum):
    """Restrictions an originator may state in a form that software can hold to."""

    NO_SUBJECT_CONTACT = "no_subject_contact"
    NO_DATABASE_ENTRY = "no_database_entry"
    SANITISE_SOURCE = "sanitise_source"
    NAMED_RECIPIENTS = "named_recipients"
    NO_CAPITAL_USE = "no_capital_use"
    SEE_RESTRICTION_TEXT = "see_restriction_text"


def read_tlp(value: Any) -> Any:
    """Read a TLP label as police texts write it; one that we do not know is read as RED."""
    if not isinstance(value, str):
        return value
    label = value.strip().upper().removeprefix("TLP:").strip()
    if label == "WHITE":
        return "CLEAR"
    return label if label in TLP_LABELS else "RED"


def is_known_tlp(value: str) -> bool:
    """Tell whether a label is one of TLP 2.0's, or the old name of CLEAR."""
    return value.strip().upper().removeprefix("TLP:").strip() in {*TLP_LABELS, "WHITE"}


class Frozen(BaseModel):
    """A value: unknown fields are ignored on reading events, and refused at the HTTP edge."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class InterpolMarks(Frozen):
    """Restrictions that INTERPOL's rules put on an item."""

    level: Literal["FOR OFFICIAL USE ONLY", "RESTRICTED", "CONFIDENTIAL"] = "FOR OFFICIAL USE ONLY"
    denied_members: tuple[str, ...] = Field(default=(), max_length=250)
    purposes: tuple[str, ...] = Field(default=(), max_length=20)


class UsMarks(Frozen):
    """Restrictions that United States law puts on an item."""

    cui: tuple[str, ...] = Field(default=(), max_length=20)
    ldc: tuple[str, ...] = Field(default=(), max_length=20)
    protected_person: bool = False


class Evaluation(Frozen):
    """How good a source and a statement are, in the scheme the originator uses."""

    scheme: Literal["4x4", "5x5x5", "3x5x2", "admiralty", "none"]
    source: str = Field(max_length=2)
    information: str = Field(max_length=2)
    applies_to: str = Field(default="", max_length=200, pattern=r"^(/[a-z0-9_]+)*$")


class Consent(Frozen):
    """The originator's leave to hand an item to exactly these recipients, until it ends."""

    recipients: tuple[str, ...] = Field(min_length=1, max_length=60)
    until: datetime | None = None


class Marks(Frozen):
    """All marks of one item."""

    tlp: Annotated[TlpLabel, BeforeValidator(read_tlp)]
    handling: tuple[HandlingCode, ...] = Field(default=(HandlingCode.NO_DISSEMINATION,), max_length=4)
    conditions: tuple[Condition, ...] = Field(default=(), max_length=10)
    interpol: InterpolMarks | None = None
    us: UsMarks = UsMarks()
    evaluation: tuple[Evaluation, ...] = Field(default=(), max_length=100)
    release_to: tuple[str, ...] | None = Field(
        default=None, max_length=60, description="The only recipients allowed; null means no such list."
    )
    consent: Consent | None = None
    expires: date | None = None
    review_due: date | None = None
    retention_rule: str | None = Field(default=None, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")
