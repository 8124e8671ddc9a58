"""The clocks over HTTP: one referral's, an office's by what is due the soonest, and those that a level was told of."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from runtime.http import Problem
from runtime.mongo import Document
from runtime.pages import read_cursor, write_cursor
from schemas.vocabulary.clocks import EscalationLevel
from schemas.vocabulary.offices import QUEUES
from services.notify.clock.deadlines import Calendars
from services.notify.clock.shown import ClockShown, OfficeClocksShown, ToldClocksShown
from services.notify.clock.store import ClockStore
from services.notify.clock.views import view, views

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=300)]

_PROBLEMS = problems(
    {
        400: "The cursor is of another list.",
        404: "No clock runs for this referral, or there is no such office.",
        422: "A parameter is missing, unknown or malformed.",
        503: "A part of the system is away; ask again.",
    }
)


def clock_routes(clocks: ClockStore, calendars: Calendars, now: Callable[[], datetime]) -> APIRouter:
    """Make the routes of the clocks."""
    router = APIRouter(prefix="/v1", tags=["clocks"], responses=_PROBLEMS)

    async def page(listing: str, where: dict[str, Any], limit: int, cursor: str | None) -> dict[str, Any]:
        after = _place(read_cursor(cursor, listing, fields=2)) if cursor is not None else ()
        found = await clocks.listed(where, after, limit + 1)
        more = write_cursor(_sorted_by(found[limit - 1]), listing) if len(found) > limit else None
        return {"clocks": views(found[:limit], calendars, now()), "next": more}

    @router.get("/clocks/{referral_id}", responses=answers(ClockShown))
    async def get_clock(referral_id: UUID) -> JSONResponse:
        """Say how a referral's clock stands: gross and net time, what is due, pauses, forecast, who has been told."""
        clock = await clocks.by_id(referral_id)
        shown = view(clock, calendars, now()) if clock is not None else None
        if shown is None:
            raise Problem(404, "clock_unknown", "No clock runs for this referral")
        return JSONResponse(shown)

    @router.get("/clocks", responses=answers(ToldClocksShown))
    async def get_told(level: EscalationLevel, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        """List the clocks of which a level has been told, and none above it."""
        found = await page(f"clocks {level}", {"level": level.value}, limit, cursor)
        return JSONResponse({"level": level.value, **found})

    @router.get("/offices/{office}/clocks", responses=answers(OfficeClocksShown))
    async def get_clocks(
        office: Annotated[str, Path(max_length=20)], limit: Limit = 50, cursor: Cursor = None
    ) -> JSONResponse:
        """List an office's clocks, what is due the soonest first; a desk's also those that it has been told of."""
        if office not in QUEUES:
            raise Problem(404, "office_unknown", "There is no office, desk or programme with this code")
        return JSONResponse({"office": office, **await page(f"clocks {office}", {"seen_by": office}, limit, cursor)})

    return router


def _sorted_by(clock: Document) -> list[str]:
    return [clock["soonest"].isoformat(), clock["_id"]]


def _place(values: list[str]) -> tuple[datetime, str]:
    try:
        return datetime.fromisoformat(values[0]), values[1]
    except ValueError:
        raise Problem(400, "cursor_unknown", "The cursor does not belong to this list") from None
