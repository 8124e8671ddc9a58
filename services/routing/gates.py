"""Gates of notices, as the referrals service says that they were passed or have lapsed, kept with the decisions."""

from typing import Any

from runtime.mongo import Document
from runtime.store import Change, Work
from schemas.events import NoticeFact, NoticeGatesChanged
from schemas.notices import Gate
from services.routing.store import DECISIONS, NOTICE_GATES


def nobody_has_passed(notice: NoticeFact) -> Document:
    """Say of a new referral that every gate is open."""
    return {
        "sequence": 0,
        "open": [gate.value for gate in Gate],
        "valid_until": None,
        "action": notice.action.value,
    }


def note_gates(event: NoticeGatesChanged, work: Work) -> None:
    """Keep what is said of the gates of a referral, unless something later is known.

    It is kept beside the decisions too: a referral that was set aside is decided only after word of its gates.
    """
    assert work.message is not None
    number, referral_id = work.message.sequence, str(event.referral_id)
    gates = {"sequence": number, **_said(event)}
    later = {"$gte": ["$gates.sequence", number]}
    keep = [{"$set": {"gates": {"$cond": [later, "$gates", {"$literal": gates}]}}}]
    work.change(Change(NOTICE_GATES, {"_id": referral_id}, keep, or_insert=True))
    # An act that was judged by the gates as they were finds another revision, and is refused as stale.
    known = {"_id": referral_id, "gates.sequence": {"$not": {"$gte": number}}}
    work.change(Change(DECISIONS, known, {"$set": {"gates": gates}, "$inc": {"revision": 1}}))


def _said(event: NoticeGatesChanged) -> dict[str, Any]:
    return {
        "open": [gate.value for gate in event.open],
        "valid_until": event.valid_until,
        "action": event.action.value,
    }
