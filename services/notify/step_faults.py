"""What can be wrong between the fields of a step, told so that it can be mended."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from runtime.http import Problem

Fault = tuple[str, str]
"""A code, and the field that it is about."""

WORDS: dict[str, tuple[str, str]] = {
    "one_of_two": ("Neither or both of two fields are given.", "Give either `lease_token` or `staff`."),
    "past": ("The moment has passed.", "Give a moment to come."),
    "ground_not_yours": (
        "This pause comes by itself.",
        "Pause for `judicial_leave`; to ask the requester something, return the item.",
    ),
    "target_unknown": (
        "There is no office or programme with this code.",
        "Name an office or programme; a desk gets a referral when its lead office declines it.",
    ),
    "duplicate_missing": (
        "The other referral is missing.",
        "Name in `duplicate_of` the referral that this one doubles.",
    ),
    "duplicate_not_asked": ("This ground names no other referral.", "Leave it out, or give the ground `duplicate_of`."),
    "whole_only": (
        "A part that is with the wrong office would be nobody's.",
        "Decline it whole, without `offence_numbers`: the desk places it anew, and may split it.",
    ),
    "decline_instead": ("What is declined is not closed with a result.", "Decline the item, with its ground."),
    "keep_ground_missing": ("A copy is kept without a ground.", "Say in `ground` why it is kept."),
    "keep_ground_not_asked": ("What is erased needs no ground.", "Leave it out, or give the outcome `kept`."),
}
"""What each code says, and what to do."""


def refuse_faults(faults: Iterable[Fault]) -> None:
    """Raise a problem that names every fault, if there is one."""
    told = [
        {"code": code, "pointer": f"/body/{field}", "problem": WORDS[code][0], "mend": WORDS[code][1]}
        for code, field in faults
    ]
    if told:
        raise Problem(422, "step_refused", "What was sent does not fit together", faults=told)


def unless_to_come(moment: datetime, now: datetime, field: str) -> Iterator[Fault]:
    """Ask for a moment to come."""
    if moment <= now:
        yield "past", field
