"""Why a step with an item is refused, and how to go on: one code for each reason."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.queues import ClosedBecause, ItemState


class RefusalCode(StrEnum):
    """What a client can act on."""

    NOT_LEASED = "not_leased"
    LEASED_TO_ANOTHER = "leased_to_another"
    NOT_CLAIMED = "not_claimed"
    LEASE_ENDED = "lease_ended"
    OTHER_TOKEN = "wrong_state_or_token"
    WRONG_STATE = "wrong_state"
    WRONG_ROLE = "wrong_role"
    CLOCK_PAUSED = "clock_paused"
    NOT_PAUSED = "not_paused"
    TRANSFER_TO_ITSELF = "transfer_to_itself"
    NOT_YOUR_PART = "not_your_part"
    NOTHING_LEFT = "nothing_left"
    SNOOZED_TOO_LONG = "snoozed_too_long"
    NOT_DEPOSITED = "not_deposited"
    NOTICE_GATES_OPEN = "notice_gates_open"
    NOTICE_VALIDITY_STALE = "notice_validity_stale"
    ITEM_MOVED = "item_moved"
    ITEM_CLOSED = "item_closed"
    RECALLED = "item_recalled"
    NOT_RECALLED = "not_recalled"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that is not taken, why, and what to do instead."""

    code: RefusalCode
    title: str
    mend: str


WORDS: dict[RefusalCode, tuple[str, str]] = {
    RefusalCode.NOT_LEASED: (
        "This item is not leased under this token",
        "Lease the item again; another officer may have it by now.",
    ),
    RefusalCode.LEASED_TO_ANOTHER: (
        "It is held by another officer",
        "Act as the officer who leased it, or lease another.",
    ),
    RefusalCode.NOT_CLAIMED: ("This item must be claimed first", "Claim it under its lease."),
    RefusalCode.LEASE_ENDED: ("The lease has ended", "Lease the item again; another officer may have it by now."),
    RefusalCode.OTHER_TOKEN: (
        "The item is not held under this token",
        "Another officer holds it, or it was given back: stop, and look at the queue.",
    ),
    RefusalCode.WRONG_STATE: ("This cannot be done with the item as it is", "Look at what its state allows."),
    RefusalCode.WRONG_ROLE: ("This is not for an item in this role", "Look at what its role allows."),
    RefusalCode.CLOCK_PAUSED: ("The item's clock is paused", "Resume it first."),
    RefusalCode.NOT_PAUSED: ("The item's clock is not paused", "There is nothing to resume."),
    RefusalCode.TRANSFER_TO_ITSELF: ("The item is with this office already", "Name another office or programme."),
    RefusalCode.NOT_YOUR_PART: (
        "An offence is named that is not this office's part",
        "Name offences of the item's `part`, by their places in the referral.",
    ),
    RefusalCode.NOTHING_LEFT: ("No offence of this office's part would be left", "Decline it whole: name no offences."),
    RefusalCode.SNOOZED_TOO_LONG: (
        "So urgent an item cannot wait so long",
        "Choose an earlier moment; the longest wait for each urgency is in the office's guide.",
    ),
    RefusalCode.NOT_DEPOSITED: (
        "This office has deposited nothing under this id for this step",
        "Deposit it with the referrals service first, by this office and with the same kind; if you just did, "
        "send the same step again.",
    ),
    RefusalCode.NOTICE_GATES_OPEN: (
        "The referral rests on an INTERPOL notice whose gates are open",
        "Have them passed at the referral's `gates` in the referrals service; until then nobody acts on it.",
    ),
    RefusalCode.NOTICE_VALIDITY_STALE: (
        "Nobody has confirmed lately that the INTERPOL notice is in force",
        "Have its validity confirmed at the referral's `gates` in the referrals service; then go on.",
    ),
    RefusalCode.ITEM_MOVED: ("The item has left this queue", "Stop: the referral is no longer this office's."),
    RefusalCode.ITEM_CLOSED: ("The item is closed", "There is nothing more to do with it."),
    RefusalCode.RECALLED: (
        "The originator has withdrawn the referral",
        "Stop, erase what you hold, and acknowledge the recall.",
    ),
    RefusalCode.NOT_RECALLED: ("The referral is not recalled", "There is nothing to acknowledge."),
}
"""What each code says, and what to do."""


def refuse(code: RefusalCode, mend: str = "") -> Refusal:
    """Make a refusal in the words of its code."""
    title, usual = WORDS[code]
    return Refusal(code, title, mend or usual)


def left(state: ItemState, because: ClosedBecause | None, moved_to: str | None, *, is_recall: bool) -> Refusal | None:
    """Refuse a step with an item that its office is done with, and say where the referral is now."""
    if is_recall:
        return None if state is ItemState.RECALLED else refuse(RefusalCode.NOT_RECALLED)
    if state is ItemState.RECALLED or because is ClosedBecause.RECALLED:
        return refuse(RefusalCode.RECALLED)
    if state is not ItemState.CLOSED:
        return None
    if because is ClosedBecause.DONE:
        return refuse(RefusalCode.ITEM_CLOSED)
    where = f"It is with {moved_to} now." if moved_to else "It went back to its requester."
    return refuse(RefusalCode.ITEM_MOVED, where)
