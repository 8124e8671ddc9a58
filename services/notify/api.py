"""The queues over HTTP: look, lease, and follow live."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from runtime.described import answers
from runtime.events import Message
from runtime.feed import Reader, Told
from runtime.http import Problem, shown
from runtime.live import Live, Streams, stream_answers
from runtime.mongo import Document
from runtime.pages import read_cursor, write_cursor
from schemas.events import name_of
from schemas.topics import OFFICE_FEED
from schemas.vocabulary.queues import ItemState, QueueRole
from services.notify.domain import LEASE_AT_MOST
from services.notify.leasing import Leasing, Wish
from services.notify.queue_views import OfficeCode, as_read, known
from services.notify.shown import REFUSALS, STEP_REFUSALS, ItemShown, LeaseShown, OfficeShown, QueueShown
from services.notify.step_requests import StaffId
from services.notify.store import QueueStore

_STREAM = stream_answers(
    {
        name_of(fact): f"`event_id`, `sequence`, and the event by `schemas/json/{name_of(fact)}.schema.json`."
        for fact in OFFICE_FEED.events
    }
)


class LeaseRequest(BaseModel):
    """Who wants how many items, for how long."""

    model_config = ConfigDict(extra="forbid")

    officer: StaffId
    most: int = Field(default=10, ge=1, le=100)
    lease_token: UUID | None = Field(
        default=None, description="Made by the client: the same request sent again gives the same lease."
    )
    seconds: int = Field(default=300, ge=1, le=int(LEASE_AT_MOST.total_seconds()))
    wait: float = Field(default=0, ge=0, le=30, description="Seconds to wait for items when there are none.")


class ExtendRequest(BaseModel):
    """Whose lease is to last how much longer, from now."""

    model_config = ConfigDict(extra="forbid")

    officer: StaffId
    lease_token: UUID
    seconds: int = Field(default=300, ge=0, le=int(LEASE_AT_MOST.total_seconds()))


def routes(queues: QueueStore, leasing: Leasing, streams: Streams) -> APIRouter:
    """Make the routes of this service."""
    router = APIRouter(prefix="/v1/offices/{office}", tags=["queues"], responses=REFUSALS)

    @router.get("", responses=answers(OfficeShown))
    async def get_office(office: OfficeCode) -> JSONResponse:
        """Count what an office has, by state."""
        return JSONResponse({"office": known(office), "items": await queues.counts(office)})

    @router.get("/queue", responses=answers(QueueShown))
    async def get_queue(
        office: OfficeCode,
        state: ItemState | None = None,
        role: QueueRole | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
    ) -> JSONResponse:
        """List an office's items: life first, then who has waited longest."""
        filters = {name: value.value for name, value in (("state", state), ("role", role)) if value is not None}
        listing = f"queue {known(office)} {sorted(filters.items())}"
        after = _place(read_cursor(cursor, listing, fields=3)) if cursor is not None else ()
        found = await queues.waiting(office, filters, after, limit + 1)
        page: dict[str, Any] = {"office": office, "items": [as_read(item) for item in found[:limit]], "next": None}
        if len(found) > limit:
            last = found[limit - 1]
            page["next"] = write_cursor([last["urgency"], last["queued_at"].isoformat(), last["_id"]], listing)
        return JSONResponse(page)

    @router.get("/queue/{item_id}", responses=answers(ItemShown))
    async def get_item(office: OfficeCode, item_id: str) -> JSONResponse:
        """Look at one item, also at one that has left the queue."""
        item = await queues.by_id(known(office), item_id)
        if item is None or not item["version"]:  # it only stands for one that never was in this queue
            raise Problem(404, "item_unknown", "There is no such item in this queue")
        return JSONResponse(as_read(item))

    @router.post("/queue/lease", responses=answers(LeaseShown))
    async def lease(request: Request, office: OfficeCode, wanted: LeaseRequest) -> JSONResponse:
        """Hold items for an officer until the lease ends; the token is what every further step needs."""
        wish = Wish(
            known(office),
            wanted.officer,
            str(wanted.lease_token or uuid4()),
            wanted.most,
            timedelta(seconds=wanted.seconds),
            wanted.wait,
        )
        return _leased(office, await leasing.lease(wish, request.is_disconnected))

    @router.post("/queue/extend", responses={**answers(LeaseShown), 409: STEP_REFUSALS[409]})
    async def extend(office: OfficeCode, wanted: ExtendRequest) -> JSONResponse:
        """Let a lease last longer, from now; with 0 seconds it ends now."""
        token, length = str(wanted.lease_token), timedelta(seconds=wanted.seconds)
        items = await queues.extend(known(office), wanted.officer, token, length)
        if not items and wanted.seconds:
            raise Problem(409, "lease_ended", "The lease has ended", detail="Lease again; others may have them by now.")
        return _leased(office, items)

    async def opened(
        office: OfficeCode, last_event_id: Annotated[str | None, Header(max_length=20)] = None
    ) -> AsyncIterator[Reader]:
        async with streams.open(known(office), last_event_id) as reader:
            yield reader

    @router.get("/stream", response_class=StreamingResponse, responses=_STREAM)
    async def stream(reader: Annotated[Reader, Depends(opened)]) -> Live:
        """Follow an office's queue live; `Last-Event-ID` resumes where a stream broke off."""
        return Live(reader, _bodies)

    return router


def _leased(office: str, items: Sequence[Document]) -> JSONResponse:
    return JSONResponse(
        {
            "office": office,
            "lease_token": items[0]["lease"]["token"] if items else None,
            "lease_until": shown(items[0]["lease"]["until"]) if items else None,
            "items": [as_read(item) for item in items],
        }
    )


def _place(values: list[str]) -> tuple[str, datetime, str]:
    try:
        return values[0], datetime.fromisoformat(values[1]), values[2]
    except ValueError:
        raise Problem(400, "cursor_unknown", "The cursor does not belong to this list") from None


async def _bodies(facts: Sequence[Told]) -> list[tuple[str, dict[str, Any]]]:
    """Tell each fact as it was written down, with the id by which a client knows it again."""
    return [(told.message.type, _body(told.message)) for told in facts]


def _body(message: Message) -> dict[str, Any]:
    return {"event_id": message.event_id, "sequence": message.sequence, **json.loads(message.value or b"{}")}
