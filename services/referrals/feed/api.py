"""How the feed is: its numbers for programs, and as a page."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse

from runtime.described import answers, problems, texts
from runtime.http import shown
from runtime.mongo import Database
from services.referrals.feed.shown import FeedShown
from services.referrals.feed.status import read_status
from services.referrals.feed.status_page import status_page

NO_STORE = {"Cache-Control": "no-store"}
NOTHING_ELSE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", **NO_STORE}

_AWAY = problems({503: "A part of the system is away; ask again."})
_PAGE = texts({"text/html": "The same as a page."})


def feed_routes(database: Database) -> APIRouter:
    """Make the routes of the feed."""
    router = APIRouter(prefix="/v1/feed", tags=["feed"], responses=_AWAY)

    @router.get("", responses=answers(FeedShown))
    async def get_feed() -> JSONResponse:
        """Show how every list of the feed stands: its last complete sweep, what goes on now, and the circuit."""
        return JSONResponse(plain(await read_status(database)))

    @router.get("/page", response_class=HTMLResponse, responses=_PAGE)
    async def get_feed_page() -> HTMLResponse:
        """Show the same as a page."""
        return HTMLResponse(status_page(await read_status(database)), headers=NOTHING_ELSE)

    return router


def plain(value: Any) -> Any:
    """Give something as JSON has it."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else shown(value)
