"""The persons and organisations that a referral is about. All of it is person data and stays here."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.referrals.countries import read_nationality, without_stateless
from services.referrals.model.dates import check_partial_date, read_partial_date
from services.referrals.model.text import Country, Given, Line, Name

ADULT = 18


class Role(StrEnum):
    """What a subject is to the matter."""

    SUSPECT = "suspect"
    WANTED = "wanted"
    CONVICTED = "convicted"
    VICTIM = "victim"
    WITNESS = "witness"
    MISSING = "missing"
    ASSOCIATE = "associate"
    APPLICANT = "applicant"
    OTHER = "other"


class NameKind(StrEnum):
    """How a name is borne."""

    LEGAL = "legal"
    BIRTH = "birth"
    FORMER = "former"
    ALIAS = "alias"
    NICKNAME = "nickname"
    TRADE = "trade"
    HANDLE = "handle"


class IdentifierKind(StrEnum):
    """What a number or sign identifies its bearer by."""

    PASSPORT = "passport"
    NATIONAL_ID = "national_id"
    DRIVING_LICENCE = "driving_licence"
    TAX = "tax"
    REGISTRATION = "registration"
    PHONE = "phone"
    EMAIL = "email"
    ACCOUNT = "account"
    BANK_ACCOUNT = "bank_account"
    CRYPTO_ADDRESS = "crypto_address"
    VEHICLE = "vehicle"
    VESSEL = "vessel"
    DEVICE = "device"
    BIOMETRIC = "biometric"
    CASE = "case"
    OTHER = "other"


class SubjectName(Given):
    """A name in the script it is borne in, and as it is written in Latin letters."""

    text: Name
    script: str | None = Field(default=None, pattern=r"^[A-Z][a-z]{3}$", description="ISO 15924, such as Arab.")
    transliteration: Name | None = None
    kind: NameKind = NameKind.LEGAL


class Identifier(Given):
    """A number or sign, and the country that gave it."""

    kind: IdentifierKind
    value: Line
    country: Country | None = None


Nationality = Annotated[str, Field(pattern=r"^([A-Z]{2}|[0-9]{3})$"), AfterValidator(read_nationality)]
BirthDate = Annotated[str, Field(max_length=10), AfterValidator(check_partial_date)]


class Person(Given):
    """A human being."""

    type: Literal["person"]
    role: Role
    names: tuple[SubjectName, ...] = Field(default=(), max_length=20)
    birth: BirthDate | None = Field(default=None, description="YYYY, YYYY-MM or YYYY-MM-DD; `-` if not known.")
    sex: Literal["female", "male", "other", "unknown"] = "unknown"
    nationalities: Annotated[tuple[Nationality, ...], Field(max_length=10), AfterValidator(without_stateless)] = ()
    identifiers: tuple[Identifier, ...] = Field(default=(), max_length=30)
    minor: bool | None = Field(default=None, description="Known to be under eighteen, or known not to be.")

    def may_be_minor(self, today: date) -> bool:
        """Tell whether this may be a child: what is known of the birth is read in the child's favour."""
        if self.minor is not None:
            return self.minor
        born = read_partial_date(self.birth) if self.birth is not None else None
        if born is None:
            return False
        latest = born.latest
        return (today.year - latest.year, today.month, today.day) < (ADULT, latest.month, latest.day)


class Organisation(Given):
    """A company, a group, an authority."""

    type: Literal["organisation"]
    role: Role
    names: tuple[SubjectName, ...] = Field(default=(), max_length=20)
    country: Country | None = None
    identifiers: tuple[Identifier, ...] = Field(default=(), max_length=30)


Subject = Annotated[Person | Organisation, Field(discriminator="type")]
