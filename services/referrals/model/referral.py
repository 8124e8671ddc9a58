"""The body of `POST /v1/referrals`."""

import json
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, from_json, to_json

from schemas.vocabulary.requests import Channel, Purpose, RequesterKind, RequestType, Urgency, UrgencyGround
from services.referrals.model.marks import GivenMarks
from services.referrals.model.nexus import Nexus
from services.referrals.model.offences import Offence
from services.referrals.model.subjects import Subject
from services.referrals.model.text import Country, Given, Language, Line, Narrative, Paragraph

Body = TypeVar("Body", bound=Given)


class Requester(Given):
    """Who asks, and how the request came."""

    country: Country = Field(description="ISO 3166-1 alpha-2 or XK; of an international body, its seat.")
    agency: Line
    kind: RequesterKind = RequesterKind.AGENCY
    channel: Channel
    reference: Line = Field(description="The requester's own reference.")


class StatedUrgency(Given):
    """How soon, and for U0 and U1 on which of the four grounds."""

    level: Urgency
    ground: UrgencyGround | None = None


class LinkKind(StrEnum):
    """How a referral belongs to an earlier one."""

    FOLLOW_UP = "follow_up"
    REPLY = "reply"
    SAME_MATTER = "same_matter"
    DUPLICATE = "duplicate"


class EarlierReferral(Given):
    """An earlier referral that this one belongs to."""

    referral_id: UUID
    kind: LinkKind


class Referral(Given):
    """A request of a foreign counterpart."""

    requester: Requester
    request_type: RequestType
    urgency: StatedUrgency
    purpose: Purpose
    link: Paragraph | None = Field(default=None, description="What ties the subject to the crime.")
    offences: tuple[Offence, ...] = Field(default=(), max_length=20)
    subjects: tuple[Subject, ...] = Field(default=(), max_length=50)
    nexus: tuple[Nexus, ...] = Field(default=(), max_length=50)
    language: Language = Field(description="Language of the narrative.")
    narrative: Narrative
    narrative_translation: Narrative | None = Field(default=None, description="In English.")
    marks: GivenMarks
    earlier: Annotated[tuple[EarlierReferral, ...], Field(max_length=20)] = ()


def read_referral(body: bytes) -> Referral:
    """Read a body; what is not exactly a referral raises a ValidationError that holds every fault of its shape."""
    return read_strictly(Referral, body)


def read_strictly(model: type[Body], body: bytes) -> Body:
    """Read a body of some kind; what is not exactly that raises a ValidationError that holds every fault."""
    # `extra` and `strict` are said here too: the parts that belong to the schemas are lenient readers of events.
    given = model.model_validate_json(body, strict=True, extra="forbid")
    if _gives_twice(body):
        raise ValidationError.from_exception_data(model.__name__, [_GIVEN_TWICE])
    return given


_GIVEN_TWICE = InitErrorDetails(type=PydanticCustomError("field_twice", "a field is given twice"), loc=(), input=None)


def _gives_twice(body: bytes) -> bool:
    """Tell whether an object names a field twice, so that readers could differ on which one stands."""
    # Written again, a body comes out shorter if a field was dropped, or if characters were escaped in it;
    # only then is the slow look worth its time.
    if _without_blanks(to_json(from_json(body))) == _without_blanks(body):
        return False
    try:
        _STRICT_OBJECTS.decode(body.decode())
    except _GivenTwiceError:
        return True
    return False


def _without_blanks(text: bytes) -> bytes:
    return text.translate(None, b" \t\r\n")


class _GivenTwiceError(ValueError):
    """Found by the slow look."""


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise _GivenTwiceError


_STRICT_OBJECTS = json.JSONDecoder(object_pairs_hook=_refuse_twice)
