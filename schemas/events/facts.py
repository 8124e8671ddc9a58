"""What of a referral may be known outside of its own service: ties to places, and offences without their text."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from schemas.marks import Frozen
from schemas.notices import Colour, NoticeAction, NoticeSource
from schemas.vocabulary.facts import AskGround, Category, Evidence, NexusKind


class Place(Frozen):
    """A place as far as it is known; nothing in it is finer than a ZIP code."""

    country: str = "US"
    state: str | None = Field(default=None, description="USPS code of a state or territory.")
    county: str | None = None
    city: str | None = None
    zip: str | None = Field(default=None, description="Five digits, or the first three.")
    gateway: str | None = Field(default=None, description="IATA code, UN/LOCODE or common name of a gateway.")


class NexusFact(Frozen):
    """One tie to the United States, without the address or number behind it."""

    kind: NexusKind
    place: Place = Place()
    evidence: tuple[Evidence, ...] = ()
    as_of: date | None = Field(default=None, description="The day on which the tie was known to hold.")
    eta: datetime | None = None
    owner_office: str | None = Field(default=None, description="For an existing US case: who owns it.")
    deconflicted: bool = Field(default=False, description="The owner was confirmed by a deconfliction lookup.")


class LabelFact(Frozen):
    """A category that a charge was read as, with the words of our own tables that led to it."""

    category: Category
    confidence: float = Field(ge=0, le=1)
    words: tuple[str, ...] = Field(default=(), description="Who, act, object and qualifier, in our words, not theirs.")


class OffenceFact(Frozen):
    """One offence as far as routing may know it."""

    category: Category | None = None
    section: str | None = Field(default=None, description="US Code section, as in `18 USC 1956(a)(1)`.")
    charge_given: bool = Field(default=False, description="There is charge text in the referral.")
    sections: tuple[str, ...] = Field(default=(), description="US Code sections that the charge text names.")
    labels: tuple[LabelFact, ...] = Field(default=(), description="What the charge text was read as, best first.")
    ask: AskGround | None = Field(default=None, description="Why a person must read the charge text.")


class NoticeFact(Frozen):
    """That a referral rests on a notice: it is no warrant, and nobody acts on it before its gates have been passed."""

    notice_id: UUID
    colour: Colour
    source: NoticeSource
    action: NoticeAction
