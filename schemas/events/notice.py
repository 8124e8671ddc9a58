"""What `referrals` tells of INTERPOL notices: seen, changed, gone from the public list, suspended, ended, purged.

A field is told by its name alone: what stands in it is person data. The id is ours; INTERPOL's own number stays inside.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from schemas.events.base import Fact
from schemas.notices import Colour, NoticeAuthority, NoticeKind, NoticeSource

FieldName = Annotated[str, Field(pattern="^[a-z_]{1,40}$")]


class NoticeEvent(Fact):
    """A fact about one notice."""

    notice_id: UUID


class NoticeObserved(NoticeEvent):
    """A notice has been seen for the first time by this way."""

    type: Literal["dragoman.notice.observed.v1"] = "dragoman.notice.observed.v1"
    source: NoticeSource
    colour: Colour
    kind: NoticeKind = NoticeKind.NOTICE
    observed_at: datetime


class NoticeChanged(NoticeEvent):
    """Something of a notice is not as it was."""

    type: Literal["dragoman.notice.changed.v1"] = "dragoman.notice.changed.v1"
    source: NoticeSource
    fields: tuple[FieldName, ...] = Field(min_length=1, description="Names of the fields that differ.")
    changed_at: datetime


class NoticeImageChanged(NoticeEvent):
    """The pictures of a notice are others; nothing else of it has changed by that."""

    type: Literal["dragoman.notice.image-changed.v1"] = "dragoman.notice.image-changed.v1"
    source: NoticeSource
    changed_at: datetime


class NoticeNotListed(NoticeEvent):
    """A notice was absent from two complete readings of the public list; that is no cancellation."""

    type: Literal["dragoman.notice.not-listed.v1"] = "dragoman.notice.not-listed.v1"
    not_listed_at: datetime


class NoticeRelisted(NoticeEvent):
    """A notice that was not listed is in the public list again."""

    type: Literal["dragoman.notice.relisted.v1"] = "dragoman.notice.relisted.v1"
    relisted_at: datetime


class NoticeSuspended(NoticeEvent):
    """A notice may not be used until its owner says so again."""

    type: Literal["dragoman.notice.suspended.v1"] = "dragoman.notice.suspended.v1"
    authority: NoticeAuthority
    suspended_at: datetime
    until: datetime = Field(description="When it is purged if nobody has put it in force again: six months at most.")


class NoticeReinstated(NoticeEvent):
    """A suspended notice is in force again."""

    type: Literal["dragoman.notice.reinstated.v1"] = "dragoman.notice.reinstated.v1"
    reinstated_at: datetime


class NoticeEnded(NoticeEvent):
    """A notice was withdrawn, cancelled or deleted by whoever may do so: for good."""

    type: Literal["dragoman.notice.ended.v1"] = "dragoman.notice.ended.v1"
    standing: Literal["withdrawn", "cancelled", "deleted"]
    authority: NoticeAuthority
    ended_at: datetime


class NoticePurged(NoticeEvent):
    """Our own copy of a notice is gone: its key is deleted, and nothing but a tombstone is left."""

    type: Literal["dragoman.notice.purged.v1"] = "dragoman.notice.purged.v1"
    purged_at: datetime
