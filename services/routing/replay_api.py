"""Replays over HTTP: begin, follow live, read what would change, cancel."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field

from runtime.described import answers, event_stream, problems
from runtime.errors import StoreAway
from runtime.http import Problem, shown
from runtime.mongo import Document
from runtime.pages import read_cursor, write_cursor
from schemas.vocabulary.offices import DESKS
from services.routing.replay_desk import ReplayDesk, progress_of
from services.routing.replay_shown import ChangesShown, ReplayShown, ReplaysShown, SummaryShown
from services.routing.ruleset_api import BAD_CURSOR, Cursor, Limit, Version
from services.routing.ruleset_forms import Form, Moment, StaffId

BETWEEN_LOOKS = 0.5
"""Seconds between two looks at a run that is followed live."""
HEARTBEAT_LOOKS = 10
"""A stream with nothing new says so after this many looks."""

_PROBLEMS = problems(
    {
        404: "There is no such ruleset, or it has no such replay.",
        422: "It is not of the right form, or the ruleset has faults; every one is named.",
        503: "A part of the system is away, or all live streams are taken; send the same again.",
    }
)
_RUNNING = problems({409: "The same tables are being replayed already."})
_FOLLOWED = event_stream(
    "How far the replay has come, as often as that changes; the stream ends with the replay.",
    dict.fromkeys(("progress", "ended"), "`ReplayShown`"),
)

RunId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


class ReplayForm(Form):
    """Who wants a replay, and of which decisions."""

    staff: StaffId
    since: Moment | None = Field(default=None, description="Only decisions made at or after this.")
    until: Moment | None = Field(default=None, description="Only decisions made before this.")
    desk: str | None = Field(default=None, max_length=20, description="Only referrals of this desk.")
    rules_on: date | None = Field(default=None, description="The rules as they stand on this day; left out: today.")


class CancelForm(Form):
    """Who cancels."""

    staff: StaffId


class Streams:
    """Counts the live streams, so that they cannot use up the process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0

    @contextmanager
    def open(self) -> Iterator[None]:
        """Take a place, if there is one, and give it back."""
        if self._open >= self._most:
            raise Problem(503, "too_many_streams", "All live streams are taken", headers={"Retry-After": "10"})
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1


def replay_routes(desk: ReplayDesk, streams: Streams, begun: Callable[[], None]) -> APIRouter:
    """Make the routes of replays; `begun` is told of each new one."""
    router = APIRouter(prefix="/v1/rulesets/{version}/replays", tags=["replays"], responses=_PROBLEMS)

    @router.post("", status_code=202, responses={**answers(ReplayShown, 202, "Location"), **_RUNNING})
    async def begin(version: Version, form: ReplayForm) -> JSONResponse:
        """Run a ruleset over past referrals, in a process of its own; nothing is changed and nobody is told."""
        if form.desk is not None and form.desk not in DESKS:
            raise Problem(422, "desk_unknown", "There is no such desk", detail=f"Use one of {', '.join(DESKS)}.")
        if form.since is not None and form.until is not None and form.since >= form.until:
            raise Problem(422, "no_time_between", "`until` is not after `since`", detail="Exchange or correct the two.")
        run = await desk.begin(
            version, staff=form.staff, since=form.since, until=form.until, desk=form.desk, rules_on=form.rules_on
        )
        begun()
        return JSONResponse(progress_of(run), 202, {"Location": f"/v1/rulesets/{version}/replays/{run['_id']}"})

    @router.get("", responses={**answers(ReplaysShown), **BAD_CURSOR})
    async def list_replays(version: Version, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        """List the replays of a ruleset, the last first."""
        listing = f"replays {version}"
        (last,) = read_cursor(cursor, listing, fields=1) if cursor is not None else (None,)
        found = await desk.replays.listed(version, last, limit + 1)
        following = write_cursor([found[limit - 1]["_id"]], listing) if len(found) > limit else None
        return JSONResponse({"replays": [progress_of(run) for run in found[:limit]], "next": following})

    @router.get("/{run_id}", responses=answers(ReplayShown))
    async def get_replay(version: Version, run_id: RunId) -> JSONResponse:
        """Tell how far a replay has come."""
        return JSONResponse(progress_of(await desk.known(version, run_id)))

    async def followed(version: Version, run_id: RunId) -> AsyncIterator[Document]:
        run = await desk.known(version, run_id)
        with streams.open():
            yield run

    @router.get("/{run_id}/stream", response_class=StreamingResponse, responses=_FOLLOWED)
    async def stream(run: Annotated[Document, Depends(followed)]) -> StreamingResponse:
        """Follow a replay live to its end."""
        return StreamingResponse(
            _followed(desk, run),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )

    @router.get("/{run_id}/summary", responses=answers(SummaryShown))
    async def get_summary(version: Version, run_id: RunId) -> JSONResponse:
        """Tell how many decisions would change, from where to where, and by which rules."""
        return JSONResponse(await desk.summary(await desk.known(version, run_id)))

    @router.get("/{run_id}/changes", responses={**answers(ChangesShown), **BAD_CURSOR})
    async def get_changes(
        version: Version,
        run_id: RunId,
        source: Annotated[str | None, Query(alias="from", max_length=20)] = None,
        target: Annotated[str | None, Query(alias="to", max_length=20)] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        """List what would change, in the order of referrals, and why."""
        await desk.known(version, run_id)
        moves = {name: value for name, value in (("from", source), ("to", target)) if value is not None}
        listing = f"changes {run_id} {sorted(moves.items())}"
        (after,) = read_cursor(cursor, listing, fields=1) if cursor is not None else ("",)
        found = await desk.replays.changes(run_id, moves, after, limit + 1)
        following = write_cursor([found[limit - 1]["referral_id"]], listing) if len(found) > limit else None
        return JSONResponse({"run": run_id, "changes": [_as_read(row) for row in found[:limit]], "next": following})

    @router.post("/{run_id}/cancel", responses=answers(ReplayShown))
    async def cancel(version: Version, run_id: RunId, form: CancelForm) -> JSONResponse:
        """End a replay before it is through; what it has found stays."""
        return JSONResponse(progress_of(await desk.cancel(version, run_id)))

    return router


def _as_read(change: dict[str, Any]) -> dict[str, Any]:
    return {name: shown(value) for name, value in change.items() if name not in ("_id", "run")}


async def _followed(desk: ReplayDesk, run: Document) -> AsyncIterator[str]:
    """Tell of every step until the run has ended; when the database is away the stream ends, too."""
    last, silent = None, 0
    with suppress(StoreAway):
        while True:
            told = progress_of(run)
            ended = not run.get("open")
            if told != last or ended or silent >= HEARTBEAT_LOOKS:
                yield f"id: {told['done']}\nevent: {'ended' if ended else 'progress'}\ndata: {json.dumps(told)}\n\n"
                silent = 0
            if ended:
                return
            last, silent = told, silent + 1
            await asyncio.sleep(BETWEEN_LOOKS)
            run = await desk.known(run["version"], run["_id"])
