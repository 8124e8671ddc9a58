"""Weighing: which of the frames that hold leads, in one charge and among several, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.vocabulary import Category
from services.referrals.charges.frames import Frame, concepts, frames, plain_words, standings
from services.referrals.charges.meaning import Meaning, together

_POOLED = 0.1
_UNREAD = 0.35
_ENOUGH_WORDS = 3
_NEVER_LEADS_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Label:
    """A category that a charge was read as, and the words of our tables that led to it."""

    category: Category
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The labels of one charge, the leading first."""

    labels: tuple[Label, ...]
    order: tuple[bool, int, int]
    compete: bool


@dataclass(frozen=True, slots=True)
class _Held:
    """A frame that holds, by the concepts that fill it and how many words say them."""

    frame: Frame
    filled_by: frozenset[str]
    label: Label


def weigh_charge(clauses: Sequence[Meaning]) -> Weighed | None:
    """Weigh the clauses of a charge one by one, and together only where none says enough."""
    held = [found for clause in clauses if (found := _held(clause, 0.0))]
    if not held:
        return weigh_together(clauses)
    best = max(held, key=lambda found: found[0].frame.rank)
    return _weighed(best, [one for found in held if found is not best for one in found])


def weigh_together(clauses: Sequence[Meaning]) -> Weighed | None:
    """Weigh clauses as one; what only all of them together say is less sure."""
    found = _held(together(clauses), _POOLED if len(clauses) > 1 else 0.0) if clauses else []
    return _weighed(found, []) if found else None


def _held(meaning: Meaning, doubt: float) -> list[_Held]:
    best: dict[Category, _Held] = {}
    for frame in frames().held_by(meaning.said.keys()):
        held = _hold(frame, meaning, doubt)
        other = best.get(frame.category)
        if other is None or _weight(held) > _weight(other):
            best[frame.category] = held
    return sorted(best.values(), key=lambda held: (-held.frame.rank, -len(held.frame.needs), *_order(held.frame)))


def _hold(frame: Frame, meaning: Meaning, doubt: float) -> _Held:
    filled_by = frame.concepts_in(meaning.said.keys())
    words = meaning.words_saying(filled_by)
    # What rests on a word or two may mean something else in a clause of which more words are not understood.
    # An ordinary crime stays one: it says that nothing special was found, and that much is seldom wrong.
    if words < _ENOUGH_WORDS and frame.category is not Category.ORDINARY_CRIME:
        doubt += _UNREAD * max(0, meaning.unread - words)
    confidence = round(max(frame.confidence - doubt, 0.1), 2)
    return _Held(frame, filled_by, Label(frame.category, confidence, plain_words(filled_by)))


def _weight(held: _Held) -> tuple[int, float, int]:
    return held.frame.rank, held.label.confidence, len(held.frame.needs)


def _weighed(leading: Sequence[_Held], others: Sequence[_Held]) -> Weighed:
    labels: dict[Category, Label] = {}
    for held in (*leading, *others):
        labels.setdefault(held.label.category, held.label)
    return Weighed(tuple(labels.values()), _order(leading[0].frame), _compete(leading))


def _order(frame: Frame) -> tuple[bool, int, int]:
    """Order the charges of a list: what never leads others last, then by urgency, then as the table has them."""
    standing = standings()[frame.category]
    return frame.rank <= _NEVER_LEADS_OTHERS, standing.urgency, standing.place


def _compete(held: Sequence[_Held]) -> bool:
    """Tell whether the first two want the same words, and neither says more than the other."""
    if len(held) < 2 or held[0].frame.rank != held[1].frame.rank:
        return False
    first, second = held[0].filled_by, held[1].filled_by
    known = concepts()
    shared = {name for name in first & second if known[name].kind != "act"}
    return bool(shared) and not (first >= second or second >= first)


def labels_of(charges: Iterable[Weighed]) -> tuple[Label, ...]:
    """Give the label of each category once, the leads of the charges before all others."""
    ordered = sorted(charges, key=lambda charge: charge.order)
    labels: dict[Category, Label] = {}
    for label in (
        *(charge.labels[0] for charge in ordered),
        *(label for charge in ordered for label in charge.labels[1:]),
    ):
        labels.setdefault(label.category, label)
    return tuple(labels.values())
