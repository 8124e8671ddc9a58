"""Divides a slice into parts one after the other, each as large as the records left to it make likely to fit."""

from collections.abc import Sequence

from services.referrals.feed.dimensions import Cells, Dimension
from services.referrals.feed.query import Item

_FILL = 0.75
"""How full a page is expected to be: fuller, and too many parts turn out to be over the cap."""
_ENOUGH = 500
"""How many records are counted for an estimate."""
_COARSE = 1.3
"""How much dearer it is to divide a cell that is over the cap in another way."""
_HOPELESS = 1000.0
"""What a division costs that leaves nearly all in one cell."""
_PRICE_OF_ONE_BESIDE = 0.15
"""What it costs in questions to find a record that a dimension does not reach."""


class Parting:
    """A division under way: each part is chosen when those before it have been answered."""

    def __init__(self, dimension: Dimension, known: Sequence[Item]) -> None:
        self._dimension = dimension
        weights = dimension.weigh(known)
        order = weights if dimension.in_order else sorted(weights, key=lambda cell: (-weights[cell], cell))
        self._open = {cell: weights[cell] for cell in order}

    def following(self, left: float, room: float) -> Cells | None:
        """Choose the next part, when so many records are left to the cells that have not been asked for."""
        if not self._open:
            return None
        whole = sum(self._open.values())
        records = {cell: left * weight / whole if whole else 0.0 for cell, weight in self._open.items()}
        chosen = [next(iter(records))]
        if self._dimension.packs:
            self._fill(chosen, records, room)
        for cell in chosen:
            del self._open[cell]
        return tuple(chosen)

    def _fill(self, chosen: list[str], records: dict[str, float], room: float) -> None:
        used = records[chosen[0]]
        for cell in list(records)[1:]:
            if used + records[cell] <= room:
                chosen.append(cell)
                used += records[cell]
            elif self._dimension.in_order:
                return


def price(dimension: Dimension, known: Sequence[Item], total: int, cap: int) -> float:
    """Estimate how many questions a division costs, with what it leaves beside."""
    known = known[:_ENOUGH]
    weights = dimension.weigh(known)
    whole = max(sum(weights.values()), 1e-9)
    beside = 0.0
    if dimension.packs and known:
        beside = sum(1 for item in known if dimension.within(item, tuple(weights)) is False) / len(known)
    room = cap * _FILL
    questions, shared = 0.0, 0.0
    for weight in weights.values():
        records = total * (1 - beside) * weight / whole
        if records > cap:
            questions += 1 + _COARSE * records / room
        elif dimension.packs:
            shared += records
        elif weight >= 1:
            questions += 1
    largest = max(weights.values(), default=0.0) / whole
    hopeless = _HOPELESS if largest > 0.95 else 0.0
    return questions + shared / room + beside * total * _PRICE_OF_ONE_BESIDE + hopeless
