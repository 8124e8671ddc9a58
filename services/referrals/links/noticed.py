"""What linking needs to know of the record of a notice: whether it may be used, and which referrals it is linked to."""

from collections.abc import Mapping
from typing import Any

from runtime.mongo import Document
from runtime.store import KEPT_TO_OURSELVES, Change
from schemas.notices import NoticeStanding
from services.referrals.links.life import LinkState
from services.referrals.notices.life import ENDED, has_ended, is_shut
from services.referrals.notices.records import NOTICES

LINKED = "linked_referrals"
"""The referrals of other requesters that a person has said to be about the same as a notice."""

SHUT = [NoticeStanding.SUSPENDED.value, *sorted(ENDED)]
"""Where a notice stands that nobody may use."""

_SEALED = [f"sources.{way}.{part}" for way in ("public", "ncb") for part in ("content", "context")]
NOTICE_SHOWN = dict.fromkeys([*KEPT_TO_OURSELVES, *_SEALED, "history"], 0)


def may_be_used(notice: Mapping[str, Any]) -> bool:
    """Tell whether a notice may be read and linked now: it has neither ended nor been shut, and it was not purged."""
    has_content = any("key_id" in known for known in notice["sources"].values())
    return has_content and not has_ended(notice) and not is_shut(notice)


def live_referrals(notice: Mapping[str, Any]) -> list[str]:
    """Name the referrals that were made of a notice and have not been recalled."""
    return [referral["referral_id"] for referral in notice["referrals"] if referral.get("recalled_at") is None]


def linking_to(link: Mapping[str, Any], reached: str) -> Change | None:
    """Make what the record of a link's notice has to say of it as well; None if the link is between referrals."""
    if "notice" not in link:
        return None
    [referral_id] = [member for member in link["referrals"] if member != link["notice"]]
    update: Document = {"$inc": {"revision": 1}, "$currentDate": {"follow_up_due": True}}
    if reached != LinkState.CONFIRMED.value:
        return Change(NOTICES, {"_id": link["notice"]}, {"$pull": {LINKED: referral_id}, **update})
    usable = {"standing": {"$nin": SHUT}, "tombstone": {"$exists": False}, "locked_at": {"$exists": False}}
    return Change(NOTICES, {"_id": link["notice"], **usable}, {"$addToSet": {LINKED: referral_id}, **update})
