"""Steps with items over HTTP: with one item, or with several of one lease."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from runtime.described import answers
from runtime.http import Problem
from runtime.mongo import Document
from services.notify.queue_views import OfficeCode, as_read, known
from services.notify.refusals import Refusal
from services.notify.shown import STEP_REFUSALS, ItemShown, OutcomesShown
from services.notify.step_requests import (
    AcceptRequest,
    AcceptSeveralRequest,
    AcknowledgeRecallRequest,
    AnswerRequest,
    ClaimRequest,
    ClaimSeveralRequest,
    CloseRequest,
    DeclineRequest,
    DelayRequest,
    GiveBackRequest,
    PauseRequest,
    ResumeRequest,
    ReturnRequest,
    SeveralRequest,
    SnoozeRequest,
    StepRequest,
    TransferRequest,
)
from services.notify.store import QueueStore

ITEM = answers(ItemShown)

AT_ONCE = 8
"""Items of one request that are written side by side."""


class Taking:
    """Takes steps and answers for them."""

    def __init__(self, queues: QueueStore) -> None:
        self._queues = queues

    async def one(self, request: Request, office: str, item_id: str, wanted: StepRequest) -> JSONResponse:
        """Take a step with one item."""
        request.state.log = {"office": known(office)}
        taken = await self._queues.take(office, item_id, wanted.step(datetime.now(UTC)))
        if taken is None:
            raise Problem(404, "item_unknown", "There is no such item in this queue")
        request.state.log["item_id"] = item_id
        if isinstance(taken, Refusal):
            raise _problem(taken)
        return JSONResponse(as_read(taken))

    async def several(self, request: Request, office: str, wanted: SeveralRequest) -> JSONResponse:
        """Take the same step with several items, each for itself, and say of each what became of it."""
        request.state.log = {"office": known(office), "items": len(wanted.items)}
        step = wanted.step(datetime.now(UTC))
        found = await self._queues.by_ids(office, wanted.items)
        room = asyncio.Semaphore(AT_ONCE)

        async def take(item_id: str) -> dict[str, Any]:
            async with room:
                return _outcome(item_id, await self._queues.take_as_read(found.get(item_id), step))

        outcomes = await asyncio.gather(*(take(item_id) for item_id in sorted(wanted.items)))
        return JSONResponse({"office": office, "items": outcomes})


def _problem(refusal: Refusal) -> Problem:
    return Problem(409, refusal.code, refusal.title, detail=refusal.mend)


def _outcome(item_id: str, taken: Document | Refusal | None) -> dict[str, Any]:
    if taken is None:
        return {"item_id": item_id, "status": 404, "code": "item_unknown"}
    if isinstance(taken, Refusal):
        return {"item_id": item_id, "status": 409, "code": taken.code, "title": taken.title, "detail": taken.mend}
    return {"item_id": item_id, "status": 200, "item": as_read(taken)}


def step_routes(queues: QueueStore) -> APIRouter:
    """Make the routes of everything that is done with items of a queue."""
    router = APIRouter(prefix="/v1/offices/{office}/queue", tags=["steps"], responses=STEP_REFUSALS)
    taking = Taking(queues)
    _several(router, taking)
    _holding(router, taking)
    _asking(router, taking)
    _handing_on(router, taking)
    _ending(router, taking)
    return router


def _several(router: APIRouter, taking: Taking) -> None:
    @router.post("/claim", responses=answers(OutcomesShown))
    async def claim_several(request: Request, office: OfficeCode, body: ClaimSeveralRequest) -> JSONResponse:
        """Take several items of one lease to work on."""
        return await taking.several(request, office, body)

    @router.post("/accept", responses=answers(OutcomesShown))
    async def accept_several(request: Request, office: OfficeCode, body: AcceptSeveralRequest) -> JSONResponse:
        """Make several items claimed under one token the office's own."""
        return await taking.several(request, office, body)


def _holding(router: APIRouter, taking: Taking) -> None:
    @router.post("/{item_id}/claim", responses=ITEM)
    async def claim(request: Request, office: OfficeCode, item_id: str, body: ClaimRequest) -> JSONResponse:
        """Take a leased item to work on."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/accept", responses=ITEM)
    async def accept(request: Request, office: OfficeCode, item_id: str, body: AcceptRequest) -> JSONResponse:
        """Make a claimed item the office's own."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/give-back", responses=ITEM)
    async def give_back(request: Request, office: OfficeCode, item_id: str, body: GiveBackRequest) -> JSONResponse:
        """Put an item back for anyone of the office; the token that held it is void."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/snooze", responses=ITEM)
    async def snooze(request: Request, office: OfficeCode, item_id: str, body: SnoozeRequest) -> JSONResponse:
        """Let a leased item go, and have it offered again only later."""
        return await taking.one(request, office, item_id, body)


def _asking(router: APIRouter, taking: Taking) -> None:
    @router.post("/{item_id}/return", responses=ITEM)
    async def return_item(request: Request, office: OfficeCode, item_id: str, body: ReturnRequest) -> JSONResponse:
        """Put a question back to the requester; the clock stands still until the answer."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/pause", responses=ITEM)
    async def pause(request: Request, office: OfficeCode, item_id: str, body: PauseRequest) -> JSONResponse:
        """Let the clock stand still while a court decides."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/resume", responses=ITEM)
    async def resume(request: Request, office: OfficeCode, item_id: str, body: ResumeRequest) -> JSONResponse:
        """Let the clock run again; a question that has no answer yet is taken back."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/delay", responses=ITEM)
    async def delay(request: Request, office: OfficeCode, item_id: str, body: DelayRequest) -> JSONResponse:
        """Say that the answer will be late, why, and when it is expected."""
        return await taking.one(request, office, item_id, body)


def _handing_on(router: APIRouter, taking: Taking) -> None:
    @router.post("/{item_id}/transfer", responses=ITEM)
    async def transfer(request: Request, office: OfficeCode, item_id: str, body: TransferRequest) -> JSONResponse:
        """Hand a referral on to another office or programme; until that is recorded nobody acts on it."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/decline", responses=ITEM)
    async def decline(request: Request, office: OfficeCode, item_id: str, body: DeclineRequest) -> JSONResponse:
        """Say by code why the office does not act, on all of a referral or on some offences."""
        return await taking.one(request, office, item_id, body)


def _ending(router: APIRouter, taking: Taking) -> None:
    @router.post("/{item_id}/answer", responses=ITEM)
    async def answer(request: Request, office: OfficeCode, item_id: str, body: AnswerRequest) -> JSONResponse:
        """Let an answer out that was deposited with the referral."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/close", responses=ITEM)
    async def close(request: Request, office: OfficeCode, item_id: str, body: CloseRequest) -> JSONResponse:
        """End the office's work, with its result."""
        return await taking.one(request, office, item_id, body)

    @router.post("/{item_id}/acknowledge-recall", responses=ITEM)
    async def acknowledge_recall(
        request: Request, office: OfficeCode, item_id: str, body: AcknowledgeRecallRequest
    ) -> JSONResponse:
        """Say what became of the office's copy of a referral that its originator has withdrawn."""
        return await taking.one(request, office, item_id, body)
