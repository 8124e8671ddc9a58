"""Divides a slice into parts one after the other, each as large as the records left to it make likely to fit."""

from collections.abc import Mapping, Sequence

from services.referrals.feed.dimensions import Dimension
from services.referrals.feed.letters import END, Cells
from services.referrals.feed.query import Item

FILL = 0.88
"""How full a page is expected to be: fuller, and too many parts turn out to be over the cap."""
_ENOUGH = 500
"""How many records are counted for an estimate of what a division costs."""
_COARSE = 1.1
"""How much dearer it is to divide a cell that is over the cap in another way."""
_COARSER = 1.4
"""The same, where a part has one cell only."""
_UNSEEN = 60.0
"""What it costs later that the list does not show who is in which part."""
_HOPELESS = 1000.0
"""What a division costs that leaves nearly all in one cell."""
_OF_ONE_BESIDE = 0.15
"""What it costs in questions to find a record that a dimension does not reach."""
_TRUST_IN_ALL = 60.0
"""How many known of the slice itself weigh as much as what is known of the whole list."""
_NEVER_SEEN = 0.003


class Parting:
    """A division under way: each part is chosen when those before it have been answered."""

    def __init__(
        self, dimension: Dimension, known: Sequence[Item], everybody: Sequence[Item], all_values: bool
    ) -> None:
        self._dimension = dimension
        own, all_ = dimension.weigh(known), _shares(dimension.weigh(everybody))
        weights = {cell: own[cell] + _TRUST_IN_ALL * all_.get(cell, 0.0) for cell in own}
        self._open = {cell: share + _NEVER_SEEN * dimension.packs for cell, share in _shares(weights).items()}
        if not (dimension.packs or all_values):
            self._open = {cell: share for cell, share in self._open.items() if share > 0}
        self._measured: dict[str, float] = {}

    def following(self, left: float, room: float) -> Cells | None:
        """Choose the next part, when so many records are left to the cells that have not been asked for."""
        records = self._records(left)
        if not records:
            return None
        chosen = [next(iter(records))]
        if self._dimension.packs and chosen != [END]:
            self._fill(chosen, records, room)
        for cell in chosen:
            self._open.pop(cell, None)
            self._measured.pop(cell, None)
        return tuple(chosen)

    def again(self, cells: Cells, known: Sequence[Item], total: int) -> None:
        """Take back the cells of a part that was over the cap; how large each is has become clear."""
        weights = self._dimension.weigh(known)
        counted = {cell: weights.get(cell, 0.0) + 0.3 for cell in cells}
        whole = sum(counted.values())
        self._measured.update((cell, total * count / whole) for cell, count in counted.items())

    def _records(self, left: float) -> dict[str, float]:
        rest = max(left - sum(self._measured.values()), 0.0)
        whole = sum(self._open.values()) or 1.0
        records = {cell: rest * weight / whole for cell, weight in self._open.items()} | self._measured
        if self._dimension.in_order:
            return dict(sorted(records.items(), key=lambda pair: int(pair[0])))
        return dict(sorted(records.items(), key=lambda pair: (-pair[1], pair[0])))

    def _fill(self, chosen: list[str], records: Mapping[str, float], room: float) -> None:
        used = records[chosen[0]]
        for cell in list(records)[1:]:
            if self._dimension.in_order and int(cell) != int(chosen[-1]) + 1:
                return
            if cell != END and used + records[cell] <= room:
                chosen.append(cell)
                used += records[cell]
            elif self._dimension.in_order:
                return


def price(dimension: Dimension, known: Sequence[Item], total: int, missing: int, cap: int) -> float:
    """Estimate how many questions a division costs, with what it leaves beside."""
    known = known[-_ENOUGH:]
    shares = _shares(dimension.weigh(known))
    beside = 0.0
    if dimension.packs and known:
        beside = sum(1 for item in known if not dimension.within(item, tuple(shares))) / len(known)
    room = cap * FILL
    # Where nearly everybody is known, a part in which nobody is missing costs one question, whatever its size.
    few = missing * 5 < total
    sizes = [total * (1 - beside) * share for share in shares.values()]
    if few and dimension.sure:
        # A part over the cap in which somebody is missing is divided again, down to whole pages.
        again = sum(min(missing, _COARSER * size / room) for size in sizes if size > cap)
        questions = 2 * missing if dimension.packs else 3 * len([size for size in sizes if size >= 1]) + again
        return questions + missing + beside * missing
    small = sum(size for size in sizes if size <= cap) / room if dimension.packs else len([s for s in sizes if s >= 1])
    coarse = _COARSE if dimension.packs else _COARSER
    large = sum(1 + coarse * size / room for size in sizes if size > cap)
    # Where nearly everybody is known, a part of which the list does not show who is in it begins from nothing again.
    hopeless = _HOPELESS if few or max(shares.values(), default=0.0) > 0.95 else 0.0
    unseen = 0.0 if dimension.packs or dimension.sure else _UNSEEN
    return small + large + beside * total * _OF_ONE_BESIDE + hopeless + unseen


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    whole = sum(weights.values()) or 1.0
    return {cell: weight / whole for cell, weight in weights.items()}
