"""What a referral that rests on an INTERPOL notice waits for before any office may have it.

ICE Directive 15006.1 (2023) wants three things done before anybody acts on a notice: its validity confirmed, a review
for abuse, a supervisor's approval. They are passed in the referrals service; the desk only sees what is still open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.notices import Colour, Gate, NoticeAction, lacking
from services.routing.domain.faults import Fault, Refused, fault
from services.routing.domain.handling import as_utc

OPEN = "notice_gates_open"

FAULTS = {
    Gate.VALIDITY: "gate_validity",
    Gate.ABUSE_REVIEW: "gate_abuse_review",
    Gate.SUPERVISOR_APPROVAL: "gate_supervisor_approval",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice that a referral rests on; until somebody has said otherwise every gate is open."""

    colour: Colour
    action: NoticeAction
    open: tuple[Gate, ...] = tuple(Gate)
    valid_until: datetime | None = None

    def lacking(self, now: datetime) -> tuple[Gate, ...]:
        """List what is still to be done before an office may have it."""
        until = as_utc(self.valid_until) if self.valid_until is not None else None
        return lacking(self.open, until, as_utc(now))

    @property
    def may_go_for_life(self) -> bool:
        """Tell whether one person may let it out for protection of life: somebody is missing, and nobody is wanted."""
        return self.colour is Colour.YELLOW and self.action in (NoticeAction.LOCATE, NoticeAction.INFORM)


def gates_to_pass(notice: Notice | None, now: datetime) -> tuple[Fault, ...]:
    """Name each gate that is still to be passed, with what to do; none where no notice stands behind a referral."""
    if notice is None:
        return ()
    return tuple(fault(FAULTS[gate], f"/gates/{gate}") for gate in notice.lacking(now))


def held_back(faults: Sequence[Fault]) -> Refused:
    """Refuse to let a referral out whose gates are open, naming each of them."""
    return Refused(tuple(faults), conflict=True, code=OPEN)
