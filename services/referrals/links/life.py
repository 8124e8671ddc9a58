"""The life of a link: suggested by the system, confirmed or rejected by a person, and never beyond taking back."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from bson import Binary

from runtime.mongo import Document
from services.referrals.links.matching import NOTHING, Match
from services.referrals.links.reasons import Ground

_LINKS = UUID("5f0c9b7e-58d6-5d5c-9a3e-1f3d6c0f7a11")


class LinkState(StrEnum):
    """Where a link stands."""

    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNLINKED = "unlinked"
    WITHDRAWN = "withdrawn"


class LinkAct(StrEnum):
    """What is done with a link, by the system or by a person."""

    SUGGEST = "suggest"
    SUGGEST_AGAIN = "suggest_again"
    LINK = "link"
    CONFIRM = "confirm"
    REJECT = "reject"
    UNLINK = "unlink"
    WITHDRAW = "withdraw"


class LinkGround(StrEnum):
    """Why a person decides so."""

    SAME_SUBJECT = "same_subject"
    SAME_OBJECT = "same_object"
    SAME_REQUEST = "same_request"
    ANOTHER_PERSON = "another_person"
    ANOTHER_MATTER = "another_matter"
    SHARED_NUMBER = "shared_number"
    DATA_WRONG = "data_wrong"
    RESTRICTED = "restricted"


FOR = frozenset({LinkGround.SAME_SUBJECT, LinkGround.SAME_OBJECT, LinkGround.SAME_REQUEST})
"""Grounds on which referrals are joined; the others are those on which they are kept apart."""

_LEADS_TO = {
    LinkAct.LINK: LinkState.CONFIRMED,
    LinkAct.CONFIRM: LinkState.CONFIRMED,
    LinkAct.REJECT: LinkState.REJECTED,
    LinkAct.UNLINK: LinkState.UNLINKED,
}

_ALLOWED_IN = {
    LinkAct.LINK: frozenset(LinkState),
    LinkAct.CONFIRM: frozenset({LinkState.SUGGESTED, LinkState.REJECTED, LinkState.UNLINKED}),
    LinkAct.REJECT: frozenset({LinkState.SUGGESTED}),
    LinkAct.UNLINK: frozenset({LinkState.CONFIRMED}),
}


def state_after(act: LinkAct, state: LinkState) -> LinkState | None:
    """Say where an act of a person leads; None when it cannot be done with a link in this state."""
    reached = _LEADS_TO[act]
    return reached if state is reached or state in _ALLOWED_IN[act] else None


def link_id(one: str, other: str) -> str:
    """Name the one link that two referrals can have."""
    return str(uuid5(_LINKS, " ".join(sorted((one, other)))))


def new_link(
    one: str, other: str, now: datetime, step: Document, match: Match = NOTHING, *, notice: str | None = None
) -> Document:
    """Make a link, by a suggestion or by the hand of a person; `notice` names the one of the two that is a notice."""
    return {
        "_id": link_id(one, other),
        "referrals": sorted((one, other)),
        **({"notice": notice} if notice is not None else {}),
        "state": step["to"],
        "revision": 1,
        "since": now,
        "history": [step],
        **resting_on(match),
    }


def resting_on(match: Match) -> Document:
    """Give the part of a link that says what it rests on."""
    return {
        "score": match.score,
        "grounds": [written(ground) for ground in match.grounds],
        "facts": [Binary(fact) for fact in sorted(match.facts)],
    }


def written(ground: Ground) -> Document:
    """Write a ground without any value."""
    return {"reason": ground.reason.value, **({"kind": ground.kind} if ground.kind else {})}


def step(
    act: LinkAct,
    to: LinkState,
    now: datetime,
    *,
    came_from: LinkState | None = None,
    staff: str | None = None,
    ground: LinkGround | None = None,
) -> Document:
    """Make an entry of a link's history."""
    return {
        "act": act.value,
        "at": now,
        "from": came_from.value if came_from is not None else None,
        "to": to.value,
        "staff": staff,
        "ground": ground.value if ground is not None else None,
    }


def is_suggested_again(state: LinkState, found: Match, known: Collection[bytes]) -> bool:
    """Say whether a link comes back: what a person has parted only if there is something that was not known then."""
    if state in (LinkState.REJECTED, LinkState.UNLINKED):
        return not found.facts <= frozenset(known)
    return state is LinkState.WITHDRAWN
