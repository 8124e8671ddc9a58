"""Why a page or a notice is not taken, told so that nothing of it is repeated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REASONS_AT_MOST = 50
"""A body made to be refused must not make us write a book about it."""

REASONS: Mapping[str, str] = {
    "too_big": "The body has more bytes than any such answer needs.",
    "too_deep": "The body nests deeper than any such answer does.",
    "not_utf8": "The body is not UTF-8.",
    "not_json": "The body is not JSON, or is cut off.",
    "not_object": "The body is JSON, but no object.",
    "field_twice": "An object names a field twice, so that readers could differ on which one stands.",
    "missing": "A field is missing that is always there.",
    "wrong_type": "The value has the wrong JSON type.",
    "wrong_form": "The value is not written in the form that it always has.",
    "impossible_date": "There is no such day.",
    "out_of_range": "The number is beyond anything that it can mean.",
    "too_long": "The text is too long.",
    "too_many": "The list has too many entries.",
    "control_character": "The text has a character in it that no text needs.",
    "other_notice": "The answer is about another notice than the one asked for.",
    "more_reasons": "There are more reasons than are told here.",
}
"""Every code there is. The sentences are ours alone: nothing from a body is ever put into one."""


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """One thing that is wrong: a stable code, and the place by our own names of fields."""

    code: str
    pointer: str = ""

    @property
    def words(self) -> str:
        """Say what the code means."""
        return REASONS[self.code]


class UnreadableNotice(Exception):
    """What came is no page, notice or list of pictures as we know them; it holds every reason and no value."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = in_order(reasons)
        super().__init__(", ".join(f"{reason.code} {reason.pointer}".rstrip() for reason in self.reasons))


@dataclass(slots=True)
class Faults:
    """The reasons found so far; it stops growing when nobody would read on."""

    found: list[Reason] = field(default_factory=list)

    def add(self, code: str, pointer: str) -> None:
        """Note what is wrong at a place."""
        if len(self.found) <= REASONS_AT_MOST:
            self.found.append(Reason(code, pointer))

    def refuse_if_any(self) -> None:
        """Refuse the whole for everything that was found."""
        if self.found:
            raise UnreadableNotice(self.found)


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Put reasons in order of place, each once, and stop at a length that a person can read."""
    found = sorted(set(reasons), key=lambda reason: (reason.pointer, reason.code))
    if len(found) > REASONS_AT_MOST:
        return (*found[:REASONS_AT_MOST], Reason("more_reasons"))
    return tuple(found)
