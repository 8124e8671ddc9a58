"""A slice of a list: how many it has, who of it is known, and when that is all."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.referrals.feed.dimensions import Dimension
from services.referrals.feed.query import Item, Query


@dataclass(slots=True)
class Slice:
    """A part of a list that was asked for: those of it who are known, by their number."""

    query: Query
    total: int
    dimensions: tuple[Dimension, ...]
    found: dict[str, Item] = field(default_factory=dict)
    given: int = 0
    """How many its own answer gave."""
    parent: "Slice | None" = None

    @property
    def complete(self) -> bool:
        """Say whether as many different ones are known as there are: nothing else proves it."""
        return len(self.found) >= self.total

    @property
    def settled(self) -> bool:
        """Say whether nothing is missing in it, or in what it is a part of."""
        return self.complete or (self.parent is not None and self.parent.settled)

    @property
    def missing(self) -> int:
        """Count those not known yet."""
        return max(self.total - len(self.found), 0)

    def learn(self, items: Iterable[Item]) -> None:
        """Add those who were found in it, and so in all that it is a part of."""
        found = {item.entity_id: item for item in items}
        slice_: Slice | None = self
        while slice_ is not None:
            slice_.found.update(found)
            slice_ = slice_.parent
