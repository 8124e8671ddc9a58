"""The offences of a referral, as the requester can state them."""

from typing import Annotated

from pydantic import Field

from schemas.vocabulary.facts import Category
from services.referrals.model.text import Given, Language, Paragraph


class Charge(Given):
    """What a warrant or file says, in its own language."""

    text: Paragraph
    language: Language
    translation: Paragraph | None = Field(default=None, description="In English.")


class Offence(Given):
    """One offence: its category, the US section it would be, its charge text, or several of these."""

    category: Category | None = None
    section: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(
        default=None, description="US Code, as in `18 USC 1956(a)(1)`."
    )
    charge: Charge | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing is stated."""
        return self.category is None and self.section is None and self.charge is None
