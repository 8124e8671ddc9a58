"""One referral over HTTP: its record with its content, and its timeline."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from runtime.described import Answers, answers, sent
from runtime.mongo import Document
from services.referrals.api import POST_PATH, found, listed
from services.referrals.contents import refuse_recalled
from services.referrals.exchange import Exchange
from services.referrals.exchange_api import PROBLEMS
from services.referrals.masking import UnmaskGround, is_masked
from services.referrals.parties import ReaderHeader, read_reader
from services.referrals.shown import RecordShown, TimelineShown
from services.referrals.timeline import View, seen_by

UNKNOWN: Answers = {status: PROBLEMS[status] for status in (404, 422, 503)}
_SAME = {"description": "The record is as `If-None-Match` says.", **sent("ETag")}
UNREADABLE: Answers = {status: PROBLEMS[status] for status in (400, 404, 410, 422, 503)}


def record_routes(exchange: Exchange) -> APIRouter:
    """Make the routes of one referral."""
    router = APIRouter(prefix=f"{POST_PATH}/{{referral_id}}", tags=["referrals"])

    @router.get("", responses={**answers(RecordShown, 200, "ETag"), 304: _SAME, **UNREADABLE})
    async def get_referral(
        request: Request,
        referral_id: UUID,
        if_none_match: Annotated[str | None, Header(max_length=200)] = None,
        reader: ReaderHeader = None,
        unmask: UnmaskGround | None = None,
    ) -> Response:
        """Read a referral's whole record, its content as it stands now; the reading is recorded.

        What is about a missing child is masked, unless the office that holds it says on what ground it must see more.
        """
        record = await found(exchange.records, referral_id, request)
        refuse_recalled(record)
        who = read_reader(reader)
        etag = f'"{record["version"]}"' if unmask is None else f'"{record["version"]}-unmasked"'
        if if_none_match is not None and etag in re.split(r"\s*,\s*", if_none_match.replace("W/", "")):
            return Response(status_code=304, headers={"ETag": etag})
        current = await exchange.current(record, who, unmask)
        whole = {
            **listed(record),
            "digest": f"sha-256:{record['idempotency']['digest']}",
            "trace_id": record["trace_id"],
            "intake": record["intake"],
            "content_version": current.number,
            "notice": _notice(record),
            "masked": unmask is None and is_masked(record),
            "request": current.whole,
        }
        return JSONResponse(whole, headers={"ETag": etag, "Cache-Control": "no-store"})

    @router.get("/timeline", responses={**answers(TimelineShown, 200, "ETag"), **UNKNOWN})
    async def get_timeline(
        request: Request, referral_id: UUID, view: Annotated[View, Query()] = View.LIAISON
    ) -> JSONResponse:
        """Follow what has happened with a referral, in the order in which it happened."""
        record = await found(exchange.records, referral_id, request)
        return JSONResponse(
            {
                "referral_id": record["_id"],
                "state": record["state"],
                "trace_id": record["trace_id"],
                "timeline": seen_by(view, record["timeline"]),
            },
            headers={"ETag": f'"{record["version"]}"'},
        )

    return router


def _notice(record: Document) -> dict[str, Any] | None:
    """Say of a referral that rests on a notice on which, and what may be done at most; its gates are read for more."""
    if "notice" not in record:
        return None
    notice = record["notice"]
    return {**{name: notice[name] for name in ("notice_id", "colour", "source")}, "action": record["gates"]["action"]}
