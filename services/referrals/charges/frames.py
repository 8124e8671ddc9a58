"""Frames: which concepts, meeting in one clause, make which category."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache

from schemas.vocabulary.facts import Category
from services.referrals.charges.tongues import read_rows

_KINDS = ("person", "act", "object", "qualifier", "whole")


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that can be meant, and the plain words that say so in an explanation."""

    name: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a category stands among others: its urgency between charges, its rank within one, its place in the table."""

    urgency: int
    rank: int
    place: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The concepts that a category needs, one of each set, and those that forbid it."""

    category: Category
    needs: tuple[frozenset[str], ...]
    without: frozenset[str]
    confidence: float
    rank: int

    def held_by(self, concepts: Set[str]) -> bool:
        """Tell whether the concepts of a clause fill this frame, each need with a concept of its own."""
        if not self.without.isdisjoint(concepts):
            return False
        met = [need & concepts for need in self.needs]
        return all(met) and len(frozenset().union(*met)) >= len(met)

    def concepts_in(self, concepts: Set[str]) -> frozenset[str]:
        """Give the concepts of a clause by which this frame holds."""
        return frozenset().union(*(need & concepts for need in self.needs))


class Frames:
    """All frames, indexed by the concepts of the need that is rarest."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._by_concept: dict[str, list[Frame]] = defaultdict(list)
        for frame in frames:
            for concept in min(frame.needs, key=len):
                self._by_concept[concept].append(frame)

    def held_by(self, concepts: Set[str]) -> list[Frame]:
        """Give the frames that the concepts of a clause fill."""
        held = {
            id(frame): frame
            for concept in concepts
            for frame in self._by_concept.get(concept, ())
            if frame.held_by(concepts)
        }
        return list(held.values())


@cache
def concepts() -> dict[str, Concept]:
    """Give the concepts by name."""
    return {row["concept"]: Concept(row["concept"], row["kind"], row["words"]) for row in read_rows("concepts.tsv")}


@cache
def standings() -> dict[Category, Standing]:
    """Give how each category stands among the others."""
    return {
        Category(row["category"]): Standing(int(row["urgency"]), int(row["rank"]), place)
        for place, row in enumerate(read_rows("categories.tsv"))
    }


@cache
def groups() -> Mapping[str, Set[str]]:
    """Give the concepts of each group."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in read_rows("concepts.tsv"):
        for group in row["groups"].split():
            found[f"@{group}"].add(row["concept"])
    return found


@cache
def frames() -> Frames:
    """Read the frames."""
    return Frames(_frame(row, groups()) for row in read_rows("frames.tsv"))


def _frame(row: dict[str, str], groups: Mapping[str, Set[str]]) -> Frame:
    category = Category(row["category"])
    return Frame(
        category,
        tuple(_alternatives(need, groups) for need in row["needs"].split()),
        frozenset().union(*(_alternatives(word, groups) for word in row["without"].split())),
        float(row["confidence"]),
        int(row["rank"]) if row["rank"] else standings()[category].rank,
    )


def _alternatives(need: str, groups: Mapping[str, Set[str]]) -> frozenset[str]:
    names: set[str] = set()
    for name in need.split("|"):
        names |= groups[name] if name.startswith("@") else {concepts()[name].name}
    return frozenset(names)


def plain_words(names: Iterable[str]) -> tuple[str, ...]:
    """Give concepts in plain words: who, act, object, qualifier."""
    known = concepts()
    ordered = sorted(names, key=lambda name: (_KINDS.index(known[name].kind), name))
    return tuple(dict.fromkeys(known[name].words for name in ordered))
