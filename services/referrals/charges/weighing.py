"""Weighing: which of the frames that hold leads, in one charge and among several, and how sure that is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.vocabulary.facts import Category
from services.referrals.charges.frames import Frame, concepts, frames, groups, plain_words, standings
from services.referrals.charges.meaning import Meaning, together

_POOLED = 0.1
_UNREAD = 0.35
_ENOUGH_WORDS = 3
_STRONG = 0.8
_NEVER_CONTESTS = frozenset({Category.GANGS, Category.CONTRABAND_SMUGGLING})
_LAUNDERING = frozenset({"launder", "w_money_laundering", "w_trade_laundering"})
_LEAST = 0.1
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
    """A category whose frames hold: the best of them, the concepts that fill them, and how many words say these."""

    frame: Frame
    filled_by: frozenset[str]
    words: int
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
    by_category: dict[Category, list[Frame]] = defaultdict(list)
    for frame in frames().held_by(meaning.said.keys()):
        by_category[frame.category].append(frame)
    held = [_hold(found, meaning, doubt) for found in by_category.values()]

    def place(one: _Held) -> tuple[int | bool, ...]:
        return -one.frame.rank, any(_says_more(other, one) for other in held), *_order(one.frame)

    return sorted(held, key=place)


def _hold(held: Sequence[Frame], meaning: Meaning, doubt: float) -> _Held:
    """Take the best of the frames that hold for one category; the others help to explain it."""
    frame = max(held, key=lambda one: (one.rank, one.confidence, len(one.needs)))
    filled_by = frozenset().union(*(one.concepts_in(meaning.said.keys()) for one in held))
    words = len(meaning.words_saying(filled_by))
    confidence = round(max(frame.confidence - doubt - _doubt(frame, words, meaning.unread), _LEAST), 2)
    return _Held(frame, filled_by, words, Label(frame.category, confidence, plain_words(filled_by)))


def _says_more(other: _Held, one: _Held) -> bool:
    """Tell whether one of the same rank says all that this one says, and more."""
    return other.frame.rank == one.frame.rank and other.filled_by > one.filled_by


def _doubt(frame: Frame, words: int, unread: int) -> float:
    """Doubt what rests on a word or two in a clause of which as many are not understood, or weakly, where any is not.

    An ordinary crime stays one: it says that nothing special was found, and that much is seldom wrong.
    """
    if words >= _ENOUGH_WORDS or frame.category is Category.ORDINARY_CRIME:
        return 0.0
    borne = words - 1 if frame.confidence >= _STRONG else 0
    return _UNREAD * max(0, unread - borne)


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
    """Tell whether the first is contested: by one of its rank over the same words, or by one that more words say."""
    first = held[0]
    if any(_contests(other, first) for other in held[1:] if other.frame.category not in _NEVER_CONTESTS):
        return True
    # A killing or a wound that the leading category does not explain may be the whole matter.
    bodily = frozenset().union(*(one.filled_by for one in held)) & groups()["@bodily"]
    return bool(bodily) and first.frame.category is not Category.ORDINARY_CRIME and bodily.isdisjoint(first.filled_by)


def _contests(other: _Held, first: _Held) -> bool:
    # What is laundered may well take more words than the laundering.
    if other.words > first.words and first.filled_by.isdisjoint(_LAUNDERING):
        return True
    known = concepts()
    shared = {name for name in first.filled_by & other.filled_by if known[name].kind != "act"}
    is_nested = first.filled_by >= other.filled_by or other.filled_by >= first.filled_by
    return first.frame.rank == other.frame.rank and bool(shared) and not is_nested


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
