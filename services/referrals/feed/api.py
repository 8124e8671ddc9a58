"""How the feed is: its numbers for programs, and as a page."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from runtime.http import shown
from runtime.mongo import Database
from services.referrals.feed.status import read_status
from services.referrals.feed.status_page import status_page

NO_STORE = {"Cache-Control": "no-store"}
NOTHING_ELSE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", **NO_STORE}


def feed_routes(database: Database) -> APIRouter:
    """Make the routes of the feed."""
    router = APIRouter(prefix="/v1/feed", tags=["feed"])

    @router.get("")
    async def get_feed() -> dict[str, Any]:
        """Show how every list of the feed stands: its last complete sweep, what goes on now, and the circuit."""
        whole: dict[str, Any] = plain(await read_status(database))
        return whole

    @router.get("/page", response_class=HTMLResponse)
    async def get_feed_page() -> HTMLResponse:
        """Show the same as a page."""
        return HTMLResponse(status_page(await read_status(database)), headers=NOTHING_ELSE)

    return router


def plain(value: Any) -> Any:
    """Give something as JSON has it."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else shown(value)
