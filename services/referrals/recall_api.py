"""Recalling a referral, and who has read it, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from runtime.described import answers
from runtime.http import Problem, shown
from runtime.mongo import Document
from runtime.pages import read_cursor, write_cursor
from services.referrals.acts import said
from services.referrals.api import POST_PATH, found
from services.referrals.bodies import described, read_body
from services.referrals.exchange import Exchange
from services.referrals.exchange_api import PROBLEMS, now_as_stored
from services.referrals.model.exchange import Recall
from services.referrals.parties import not_by_its_requester
from services.referrals.recall import Holder, holders_of
from services.referrals.shown import ReadingsShown, RecallShown
from services.referrals.timeline import View


def recall_routes(exchange: Exchange) -> APIRouter:
    """Make the routes of recalls and readings."""
    router = APIRouter(prefix=f"{POST_PATH}/{{referral_id}}", tags=["recall"], responses=PROBLEMS)

    @router.post("/recall", responses=answers(RecallShown), openapi_extra=described(Recall))
    async def recall(request: Request, referral_id: UUID) -> JSONResponse:
        """Withdraw a referral: nobody reads it any more, and every holder must say what became of its copy."""
        given, body = await read_body(request, Recall)
        not_by_its_requester(await found(exchange.records, referral_id, request))
        record = await exchange.requester.recall(str(referral_id), given, said(body), now_as_stored())
        return JSONResponse(_standing(record))

    @router.get("/recall", responses=answers(RecallShown))
    async def read_recall(request: Request, referral_id: UUID) -> JSONResponse:
        """Follow a recall: who held the referral, who has said what of it, and who has not."""
        record = await found(exchange.records, referral_id, request)
        if "recall" not in record:
            raise Problem(404, "not_recalled", "This referral has not been recalled")
        return JSONResponse(_standing(record))

    @router.get("/readings", responses=answers(ReadingsShown))
    async def list_readings(
        request: Request,
        referral_id: UUID,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        view: Annotated[View, Query()] = View.LIAISON,
    ) -> JSONResponse:
        """List who has read what of a referral and when, oldest first; a liaison sees of which office or country."""
        record = await found(exchange.records, referral_id, request)
        listing = f"readings {record['_id']}"
        after = read_cursor(cursor, listing, fields=1)[0] if cursor is not None else None
        rows = await exchange.readings.of(record["_id"], after, limit + 1)
        more = len(rows) > limit
        page = {
            "referral_id": record["_id"],
            "readings": [_reading(row, view) for row in rows[:limit]],
            "next": write_cursor([rows[limit - 1]["_id"]], listing) if more else None,
        }
        return JSONResponse(page)

    return router


def _standing(record: Document) -> dict[str, Any]:
    recall = record["recall"]
    holders = holders_of(record["timeline"], recall["recalled_at"])
    erased = record.get("erased_at")
    outstanding = [holder.office for holder in holders if holder.outstanding and erased is None]
    return {
        "referral_id": record["_id"],
        "ground": recall["ground"],
        "recalled_at": shown(recall["recalled_at"]),
        "erased_at": shown(erased),
        "outstanding": outstanding,
        "holders": [_holder(holder) for holder in holders],
    }


def _holder(holder: Holder) -> dict[str, Any]:
    return {
        "office": holder.office,
        "roles": list(holder.roles),
        "asked_at": shown(holder.asked_at),
        "outcome": holder.outcome.value if holder.outcome is not None else None,
        "ground": holder.ground,
        "said_at": shown(holder.said_at),
    }


def _reading(row: Document, view: View) -> dict[str, Any]:
    return {
        "reading_id": row["_id"],
        "at": shown(row["at"]),
        "reader": row["reader"] if view is View.ALL else row["reader"].split("/")[0],
        "what": row["what"],
        "version": row["version"],
        "parts": row["parts"],
    }
