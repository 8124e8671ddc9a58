"""A notice as we read it, whatever way it came by. All of it is person data and stays sealed in this service.

Codes are kept as they were given, also those that we do not know; what was a placeholder (`-`, 0, `0000/00/00`) is not
kept at all. Partial dates are written as far as they are known: `1985`, `1985-03`, `1985-03-09`.
Source of the fields: the public service as it was observed, `docs/notices.md`.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.notices import Colour, NoticeKind


class Part(BaseModel):
    """A part of a notice: nothing in it changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SubjectType(StrEnum):
    """What a notice is about; some colours are about no subject at all."""

    PERSON = "person"
    ENTITY = "entity"
    NOBODY = "nobody"


class NameRole(StrEnum):
    """How a name is borne."""

    MAIN = "main"
    BIRTH = "birth"
    FORMER = "former"
    ORIGINAL_SCRIPT = "original_script"
    ALIAS = "alias"


class NoticeName(Part):
    """A name in its parts, as far as it has any."""

    role: NameRole = NameRole.MAIN
    name: str | None = None
    forename: str | None = None

    @property
    def whole(self) -> str:
        """Write the name with what comes first before it."""
        return " ".join(part for part in (self.forename, self.name) if part)


class Alias(Part):
    """A name that a sanctions list gives beside the main one, with its own date of birth."""

    names: tuple[NoticeName, ...]
    birth: str | None = None


class Warrant(Part):
    """What another country has ordered; it has no force in the United States."""

    issuing_country: str | None = None
    charge: str | None = None
    charge_translation: str | None = None


class Document(Part):
    """An identity document, as a sanctions list gives it."""

    type: str | None = None
    number: str | None = None
    country: str | None = None
    expiry: str | None = None
    issued: str | None = None
    place_of_issue: str | None = None


class UnListing(Part):
    """Where the Security Council has listed a person or entity."""

    reference: str | None = None
    reference_date: str | None = None
    resolution: int | None = None


class Event(Part):
    """Where and when somebody was last seen or taken from."""

    date: str | None = None
    place: str | None = None
    country: str | None = None


class Relative(Part):
    """A parent of the subject."""

    relation: Literal["father", "mother"]
    name: str | None = None
    forename: str | None = None


class Associate(Part):
    """Somebody that a sanctions list names beside the subject."""

    name: str | None = None
    reference: str | None = None


class Entity(Part):
    """What a sanctions list says of an organisation."""

    main_activity: str | None = None
    legal_form: str | None = None
    registration_number: str | None = None
    administrators: tuple[str, ...] = ()
    from_chamber_of_commerce: str | None = None
    additional_information: str | None = None


class Notice(Part):
    """A notice or diffusion."""

    entity_id: str
    """INTERPOL's own number, `YYYY/N`; a person can be found by it, so it never leaves."""
    colour: Colour
    kind: NoticeKind = NoticeKind.NOTICE
    subject_type: SubjectType = SubjectType.PERSON
    names: tuple[NoticeName, ...] = ()
    aliases: tuple[Alias, ...] = ()
    birth: str | None = None
    sex: Literal["M", "F", "U"] | None = None
    nationalities: tuple[str, ...] = ()
    country_of_birth: str | None = None
    place_of_birth: str | None = None
    height_m: float | None = None
    weight_kg: float | None = None
    eyes: tuple[str, ...] = ()
    hairs: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    distinguishing_marks: str | None = None
    profession: str | None = None
    warrants: tuple[Warrant, ...] = ()
    event: Event | None = None
    relatives: tuple[Relative, ...] = ()
    issuing_country: str | None = None
    likely_to_visit: tuple[str, ...] = ()
    un: UnListing | None = None
    associates: tuple[Associate, ...] = ()
    addresses: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    entity: Entity | None = None
    summary: str | None = None
    purposes: tuple[str, ...] = ()
    images: tuple[str, ...] | None = None
    """Ids of the pictures, never the pictures; None when their list has not been read."""
