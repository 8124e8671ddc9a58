"""What every event is: a fact about one referral, or about one notice.

An event carries ids, places, categories, urgency, marks and offices: never a name, a number or a narrative.
A new optional field keeps the version; anything else makes a `v2` beside the `v1`.
"""

from uuid import UUID

from schemas.marks import Frozen


class Fact(Frozen):
    """What is told under a type name."""

    type: str


class Event(Fact):
    """A fact about one referral."""

    referral_id: UUID


def name_of(event: type[Fact]) -> str:
    """Give the type name under which an event travels."""
    return str(event.model_fields["type"].default)
