"""The gates of a referral over HTTP: where they stand, and each act that passes one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from runtime.http import Problem, shown
from runtime.mongo import Document
from services.referrals.acts import said
from services.referrals.api import POST_PATH, found
from services.referrals.bodies import described, read_body
from services.referrals.exchange import Exchange
from services.referrals.exchange_api import NOT_KEPT, now_as_stored
from services.referrals.gates.desk import GateDesk, gates_of, us_warrant_piece
from services.referrals.gates.forms import (
    AbuseReview,
    SupervisorApproval,
    UsWarrantAttached,
    UsWarrantEnded,
    ValidityConfirmed,
)
from services.referrals.gates.kept import read_gates
from services.referrals.gates.shown import GatesShown, ReviewsShown, WarrantShown, shown_gates
from services.referrals.masking import MASKED, holding, is_masked
from services.referrals.parties import ReaderHeader, read_reader
from services.referrals.pieces import PieceKind, open_piece

_STATUSES = {
    403: "Somebody else than a supervisor approves.",
    404: "There is no such referral, or it rests on no notice.",
    409: "The gate cannot be passed as things stand.",
    410: "The referral is recalled, or its content erased.",
    415: "The body is not application/json.",
    422: "The body is refused, or what it says cannot be.",
    503: "It may or may not have been done; look at the gates and send it again.",
}
_PROBLEMS = problems(_STATUSES)
_GATES = answers(GatesShown, 200, "ETag")


def gate_routes(desk: GateDesk, exchange: Exchange) -> APIRouter:
    """Make the routes of the gates."""
    router = APIRouter(prefix=f"{POST_PATH}/{{referral_id}}/gates", tags=["gates"], responses=_PROBLEMS)
    _add_looking(router, desk)
    _add_passing(router, desk, exchange)
    _add_warrant(router, desk, exchange)
    return router


def _add_looking(router: APIRouter, desk: GateDesk) -> None:
    @router.get("", responses=_GATES)
    async def read_the_gates(request: Request, referral_id: UUID) -> JSONResponse:
        """See what must be done before an office may act, and what has been done."""
        return _shown(await found(desk.records, referral_id, request))


def _add_passing(router: APIRouter, desk: GateDesk, exchange: Exchange) -> None:
    @router.post("/validity", responses=_GATES, openapi_extra=described(ValidityConfirmed))
    async def confirm(request: Request, referral_id: UUID) -> JSONResponse:
        """Say that the bureau was asked, and that the notice is in force."""
        given, _ = await read_body(request, ValidityConfirmed)
        await found(desk.records, referral_id, request)
        return _shown(await desk.confirm(str(referral_id), given, now_as_stored()))

    @router.post("/abuse-review", responses=_GATES, openapi_extra=described(AbuseReview))
    async def review(request: Request, referral_id: UUID) -> JSONResponse:
        """Say what a review for abuse of the notice came to."""
        given, body = await read_body(request, AbuseReview)
        await found(desk.records, referral_id, request)
        return _shown(await desk.review(str(referral_id), given, said(body), now_as_stored()))

    @router.get("/abuse-review", responses=answers(ReviewsShown))
    async def read_reviews(request: Request, referral_id: UUID, reader: ReaderHeader = None) -> JSONResponse:
        """Read what reviewers said, with their remarks; the reading is recorded."""
        record = await found(desk.records, referral_id, request)
        return JSONResponse(await SealedAtGates(exchange).reviews(record, read_reader(reader)), headers=NOT_KEPT)

    @router.post("/approval", responses=_GATES, openapi_extra=described(SupervisorApproval))
    async def approve(request: Request, referral_id: UUID) -> JSONResponse:
        """Let the office act, as its supervisor."""
        given, _ = await read_body(request, SupervisorApproval)
        await found(desk.records, referral_id, request)
        return _shown(await desk.approve(str(referral_id), given, now_as_stored()))


def _add_warrant(router: APIRouter, desk: GateDesk, exchange: Exchange) -> None:
    @router.post("/us-warrant", responses=_GATES, openapi_extra=described(UsWarrantAttached))
    async def attach(request: Request, referral_id: UUID) -> JSONResponse:
        """Attach a warrant of a United States court; nothing else makes more of a notice than a lead."""
        given, body = await read_body(request, UsWarrantAttached)
        await found(desk.records, referral_id, request)
        return _shown(await desk.attach_warrant(str(referral_id), given, said(body), now_as_stored()))

    @router.post("/us-warrant/end", responses=_GATES, openapi_extra=described(UsWarrantEnded))
    async def end(request: Request, referral_id: UUID) -> JSONResponse:
        """Say that there is no such warrant any more, or that it was attached in error."""
        given, _ = await read_body(request, UsWarrantEnded)
        await found(desk.records, referral_id, request)
        return _shown(await desk.end_warrant(str(referral_id), given, now_as_stored()))

    @router.get("/us-warrant", responses=answers(WarrantShown))
    async def read_warrant(request: Request, referral_id: UUID, reader: ReaderHeader = None) -> JSONResponse:
        """Read which warrant it is; the reading is recorded."""
        record = await found(desk.records, referral_id, request)
        return JSONResponse(await SealedAtGates(exchange).warrant(record, read_reader(reader)), headers=NOT_KEPT)


@dataclass(frozen=True, slots=True)
class SealedAtGates:
    """Opens what is kept sealed of what was said at the gates; each reading is recorded."""

    exchange: Exchange

    async def warrant(self, record: Document, reader: str) -> dict[str, Any]:
        """Give the United States warrant that stands."""
        warrant = gates_of(record).us_warrant
        if warrant is None:
            raise Problem(404, "no_us_warrant", "No United States warrant is attached to this referral")
        key = await self.exchange.open(record, reader, "us-warrant", str(warrant.number))
        piece_id = us_warrant_piece(record["_id"], warrant.number)
        piece = await self.exchange.pieces.find(record["_id"], piece_id, PieceKind.US_WARRANT)
        assert piece is not None
        opened = open_piece(key, piece)
        return {
            "referral_id": record["_id"],
            "warrant_id": opened["warrant_id"],
            "court": opened["court"],
            "attached_at": shown(warrant.at),
        }

    async def reviews(self, record: Document, reader: str) -> dict[str, Any]:
        """Give what every reviewer said, the first one first."""
        gates_of(record)
        key = await self.exchange.open(record, reader, "abuse-reviews")
        pieces = await self.exchange.pieces.of_kinds(record["_id"], PieceKind.ABUSE_REVIEW)
        reviews = [_review(piece, open_piece(key, piece)) for piece in sorted(pieces, key=lambda one: one["at"])]
        return {"referral_id": record["_id"], "reviews": [_as_seen(review, record, reader) for review in reviews]}


def _review(piece: Document, said_: dict[str, Any]) -> dict[str, Any]:
    words = {name: said_.get(name) for name in ("office", "staff", "outcome", "ground", "remarks")}
    return {"at": shown(piece["at"]), **words}


def _as_seen(review: dict[str, Any], record: Document, reader: str) -> dict[str, Any]:
    """Mask what was remarked about a missing child, but for who holds the referral or has said it."""
    office = reader.split("/")[0]
    if review["remarks"] is None or not is_masked(record) or office in holding(record["timeline"]) | {review["office"]}:
        return review
    return {**review, "remarks": MASKED}


def _shown(record: Document) -> JSONResponse:
    gates_of(record)
    etag = f'"{record["version"]}"'
    return JSONResponse(shown_gates(record, read_gates(record), datetime.now(UTC)), headers={"ETag": etag, **NOT_KEPT})
