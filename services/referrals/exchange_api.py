"""What the two sides say about a referral, over HTTP: questions back, answers, supplements and versions."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from runtime.http import Problem, shown
from runtime.mongo import Document
from services.referrals.acts import said
from services.referrals.api import POST_PATH, found, idempotency_key
from services.referrals.bodies import described, read_body
from services.referrals.contents import Version
from services.referrals.exchange import Exchange
from services.referrals.masking import UnmaskGround
from services.referrals.model.exchange import OfficeAnswer, Question, Reply, Supplement
from services.referrals.parties import ReaderHeader, not_by_its_requester, read_reader
from services.referrals.shown import (
    AnswerShown,
    AnswersShown,
    HeldShown,
    QuestionsShown,
    RepliedShown,
    SupplementShown,
    VersionShown,
    VersionsShown,
)

NOT_KEPT: dict[str, str] = {"Cache-Control": "no-store"}
_STATUSES = {
    400: "The Dragoman-Reader or Idempotency-Key header is missing or malformed.",
    403: "Somebody else than the requester asks for what only the requester may do.",
    404: "There is no such referral, question, answer or version.",
    409: "The question is answered, the office goes on without an answer, or the referral follows a notice.",
    410: "The referral is recalled, or its content erased.",
    415: "The body is not application/json.",
    422: "The body is refused, every fault named.",
    503: "It may or may not have been done; send the same again.",
}
PROBLEMS = problems(_STATUSES)


def exchange_routes(exchange: Exchange) -> APIRouter:
    """Make the routes of the exchange."""
    router = APIRouter(prefix=f"{POST_PATH}/{{referral_id}}", tags=["exchange"], responses=PROBLEMS)
    _add_questions(router, exchange)
    _add_answers(router, exchange)
    _add_versions(router, exchange)
    return router


def _add_questions(router: APIRouter, exchange: Exchange) -> None:
    @router.post("/questions", status_code=201, responses=answers(HeldShown, 201), openapi_extra=described(Question))
    async def ask(request: Request, referral_id: UUID) -> JSONResponse:
        """Deposit a question back; it goes out when its office returns the item with it."""
        question, body = await read_body(request, Question)
        record = await found(exchange.records, referral_id, request)
        piece = await exchange.offices.deposit_question(record, question, body, now_as_stored())
        return _held(piece, "question_id")

    @router.get("/questions", responses=answers(QuestionsShown))
    async def read_questions(
        request: Request, referral_id: UUID, reader: ReaderHeader = None, unmask: UnmaskGround | None = None
    ) -> JSONResponse:
        """Read the questions put to the requester and what it answered; the reading is recorded."""
        record = await found(exchange.records, referral_id, request)
        questions = await exchange.questions(record, read_reader(reader), unmask)
        return JSONResponse({"referral_id": record["_id"], "questions": questions}, headers=NOT_KEPT)

    @router.post("/questions/{question_id}/answer", responses=answers(RepliedShown), openapi_extra=described(Reply))
    async def reply(request: Request, referral_id: UUID, question_id: UUID) -> JSONResponse:
        """Answer a question back; the office's clock runs again."""
        given, body = await read_body(request, Reply)
        await found(exchange.records, referral_id, request)
        piece = await exchange.requester.reply(str(referral_id), str(question_id), given, said(body), now_as_stored())
        return JSONResponse(
            {"question_id": str(question_id), "state": "answered", "answered_at": shown(piece["at"])}, headers=NOT_KEPT
        )


def _add_answers(router: APIRouter, exchange: Exchange) -> None:
    @router.post("/answers", status_code=201, responses=answers(HeldShown, 201), openapi_extra=described(OfficeAnswer))
    async def answer(request: Request, referral_id: UUID) -> JSONResponse:
        """Deposit an answer; it goes out when its office answers the item with it."""
        given, body = await read_body(request, OfficeAnswer)
        record = await found(exchange.records, referral_id, request)
        piece = await exchange.offices.deposit_answer(record, given, body, now_as_stored())
        return _held(piece, "answer_id")

    @router.get("/answers", responses=answers(AnswersShown))
    async def read_answers(
        request: Request, referral_id: UUID, reader: ReaderHeader = None, unmask: UnmaskGround | None = None
    ) -> JSONResponse:
        """Read the answers that were given, each under its own marks; the reading is recorded."""
        record = await found(exchange.records, referral_id, request)
        given = await exchange.answers(record, read_reader(reader), unmask)
        return JSONResponse({"referral_id": record["_id"], "answers": given}, headers=NOT_KEPT)

    @router.get("/answers/{answer_id}", responses=answers(AnswerShown))
    async def read_answer(
        request: Request,
        referral_id: UUID,
        answer_id: UUID,
        reader: ReaderHeader = None,
        unmask: UnmaskGround | None = None,
    ) -> JSONResponse:
        """Read one answer; the reading is recorded."""
        record = await found(exchange.records, referral_id, request)
        given = await exchange.answers(record, read_reader(reader), unmask, only=str(answer_id))
        if not given:
            raise Problem(404, "answer_unknown", "No such answer has been given")
        return JSONResponse(given[0], headers=NOT_KEPT)


def _add_versions(router: APIRouter, exchange: Exchange) -> None:
    @router.post(
        "/supplements",
        status_code=201,
        responses=answers(SupplementShown, 201, "Location"),
        openapi_extra=_with_key(described(Supplement)),
    )
    async def supplement(request: Request, referral_id: UUID) -> JSONResponse:
        """Add to a referral, or correct it: that makes a new version, and the old ones stay."""
        key = idempotency_key(request)
        given, body = await read_body(request, Supplement)
        not_by_its_requester(await found(exchange.records, referral_id, request))
        piece = await exchange.requester.supplement(str(referral_id), given, said(body, key), now_as_stored())
        address = f"{POST_PATH}/{referral_id}/versions/{piece['number']}"
        return JSONResponse(_supplemented(piece), 201, headers={"Location": address})

    @router.get("/versions", responses=answers(VersionsShown))
    async def list_versions(request: Request, referral_id: UUID) -> JSONResponse:
        """List the versions of a referral, without their content."""
        record = await found(exchange.records, referral_id, request)
        first = {
            "number": 1,
            "kind": "original",
            "at": shown(record["received_at"]),
            "digest": f"sha-256:{record['idempotency']['digest']}",
        }
        later = [_listed(piece) for piece in await exchange.contents.supplements(record)]
        return JSONResponse({"referral_id": record["_id"], "versions": [first, *later]})

    @router.get("/versions/{number}", responses=answers(VersionShown))
    async def read_version(
        request: Request,
        referral_id: UUID,
        number: int,
        reader: ReaderHeader = None,
        unmask: UnmaskGround | None = None,
    ) -> JSONResponse:
        """Read a referral as it stood in one version, and what that version changed; the reading is recorded."""
        record = await found(exchange.records, referral_id, request)
        version = await exchange.version(record, read_reader(reader), number, unmask)
        return JSONResponse(_whole(record["_id"], version), headers=NOT_KEPT)


def now_as_stored() -> datetime:
    """Give the time as the database keeps it, so that what is answered twice is the same."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _held(piece: Document, name: str) -> JSONResponse:
    body = {name: piece["_id"], "state": "held", "deposited_at": shown(piece["at"])}
    return JSONResponse({**body, "digest": f"sha-256:{piece['digest']}"}, 201)


def _with_key(described_body: dict[str, Any]) -> dict[str, Any]:
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    return {**described_body, "parameters": [key]}


def _listed(piece: Document) -> dict[str, Any]:
    return {
        "number": piece["number"],
        "kind": piece["supplement_kind"],
        "at": shown(piece["at"]),
        "digest": f"sha-256:{piece['digest']}",
    }


def _supplemented(piece: Document) -> dict[str, Any]:
    return {"referral_id": piece["referral_id"], **_listed(piece)}


def _whole(referral_id: str, version: Version) -> dict[str, Any]:
    return {
        "referral_id": referral_id,
        "number": version.number,
        "kind": version.kind,
        "at": shown(version.at),
        "digest": f"sha-256:{version.digest}",
        "changes": version.changes if version.number > 1 else {},
        "request": version.whole,
    }
