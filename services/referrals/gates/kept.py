"""How the gates of a referral are kept in its record."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from schemas.notices import Colour, NoticeAction
from services.referrals.gates.gates import (
    Approval,
    Concern,
    ConfirmedWith,
    Gates,
    Outcome,
    Review,
    UsWarrant,
    Validity,
)

GATES = "gates"
LAPSE_AT = "gates_lapse_at"
"""Field of a referral: until when the owner's word holds; missing when there is none to lapse."""

_LOCATES = frozenset({Colour.RED, Colour.BLUE, Colour.YELLOW, Colour.SILVER})


def action_of(colour: Colour) -> NoticeAction:
    """Say what may be done on a notice of a colour: nothing but finding and telling, whatever its colour."""
    return NoticeAction.LOCATE if colour in _LOCATES else NoticeAction.INFORM


def first_gates(action: NoticeAction, reopened_at: datetime | None = None) -> dict[str, Any]:
    """Give the gates of a new referral: all of them open, and no word counts from before its notice last changed."""
    return kept(Gates(action, reopened_at=reopened_at))


def kept(gates: Gates) -> dict[str, Any]:
    """Write gates as a record has them."""
    return {
        "own_action": gates.own_action.value,
        "action": gates.action.value,
        "validity": _part(gates.validity),
        "abuse_review": _part(gates.review),
        "supervisor_approval": _part(gates.approval),
        "us_warrant": _part(gates.us_warrant),
        "warrants_so_far": gates.warrants_so_far,
        "reopened_at": gates.reopened_at,
    }


def read_gates(record: Mapping[str, Any]) -> Gates:
    """Read the gates of a referral that rests on a notice."""
    found = record[GATES]
    validity, review, approval, warrant = (
        found[name] for name in ("validity", "abuse_review", "supervisor_approval", "us_warrant")
    )
    return Gates(
        own_action=NoticeAction(found["own_action"]),
        validity=_validity(validity) if validity is not None else None,
        review=_review(review) if review is not None else None,
        approval=Approval(**approval) if approval is not None else None,
        us_warrant=UsWarrant(**warrant) if warrant is not None else None,
        warrants_so_far=found["warrants_so_far"],
        reopened_at=found["reopened_at"],
    )


def _part(part: Validity | Review | Approval | UsWarrant | None) -> dict[str, Any] | None:
    return None if part is None else {name: _plain(getattr(part, name)) for name in type(part).__slots__}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _validity(found: Mapping[str, Any]) -> Validity:
    return Validity(**{**found, "confirmed_with": ConfirmedWith(found["confirmed_with"])})


def _review(found: Mapping[str, Any]) -> Review:
    concern = Concern(found["concern"]) if found["concern"] is not None else None
    return Review(**{**found, "outcome": Outcome(found["outcome"]), "concern": concern})
