"""Whether an office's answer may be shown to the requester at all, by the marks that the office puts on it."""

from collections.abc import Iterator
from datetime import date

import pycountry

from services.referrals.completeness import marks_faults
from services.referrals.faults import Fault, fault, in_order
from services.referrals.model import GivenMarks
from services.referrals.model.exchange import OfficeAnswer
from services.referrals.model.marks import LDC
from services.referrals.parties import office_faults

RELEASABLE_TO = "REL TO "
LEAVES_IT_OPEN = frozenset({"RELIDO"})
"""Controls that leave the release to whoever holds the item."""


def faults_of_answer(answer: OfficeAnswer, requester_country: str, today: date) -> tuple[Fault, ...]:
    """Find what keeps an answer from being deposited."""
    return in_order(
        [
            *office_faults(answer.office),
            *marks_faults(answer.marks, "/marks", today),
            *_forbidding(answer.marks, requester_country),
        ]
    )


def _forbidding(marks: GivenMarks, country: str) -> Iterator[Fault]:
    """Find the marks under which the requester may not have it: also those that we cannot read."""
    for number, control in enumerate(marks.us.ldc):
        if not _allows(control, country):
            yield fault("mark_forbids_requester", f"/marks/us/ldc/{number}")
    if marks.us.protected_person:
        yield fault("mark_forbids_requester", "/marks/us/protected_person")
    if marks.interpol is not None and country in marks.interpol.denied_members:
        yield fault("mark_forbids_requester", "/marks/interpol/denied_members")
    if marks.release_to is not None:  # it names recipients of our own, and nobody else may have it
        yield fault("mark_forbids_requester", "/marks/release_to")
    if "named_recipients" in marks.conditions:
        yield fault("mark_forbids_requester", "/marks/conditions")


def _allows(control: str, country: str) -> bool:
    if not LDC.fullmatch(control):
        return False
    if not control.startswith(RELEASABLE_TO):
        return control in LEAVES_IT_OPEN
    named = {code.strip() for code in control.removeprefix(RELEASABLE_TO).split(",")}
    known = pycountry.countries.get(alpha_2=country)
    return known is not None and known.alpha_3 in named
