"""What is answered about a charge that was read, as the interface describes it."""

from pydantic import Field

from runtime.described import Shown
from schemas.vocabulary.facts import AskGround, Category


class LabelShown(Shown):
    """A category that the charge was read as."""

    category: Category
    confidence: float = Field(description="From 0 to 1.")
    words: list[str] = Field(description="Who, act, object and qualifier, in words of our own tables.")


class StatuteShown(Shown):
    """A statute that the charge names."""

    code: str
    number: str


class ReadingOfCharge(Shown):
    """What a charge was read as, without anything of its text."""

    lead: Category | None = Field(description="The category that it would be taken for; None if a person must read it.")
    ask: AskGround | None = Field(description="Why a person must read it.")
    labels: list[LabelShown] = Field(description="Best first.")
    statutes: list[StatuteShown]
