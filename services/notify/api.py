"""The queues over HTTP: look, lease, claim, accept, and follow live."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from runtime.events import Message
from runtime.feed import Reader, Told
from runtime.http import Problem, shown
from runtime.live import EVENT_STREAM, Live, Streams
from runtime.mongo import Document
from runtime.pages import read_cursor, write_cursor
from schemas.vocabulary import QUEUES, ItemState, QueueRole
from services.notify.domain import LEASE_AT_MOST
from services.notify.store import HIDDEN, QueueStore

OfficeCode = Annotated[str, Path(max_length=20)]
OfficerId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="Staff id of the officer, never a name.")
]


class LeaseRequest(BaseModel):
    """Who wants how many items, for how long."""

    model_config = ConfigDict(extra="forbid")

    officer: OfficerId
    most: int = Field(default=10, ge=1, le=100)
    lease_token: UUID | None = Field(
        default=None, description="Made by the client: the same request sent again gives the same lease."
    )
    seconds: int = Field(default=300, ge=1, le=int(LEASE_AT_MOST.total_seconds()))


class ClaimRequest(BaseModel):
    """Who claims, under which lease."""

    model_config = ConfigDict(extra="forbid")

    officer: OfficerId
    lease_token: str = Field(max_length=64)


class AcceptRequest(BaseModel):
    """Under which claim the office accepts."""

    model_config = ConfigDict(extra="forbid")

    lease_token: str = Field(max_length=64)


def routes(queues: QueueStore, streams: Streams) -> APIRouter:
    """Make the routes of this service."""
    router = APIRouter(prefix="/v1/offices/{office}", tags=["queues"])

    @router.get("")
    async def get_office(office: OfficeCode) -> JSONResponse:
        """Count what an office has, by state."""
        return JSONResponse({"office": _known(office), "items": await queues.counts(office)})

    @router.get("/queue")
    async def get_queue(
        office: OfficeCode,
        state: ItemState | None = None,
        role: QueueRole | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
    ) -> JSONResponse:
        """List an office's items: life first, then who has waited longest."""
        filters = {name: value.value for name, value in (("state", state), ("role", role)) if value is not None}
        listing = f"queue {_known(office)} {sorted(filters.items())}"
        after = _place(read_cursor(cursor, listing, fields=3)) if cursor is not None else ()
        found = await queues.waiting(office, filters, after, limit + 1)
        page: dict[str, Any] = {"office": office, "items": [as_read(item) for item in found[:limit]], "next": None}
        if len(found) > limit:
            last = found[limit - 1]
            page["next"] = write_cursor([last["urgency"], last["queued_at"].isoformat(), last["_id"]], listing)
        return JSONResponse(page)

    @router.post("/queue/lease")
    async def lease(office: OfficeCode, wanted: LeaseRequest) -> JSONResponse:
        """Hold items for an officer until the lease ends; the token is what every further step needs."""
        token = str(wanted.lease_token or uuid4())
        length = timedelta(seconds=wanted.seconds)
        items = await queues.lease(_known(office), wanted.officer, token, wanted.most, length)
        return JSONResponse(
            {
                "office": office,
                "lease_token": items[0]["lease"]["token"] if items else None,
                "lease_until": shown(items[0]["lease"]["until"]) if items else None,
                "items": [as_read(item) for item in items],
            }
        )

    @router.post("/queue/{item_id}/claim")
    async def claim(office: OfficeCode, item_id: str, claimed: ClaimRequest) -> JSONResponse:
        """Take a leased item to work on."""
        item = await queues.claim(_known(office), item_id, claimed.lease_token, claimed.officer)
        return await _answer(office, item_id, item, ItemState.CLAIMED, claimed.lease_token, claimed.officer)

    @router.post("/queue/{item_id}/accept")
    async def accept(office: OfficeCode, item_id: str, accepted: AcceptRequest) -> JSONResponse:
        """Make a claimed item the office's own."""
        item = await queues.accept(_known(office), item_id, accepted.lease_token)
        return await _answer(office, item_id, item, ItemState.ACCEPTED, accepted.lease_token)

    async def opened(
        office: OfficeCode, last_event_id: Annotated[str | None, Header(max_length=20)] = None
    ) -> AsyncIterator[Reader]:
        async with streams.open(_known(office), last_event_id) as reader:
            yield reader

    @router.get("/stream", response_class=StreamingResponse, responses=EVENT_STREAM)
    async def stream(reader: Annotated[Reader, Depends(opened)]) -> Live:
        """Follow an office's queue live; `Last-Event-ID` resumes where a stream broke off."""
        return Live(reader, _bodies)

    async def _answer(
        office: str, item_id: str, item: Document | None, wanted: ItemState, token: str, officer: str | None = None
    ) -> JSONResponse:
        if item is None:
            item = await queues.by_id(office, item_id)
            if item is None:
                raise Problem(404, "item_unknown", "There is no such item in this queue")
            same_officer = officer is None or item.get("claimed_by") == officer
            if item["state"] != wanted.value or item.get("token") != token or not same_officer:
                # else: the same step sent again
                raise _refusal(item, token, officer)
        return JSONResponse(as_read(item))

    return router


def _refusal(item: Document, token: str, officer: str | None) -> Problem:
    state, lease = item["state"], item.get("lease", {})
    if state == ItemState.CLOSED.value:
        return _moved(item)
    if state != ItemState.READY.value:
        return Problem(409, "wrong_state_or_token", f"The item is {state}, and not under this token")
    if lease.get("token") != token:
        code, title = "not_leased", "This item is not leased under this token"
    elif officer is not None and lease.get("officer") != officer:
        code, title = "leased_to_another", "This lease belongs to another officer"
    elif officer is None:
        code, title = "not_claimed", "This item must be claimed first"
    else:
        code, title = "lease_ended", "The lease has ended"
    return Problem(409, code, title, detail="Lease the item again; another officer may have it by now.")


def _moved(item: Document) -> Problem:
    """Tell a late holder that the item has left this queue, and where the referral is now."""
    where = f"It is with {item['moved_to']} now." if item.get("moved_to") else "It went back to its requester."
    return Problem(409, "item_moved", "The item has left this queue", detail=where)


def as_read(item: Document) -> dict[str, Any]:
    """Give an item as its readers see it."""
    return {
        "item_id": item["_id"],
        **{name: shown(value) for name, value in item.items() if name not in ("_id", "stay", *HIDDEN)},
    }


def _known(office: str) -> str:
    if office not in QUEUES:
        raise Problem(404, "office_unknown", "There is no office, desk or programme with this code")
    return office


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
