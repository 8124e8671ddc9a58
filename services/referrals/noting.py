"""How one event of another service becomes one entry of a referral's timeline."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from runtime.store import Work
from schemas.vocabulary.requests import State
from services.referrals.store import Resumed, fold

ROUTING, QUEUE = 1, 2
"""Stages of a referral's way after each decision on it; within a stage the sender's own numbering counts."""


def note(
    work: Work,
    referral_id: UUID,
    type_: str,
    entry: Mapping[str, Any],
    *,
    position: list[int],
    state: State | Resumed | None = None,
    inside: Mapping[str, Any] | None = None,
    hidden: bool = False,
) -> None:
    """Add an entry once; `inside` and `hidden` say what of it only our own side sees."""
    message = work.message
    assert message is not None
    noted: dict[str, Any] = {"type": type_, "at": message.time, "sequence": message.sequence, **entry}
    if inside:
        noted["inside"] = dict(inside)
    if hidden:
        noted["hidden"] = True
    if isinstance(state, State):
        noted["moves_to"] = state.value
    work.change(fold(str(referral_id), message.event_id, noted, position, state))


def number(work: Work) -> int:
    """Give the number under which the sender tells of this."""
    assert work.message is not None
    return work.message.sequence
