"""Rules as rows, and an index that finds those which fit a referral: one bit mask for each thing they ask of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

OF_NEXUS = "@nexus"
"""As a lead: the office of the leading tie."""
PRO_TEM = "@pro-tem"
"""As a lead: the programme that owns the category while no office is known; such a row asks for those categories."""
OF_REQUESTER = "@requester"
"""As a desk: the one of the requester's country."""
OF_PLACE = "@place"
"""As a desk: the one of the leading tie, where that lies abroad; else the requester's."""


class Dimension(StrEnum):
    """What a rule may ask of a referral; `described` says in which words."""

    NEXUS = "nexus"
    PLACE = "place"
    CATEGORY = "category"
    URGENCY = "urgency"
    REQUESTER = "requester"
    REQUEST_TYPE = "request_type"
    CHANNEL = "channel"
    MARKS = "marks"


Conditions = Mapping[Dimension, frozenset[str]]
"""The values of which a rule wants one, for each dimension it asks about; it does not care about the others."""
Keys = Mapping[Dimension, Collection[str]]
"""What a referral is, in the words of conditions."""


class BadRule(ValueError):
    """A rule that could let out more than the marks allow, or that says two things at once."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: it decides who leads or which desk, or else it adds to whatever is decided."""

    name: str
    priority: int
    conditions: Conditions = field(default_factory=lambda: MappingProxyType({}))
    lead: str = ""
    desk: str = ""
    supporting: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    row: int = 0
    """Where it stands in its table, for whoever has to mend it."""

    def __post_init__(self) -> None:
        if self.lead and self.desk:
            raise BadRule("a rule names a lead or a desk, never both")
        # Were a mark to name somebody, a stricter mark could tell one more; so marks may only hold back.
        if Dimension.MARKS in self.conditions and (self.lead or self.supporting or self.copies):
            raise BadRule("a rule that asks for marks names a desk or flags, and nobody who is told")

    def asks(self, dimension: Dimension) -> frozenset[str]:
        """Give the values it wants one of; none if it does not care."""
        return self.conditions.get(dimension, frozenset())

    @property
    def decides(self) -> bool:
        """Tell whether it competes to decide, and does not only add."""
        return bool(self.lead or self.desk)

    @property
    def order(self) -> tuple[int, str]:
        """Which of two comes first: the lower priority, then the name; never the place in the table."""
        return (self.priority, self.name)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows one dimension lets through: bit n stands for row n."""

    dimension: Dimension
    indifferent: int
    """The rows that do not ask about it."""
    through: Mapping[str, int]
    """For a value, the rows that ask for it and the indifferent ones."""

    def mask(self, values: Collection[str]) -> int:
        """Give the rows that some values satisfy."""
        mask = self.indifferent
        for value in values:
            if value in self.through:
                mask |= self.through[value]
        return mask


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in the order in which they win; a dimension that no row asks about costs nothing."""

    rules: tuple[Rule, ...]
    asked: tuple[Asked, ...]

    def matching(self, keys: Keys) -> int:
        """Give the rows of which every condition holds."""
        matching = (1 << len(self.rules)) - 1
        for asked in self.asked:
            matching &= asked.mask(keys[asked.dimension])
        return matching

    def first(self, keys: Keys) -> Rule | None:
        """Give the first row that fits."""
        matching = self.matching(keys)
        return self.rules[(matching & -matching).bit_length() - 1] if matching else None

    def every(self, keys: Keys) -> Iterator[Rule]:
        """Give every row that fits, in order."""
        matching = self.matching(keys) if self.rules else 0
        while matching:
            lowest = matching & -matching
            yield self.rules[lowest.bit_length() - 1]
            matching ^= lowest


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """All rules of a ruleset: those that compete, of which one decides, and those that add, of which every one does."""

    deciding: Rows
    adding: Rows
    dimensions: tuple[Dimension, ...]
    """What any rule asks about: nothing else of a referral has to be described."""


def compile_rules(rules: Iterable[Rule]) -> RuleIndex:
    """Put rules into their order and make the masks."""
    ordered = sorted(rules, key=lambda rule: rule.order)
    used = {dimension for rule in ordered for dimension in rule.conditions}
    return RuleIndex(
        deciding=_rows([rule for rule in ordered if rule.decides]),
        adding=_rows([rule for rule in ordered if not rule.decides]),
        dimensions=tuple(dimension for dimension in Dimension if dimension in used),
    )


def _rows(rules: list[Rule]) -> Rows:
    used = (dimension for dimension in Dimension if any(dimension in rule.conditions for rule in rules))
    return Rows(tuple(rules), tuple(_asked(dimension, rules) for dimension in used))


def _asked(dimension: Dimension, rules: list[Rule]) -> Asked:
    indifferent = 0
    asking: dict[str, int] = {}
    for number, rule in enumerate(rules):
        if dimension not in rule.conditions:
            indifferent |= 1 << number
        for value in rule.asks(dimension):
            asking[value] = asking.get(value, 0) | 1 << number
    return Asked(dimension, indifferent, {value: rows | indifferent for value, rows in asking.items()})
