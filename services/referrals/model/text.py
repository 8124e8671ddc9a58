"""The kinds of text a referral is made of. Text stays byte for byte as given; what we cannot keep is refused.

Control characters are refused, but for tab and line breaks in long texts. Direction marks and zero-width
characters stay: names in many scripts need them, and the pages that show them keep them apart.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.referrals.countries import read_country, read_language

_LINE = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$"
_LONG = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

NO_CONTROL = frozenset({_LINE, _LONG})
"""Patterns whose mismatch means a control character, or nothing but blanks."""

Name = Annotated[str, Field(min_length=1, max_length=300, pattern=_LINE)]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=_LINE)]
Paragraph = Annotated[str, Field(min_length=1, max_length=4_000, pattern=_LONG)]
Narrative = Annotated[str, Field(min_length=1, max_length=15_000, pattern=_LONG)]

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$"), AfterValidator(read_country)]
Language = Annotated[
    str,
    Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"),
    AfterValidator(read_language),
]


class Given(BaseModel):
    """A part of a body: nothing in it changes, and nothing that we do not know is in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
