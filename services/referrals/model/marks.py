"""Handling marks as a requester writes them: a mark that we do not know is kept, and read as the strictest."""

import re
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, ConfigDict, Field

from schemas.marks import (
    Condition,
    Consent,
    Evaluation,
    HandlingCode,
    InterpolMarks,
    Marks,
    UsMarks,
    is_known_tlp,
    read_tlp,
)
from services.referrals.model.text import Country, Given, Paragraph

Label = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\x20-\x7e]+$")]
Slug = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z_]*$")]
Control = Annotated[str, Field(max_length=20, pattern=r"^[A-Z][A-Z, -]*$")]
Recipient = Annotated[str, Field(max_length=12, pattern=r"^[A-Z0-9-]+$")]

Level = Literal["FOR OFFICIAL USE ONLY", "RESTRICTED", "CONFIDENTIAL"]

PURPOSES = frozenset(
    [
        "locate",
        "arrest",
        "identify",
        "inform",
        "warn",
        "missing_persons",
        "victim_identification",
        "analysis",
        "border_control",
    ]
)
"""Purposes under article 10 of INTERPOL's rules, as this system names them."""

CUI = frozenset(["LEI", "INV", "JUV", "PRVCY", "INF", "CRIM", "DNA", "WIT", "SP-LEI", "SP-INV", "SP-JUV", "SP-WIT"])
"""Categories of controlled unclassified information (32 CFR 2002) that police papers carry; own selection."""

LDC = re.compile(r"NOFORN|FED ONLY|FEDCON|NOCON|DL ONLY|RELIDO|DISPLAY ONLY|REL TO [A-Z]{3}(, ?[A-Z]{3})*")
"""Limited dissemination controls, 32 CFR 2002."""

OTHER = "OTHER"
"""What a mark that we do not know travels as: its own words may be anything, and stay sealed."""

_LEVELS: dict[str, Level] = {level: level for level in get_args(Level)}
_CODES = {code.value: code for code in HandlingCode}
_CONDITIONS = {condition.value: condition for condition in Condition}
_STRICTEST = (HandlingCode.NO_DISSEMINATION, HandlingCode.OTHER_RESTRICTION)


class GivenInterpolMarks(Given):
    """Restrictions that INTERPOL's rules put on an item."""

    level: Label = "FOR OFFICIAL USE ONLY"
    denied_members: tuple[Country, ...] = Field(default=(), max_length=250)
    purposes: tuple[Slug, ...] = Field(default=(), max_length=20)

    @property
    def has_unknown(self) -> bool:
        """There is a level or a purpose among these that we do not know."""
        return self.level not in _LEVELS or not set(self.purposes) <= PURPOSES

    def read(self) -> InterpolMarks:
        """Give the restrictions as they travel."""
        return InterpolMarks(
            level=_LEVELS.get(self.level, "CONFIDENTIAL"),
            denied_members=self.denied_members,
            purposes=tuple(purpose if purpose in PURPOSES else OTHER for purpose in self.purposes),
        )


class GivenUsMarks(Given):
    """Restrictions that United States law puts on an item."""

    cui: tuple[Control, ...] = Field(default=(), max_length=20)
    ldc: tuple[Control, ...] = Field(default=(), max_length=20)
    protected_person: bool = False

    @property
    def has_unknown(self) -> bool:
        """There is a control among these that we do not know."""
        return not set(self.cui) <= CUI or not all(map(LDC.fullmatch, self.ldc))

    def read(self) -> UsMarks:
        """Give the restrictions as they travel."""
        return UsMarks(
            cui=tuple(mark if mark in CUI else OTHER for mark in self.cui),
            ldc=tuple(mark if LDC.fullmatch(mark) else OTHER for mark in self.ldc),
            protected_person=self.protected_person,
        )


class GivenEvaluation(Evaluation):
    """A grade, and the part of the request that it is about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    applies_to: str = Field(
        default="",
        max_length=80,
        pattern=r"^(/(subjects|nexus|offences|names|identifiers|charge|narrative|link|requester|[0-9]{1,2}))*$",
    )


class GivenConsent(Given):
    """The originator's leave to hand an item to exactly these recipients, until it ends."""

    recipients: tuple[Recipient, ...] = Field(min_length=1, max_length=60)
    until: AwareDatetime | None = None

    def read(self) -> Consent:
        """Give the leave as it travels."""
        return Consent(recipients=self.recipients, until=self.until)


class GivenMarks(Given):
    """All marks of a referral."""

    tlp: Label = Field(description="TLP 2.0 label; one that we do not know is read as RED.")
    handling: tuple[Label, ...] = Field(min_length=1, max_length=4, description="H0 to H3; they combine.")
    conditions: tuple[Label, ...] = Field(default=(), max_length=10)
    restriction_text: Paragraph | None = Field(default=None, description="What H3 means here; never leaves.")
    interpol: GivenInterpolMarks | None = None
    us: GivenUsMarks = GivenUsMarks()
    evaluation: tuple[GivenEvaluation, ...] = Field(default=(), max_length=100)
    release_to: tuple[Recipient, ...] | None = Field(default=None, max_length=60)
    consent: GivenConsent | None = None
    expires: date | None = None
    review_due: date | None = None
    retention_rule: str | None = Field(default=None, max_length=40, pattern=r"^[A-Z]+(-[A-Z]+)*(-[0-9]{1,2}[YMD])?$")

    @property
    def has_unknown(self) -> bool:
        """There is a mark among these that we do not know."""
        return (
            not is_known_tlp(self.tlp)
            or not _CODES.keys() >= set(self.handling)
            or not _CONDITIONS.keys() >= set(self.conditions)
            or (self.interpol is not None and self.interpol.has_unknown)
            or self.us.has_unknown
        )

    def read(self) -> Marks:
        """Give the marks as they travel: what we do not know becomes the strictest of its kind."""
        return Marks(
            tlp=read_tlp(self.tlp),
            handling=self._handling(),
            conditions=self._conditions(),
            interpol=self.interpol.read() if self.interpol else None,
            us=self.us.read(),
            evaluation=self.evaluation,
            release_to=self.release_to,
            consent=self.consent.read() if self.consent else None,
            expires=self.expires,
            review_due=self.review_due,
            retention_rule=self.retention_rule,
        )

    def _handling(self) -> tuple[HandlingCode, ...]:
        codes = {_CODES[code] for code in self.handling if code in _CODES}
        if not _CODES.keys() >= set(self.handling):
            codes.update(_STRICTEST)
        return tuple(sorted(codes))

    def _conditions(self) -> tuple[Condition, ...]:
        conditions = {_CONDITIONS.get(condition, Condition.SEE_RESTRICTION_TEXT) for condition in self.conditions}
        if self.restriction_text is not None:
            conditions.add(Condition.SEE_RESTRICTION_TEXT)
        return tuple(sorted(conditions))
