"""Notices over HTTP: their records, what they say to whoever may read it, and what could not be read of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from runtime.http import Problem
from runtime.mongo import Document
from runtime.pages import read_cursor, read_moment, write_cursor
from schemas.marks import Marks
from schemas.notices import Colour, NoticeStanding
from schemas.vocabulary.offices import QUEUES
from services.referrals.links.searching import Asker, may_find
from services.referrals.ncb.context import NcbContext
from services.referrals.notices.as_referral import public_marks
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.codes import codes_in_words
from services.referrals.notices.life import has_ended
from services.referrals.notices.masked import masked
from services.referrals.notices.notice_readings import NoticeReadings
from services.referrals.notices.notices_shown import (
    ContentShown,
    NoticeReadingsShown,
    NoticeShown,
    NoticesShown,
    QuarantineShown,
    listed_notice,
    shown_entry,
    shown_notice,
    shown_reading,
)
from services.referrals.notices.quarantine import Quarantine
from services.referrals.vault import Erased, Frozen

PATH = "/v1/notices"
NOT_KEPT = {"Cache-Control": "no-store"}

_STATUSES = {
    400: "The cursor is of another list.",
    403: "The restrictions of its owner do not let this office have it.",
    404: "There is no such notice, or nothing of that id in quarantine.",
    410: "The notice has ended, is suspended or locked, or its content is gone.",
    422: "A parameter is missing, unknown or malformed.",
    503: "A part of the system cannot be reached.",
}
_PROBLEMS = problems(_STATUSES)

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]


class ReadingPurpose(StrEnum):
    """What a notice is read for: those of article 10 of INTERPOL's rules that have a place here."""

    LOCATE = "locate"
    IDENTIFY = "identify"
    INFORM = "inform"
    WARN = "warn"
    MISSING_PERSONS = "missing_persons"
    ABUSE_REVIEW = "abuse_review"
    VALIDITY = "validity"


def notice_routes(book: NoticeBook, quarantine: Quarantine, readings: NoticeReadings) -> APIRouter:
    """Make the routes of notices."""
    router = APIRouter(prefix=PATH, tags=["notices"], responses=_PROBLEMS)
    _add_quarantine(router, quarantine)
    _add_records(router, book)
    _add_content(router, book, readings)
    return router


def _add_records(router: APIRouter, book: NoticeBook) -> None:
    @router.get("", responses=answers(NoticesShown))
    async def list_notices(
        colour: Colour | None = None,
        standing: NoticeStanding | None = None,
        listed: bool | None = None,
        has_referral: bool | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        """List notices, in no order that says anything, without what is sealed."""
        where: Document = {
            name: value.value for name, value in (("colour", colour), ("standing", standing)) if value is not None
        }
        if listed is not None:
            where["listed"] = listed
        if has_referral is not None:
            where["referrals.0"] = {"$exists": has_referral}
        listing = f"notices {sorted(where.items(), key=str)}"
        after = read_cursor(cursor, listing, fields=1)[0] if cursor is not None else None
        rows = await book.records.page(where, after, limit + 1)
        return JSONResponse(
            {"notices": [listed_notice(row) for row in rows[:limit]], "next": _next(rows, limit, listing)}
        )

    @router.get("/{notice_id}", responses=answers(NoticeShown))
    async def read_record(request: Request, notice_id: UUID) -> JSONResponse:
        """Read the record of a notice: where it stands, by which ways it is known, and what has happened to it."""
        return JSONResponse(shown_notice(await known_notice(book, notice_id, request)))


def _add_content(router: APIRouter, book: NoticeBook, readings: NoticeReadings) -> None:
    @router.get("/{notice_id}/content", responses=answers(ContentShown))
    async def read_content(
        request: Request,
        notice_id: UUID,
        office: Annotated[str, Query(max_length=20, description="Who reads: an office, desk or programme.")],
        staff: Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="Staff id, never a name.")],
        purpose: ReadingPurpose,
    ) -> JSONResponse:
        """Read what a notice says; the reading is recorded first. A missing child is masked."""
        if office not in QUEUES:
            raise Problem(
                422, "office_unknown", "There is no such office", detail="Name one that has a queue, such as SAC-BOS."
            )
        record = await known_notice(book, notice_id, request)
        refuse_shut(record)
        try:
            notice, said = await book.read(notice_id), await book.context(notice_id)
        except Frozen:
            raise SHUT from None
        except Erased:
            raise GONE from None
        marks, restriction = marks_of(record, said)
        if said is not None and not may_find(marks, False, Asker(office, purpose.value, datetime.now(UTC))):
            raise RESTRICTED
        await readings.note(record["_id"], f"{office}/{staff}", purpose.value, record["revision"])
        seen = masked(notice, _today())
        body = {
            "notice_id": record["_id"],
            "standing": record["standing"],
            "masked": seen != notice,
            "marks": marks.model_dump(mode="json"),
            "restriction_text": restriction,
            "notice": seen.model_dump(mode="json"),
            "in_words": codes_in_words(seen),
        }
        return JSONResponse(body, headers=NOT_KEPT)

    @router.get("/{notice_id}/readings", responses=answers(NoticeReadingsShown))
    async def list_readings(
        request: Request, notice_id: UUID, limit: Limit = 50, cursor: Cursor = None
    ) -> JSONResponse:
        """List who has read what a notice says, when and what for, oldest first."""
        record = await known_notice(book, notice_id, request)
        listing = f"readings of notice {record['_id']}"
        after = read_cursor(cursor, listing, fields=1)[0] if cursor is not None else None
        rows = await readings.of(record["_id"], after, limit + 1)
        return JSONResponse(
            {
                "notice_id": record["_id"],
                "readings": [shown_reading(row) for row in rows[:limit]],
                "next": _next(rows, limit, listing),
            }
        )


def _add_quarantine(router: APIRouter, quarantine: Quarantine) -> None:
    @router.get("/quarantine", responses=answers(QuarantineShown))
    async def list_quarantine(
        source: Annotated[str | None, Query(max_length=60)] = None, limit: Limit = 50, cursor: Cursor = None
    ) -> JSONResponse:
        """List what could not be read, with the reasons and without a byte of it, what came last first."""
        listing = f"quarantine {source}"
        after = None
        if cursor is not None:
            last_at, entry_id = read_cursor(cursor, listing, fields=2)
            after = read_moment(last_at), entry_id
        rows = await quarantine.entries(source, after, limit + 1)
        more = len(rows) > limit
        return JSONResponse(
            {
                "entries": [shown_entry(row) for row in rows[:limit]],
                "next": write_cursor([rows[limit - 1]["last_at"], rows[limit - 1]["_id"]], listing) if more else None,
            }
        )

    @router.delete("/quarantine/{quarantine_id}", status_code=204, response_class=Response)
    async def discard(quarantine_id: str) -> Response:
        """Delete something that could not be read, and the key that it was sealed with."""
        if not await quarantine.discard(quarantine_id, datetime.now(UTC)):
            raise Problem(404, "quarantine_unknown", "There is nothing of this id in quarantine")
        return Response(status_code=204)


async def known_notice(book: NoticeBook, notice_id: UUID, request: Request) -> Document:
    """Give the record of a notice, and write its id into the log of the request."""
    record = await book.record(notice_id)
    if record is None:
        raise Problem(404, "notice_unknown", "There is no notice with this id")
    request.state.log = {"notice_id": record["_id"]}
    return record


def refuse_shut(record: Document) -> None:
    """Say of a notice that may not be used that nobody reads what it says."""
    if has_ended(record):
        raise NOTICE_ENDED
    if record["standing"] == NoticeStanding.SUSPENDED.value:
        raise SUSPENDED
    if "locked_at" in record:
        raise LOCKED
    if not any("key_id" in known for known in record["sources"].values()):
        raise GONE


def marks_of(record: Document, said: Mapping[str, Any] | None) -> tuple[Marks, str | None]:
    """Give the marks that a notice is under, and what its owner restricts in words."""
    if said is None:
        return public_marks(Colour(record["colour"]), record["first_seen"].date()).read(), None
    given = NcbContext.model_validate(said, strict=False).restrictions
    return given.read(), given.restriction_text


RESTRICTED = Problem(
    403,
    "notice_restricted",
    "Its owner does not let this office have this notice, or not for this purpose",
    detail="Have the desk look at it, or ask INTERPOL Washington for its owner's leave.",
)
NOTICE_ENDED = Problem(
    410,
    "notice_ended",
    "This notice has ended",
    detail="Nobody may read or use it. Its record says when it ended, how, and by whose word.",
)
SUSPENDED = Problem(
    410,
    "notice_suspended",
    "This notice is suspended",
    detail="Nobody may read or use it until its owner puts it in force again.",
)
LOCKED = Problem(
    410,
    "notice_locked",
    "This notice has come to its review",
    detail="Ask INTERPOL Washington whether it still stands; it opens again when its owner sends it anew.",
)
SHUT = Problem(410, "notice_shut", "This notice has just been shut", detail="Read its record, which says why.")
GONE = Problem(410, "notice_purged", "The content of this notice is gone", detail="Its record says since when.")


def _next(rows: list[Document], limit: int, listing: str) -> str | None:
    return write_cursor([rows[limit - 1]["_id"]], listing) if len(rows) > limit else None


def _today() -> date:
    return datetime.now(UTC).date()
