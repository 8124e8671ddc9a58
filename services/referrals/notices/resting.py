"""What a referral that rests on a notice keeps of it, and what a correction brings it to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.mongo import Document
from schemas.events import NoticeFact
from schemas.notices import Colour, NoticeSource
from services.referrals.gates.kept import GATES, action_of, first_gates
from services.referrals.intake_desk import OnNotice
from services.referrals.model.referral import Referral
from services.referrals.ncb.context import NcbContext
from services.referrals.notices.as_referral import Context, as_referral, changed_parts, unsaid
from services.referrals.notices.described import NARRATIVE_AT_MOST
from services.referrals.notices.fitted import fitted_paragraph
from services.referrals.notices.hearing import last_shaken
from services.referrals.notices.life import NCB, way
from services.referrals.notices.masked import is_child
from services.referrals.notices.notice import Notice
from services.referrals.notices.stricter import stricter_marks
from services.referrals.notices.us_ties import Tie, us_ties
from services.referrals.supplements import LISTS

NOTICE = "notice"
LINK_AT_MOST = 4_000


@dataclass(frozen=True, slots=True)
class Known:
    """A notice as it stands, with all that is known beside it."""

    record: Document
    notice: Notice
    said: NcbContext | None
    now: datetime

    @property
    def source(self) -> NoticeSource:
        """By which way its content came that counts."""
        known = way(self.record, NCB)
        return NoticeSource.NCB if known is not None and "content" in known else NoticeSource.PUBLIC

    @property
    def ties(self) -> tuple[Tie, ...]:
        """What ties it to the United States."""
        return us_ties(self.notice, self.said.nexus if self.said is not None else (), self.now.date())

    def referral(self, earlier: UUID | None = None) -> Referral:
        """Write it as a referral."""
        marks = self.said.restrictions if self.said is not None and self.source is NoticeSource.NCB else None
        context = Context(self.source, self.now.date(), self.record["first_seen"].date(), marks, earlier)
        return as_referral(self.notice, self.ties, context)

    @property
    def child(self) -> bool:
        """Whether it is about a missing child, or may be."""
        return is_child(self.notice, self.now.date())

    def resting(self) -> OnNotice:
        """Give what a new referral keeps and tells of it."""
        colour = Colour(self.record["colour"])
        action = action_of(colour)
        fact = NoticeFact(notice_id=UUID(self.record["_id"]), colour=colour, source=self.source, action=action)
        kept = {
            "notice_id": self.record["_id"],
            "colour": colour.value,
            "source": self.source.value,
            "child": self.child,
            "heard": self.record["history_number"],
            "changes": 0,
        }
        gates = first_gates(action, last_shaken(self.record, self.now))
        return OnNotice(fact, {NOTICE: kept, GATES: gates}, frozenset(unsaid(self.notice)))


def opening_key(notice_id: str, generation: int) -> str:
    """Name the one referral of a notice and generation; with blanks in it, which no liaison's key has."""
    return f"notice {notice_id} {generation}"


CORRECTION = "notice change "


def correction_key(changes: int) -> str:
    """Name the one correction that a change of the notice makes."""
    return f"{CORRECTION}{changes}"


def correction(ours: Referral, after: Referral, stands: Referral | None = None) -> dict[str, Any]:
    """Give the parts of a referral that are not as the notice has them now.

    `ours` is what this service has written of it, `stands` how it reads with what its requester added itself: that is
    kept, and neither marks nor urgency become less than they are.
    """
    stands = stands if stands is not None else ours
    parts = changed_parts(ours, after)
    if after.urgency.level >= stands.urgency.level:  # U0 is the highest
        parts.pop("urgency", None)
    for name in LISTS:
        if name in parts:
            added = getattr(stands, name)[len(getattr(ours, name)) :]
            parts[name] += [entry.model_dump(mode="json", exclude_none=True) for entry in added]
    for name, most in (("link", LINK_AT_MOST), ("narrative", NARRATIVE_AT_MOST)):
        before, now = getattr(ours, name), getattr(stands, name)
        if name in parts and before and now and now.startswith(before):
            parts[name] = fitted_paragraph(parts[name] + now.removeprefix(before), most)
    marks = stricter_marks(stands.marks, after.marks)
    if marks is not None:
        parts["marks"] = marks.model_dump(mode="json", exclude_none=True)
    return parts


def as_supplement(country: str, parts: Mapping[str, Any]) -> bytes:
    """Write a correction as the body of a supplement."""
    return json.dumps({"country": country, "kind": "correction", "changes": parts}, ensure_ascii=False).encode()
