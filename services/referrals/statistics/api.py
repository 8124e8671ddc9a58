"""Statistics over HTTP, as JSON or CSV."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse

from runtime.described import Answers, answers, problems, texts
from runtime.http import Problem
from runtime.mongo import Database
from services.referrals.statistics.counting import count, prepare
from services.referrals.statistics.pages import as_csv, as_json
from services.referrals.statistics.report import Dimension
from services.referrals.statistics.shown import StatisticsShown

CSV = "text/csv"

_AS_CSV = texts({CSV: "The same rows, the names of the columns first (RFC 4180); the last line is the total."})
_ANSWERS: Answers = {200: {**answers(StatisticsShown, 200, "Content-Disposition")[200], **_AS_CSV[200]}}
_PROBLEMS = problems(
    {
        422: "The period is impossible, or there is something to count by that we do not know.",
        503: "A part of the system is away; ask again.",
    }
)


async def open_statistics(database: Database) -> APIRouter:
    """Make the index that counting needs, and give the route."""
    await prepare(database)
    return statistics_routes(database)


def statistics_routes(database: Database) -> APIRouter:
    """Make the route of statistics."""
    router = APIRouter(prefix="/v1/statistics", tags=["statistics"])

    @router.get("", responses={**_ANSWERS, **_PROBLEMS})
    async def get_statistics(
        first: Annotated[date, Query(alias="from", description="First day of receipt, in UTC.")],
        last: Annotated[date, Query(alias="to", description="Last day, included.")],
        by: Annotated[
            str, Query(max_length=80, description="What to count apart, parted by commas: country, category …")
        ] = "",
        accept: Annotated[str, Header(max_length=200, description="text/csv gives CSV, anything else JSON.")] = "",
    ) -> Response:
        """Count the referrals received in a period: what became of them, and how long it took."""
        report = await count(database, *read_period(first, last), read_dimensions(by))
        headers = {"Vary": "Accept", "Cache-Control": "no-store"}
        if CSV not in accept:
            return JSONResponse(as_json(report), headers=headers)
        name = f"referrals-{first}-{last}.csv"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return Response(as_csv(report), media_type=f"{CSV}; charset=utf-8; header=present", headers=headers)

    return router


def read_period(first: date, last: date) -> tuple[date, date]:
    """Refuse a period that ends before it begins, or with the last day that there is."""
    if last < first or last == date.max:
        raise Problem(422, "period_impossible", "The last day of the period must not be before its first")
    return first, last


def read_dimensions(by: str) -> tuple[Dimension, ...]:
    """Read by what to count apart."""
    names = by.split(",") if by else []
    if len(set(names)) < len(names) or not set(names) <= {dimension.value for dimension in Dimension}:
        raise Problem(
            422,
            "dimension_unknown",
            "There is something to count by that we do not know, or that is named twice",
            detail=f"Known are {', '.join(Dimension)}.",
        )
    return tuple(Dimension(name) for name in names)
