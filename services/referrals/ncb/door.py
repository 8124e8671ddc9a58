"""The NCB feed over HTTP: messages posted by the bureau's adapter, and the questions that it fetches."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from runtime.described import answers, problems
from runtime.http import Problem, shown
from runtime.mongo import Document
from services.referrals.bodies import refused
from services.referrals.exchange_api import now_as_stored
from services.referrals.model.exchange import OfficeCode, Staff
from services.referrals.ncb.deliveries import Deliveries, Delivery
from services.referrals.ncb.desk import SOURCE, NcbDesk, Taken
from services.referrals.ncb.questions import Asker
from services.referrals.ncb.reading import lines_of
from services.referrals.ncb.shown import LinesTaken, QuestionAsked, ValidityQuestions
from services.referrals.ncb.signatures import Signatures
from services.referrals.notices.life import has_ended, is_shut
from services.referrals.parties import office_faults
from services.referrals.vault import Erased, Frozen

LINES_AT_MOST = 500
LINES, ONE = "application/x-ndjson", "application/json"

_NOT_KEPT = {"Cache-Control": "no-store"}
_PROBLEMS = problems(
    {
        400: "The body is not UTF-8.",
        401: "The signature does not hold.",
        409: "The webhook-id was used for another body; or the notice is not in force.",
        413: "The body is too large, or has too many lines.",
        415: "The body is neither application/x-ndjson nor application/json.",
        503: "The door is not set up; or it may or may not have been taken: send the same again.",
    }
)
_ASKED = {
    **answers(QuestionAsked, 201),
    **problems({404: "There is no such notice.", 422: "It is not of the right form."}),
}
_SIGNED = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
]
_LINES = {"content": {kind: {"schema": {"type": "string"}} for kind in (LINES, ONE)}, "required": True}


class Asking(BaseModel):
    """Who asks whether a notice is still in force."""

    model_config = ConfigDict(extra="forbid")

    office: Annotated[OfficeCode, Field(description="Office or desk that asks.")]
    staff: Staff


def ncb_routes(desk: NcbDesk, signatures: Signatures, deliveries: Deliveries) -> APIRouter:
    """Make the routes of the feed."""
    router = APIRouter(prefix="/v1", tags=["ncb"], responses=_PROBLEMS)

    @router.post(
        "/ncb/messages",
        responses=answers(LinesTaken),
        openapi_extra={"parameters": _SIGNED, "requestBody": _LINES},
    )
    async def post_messages(request: Request) -> JSONResponse:
        """Take messages of the bureau, one a line; the answer says of every line what became of it."""
        body = await request.body()
        delivery = Delivery(signatures.check(request, body), desk.fingerprints.raw(SOURCE, body))
        lines = _lines(request, body)
        answer = await deliveries.answer_to(delivery)
        if answer is None:
            now = now_as_stored()
            taken = [_told(number, each) for number, each in enumerate(await desk.take_all(lines, now), 1)]
            answer = await deliveries.answered(delivery, taken, now)
        return JSONResponse({"lines": answer}, headers=_NOT_KEPT)

    @router.get("/ncb/questions", responses=answers(ValidityQuestions), openapi_extra={"parameters": _SIGNED})
    async def read_questions(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> JSONResponse:
        """List the open questions to owners of notices, oldest first; a reply with the query_id answers one."""
        signatures.check(request, b"")
        rows = [await _asked(desk, question) for question in await desk.questions.open(limit)]
        return JSONResponse({"questions": [row for row in rows if row is not None]}, headers=_NOT_KEPT)

    @router.post("/notices/{notice_id}/validity-questions", status_code=201, responses=_ASKED)
    async def ask_validity(request: Request, notice_id: UUID, given: Asking) -> JSONResponse:
        """Ask the owner of a notice whether it is still in force; one question at a time is open."""
        request.state.log = {"notice_id": str(notice_id)}
        record = await desk.book.record(notice_id)
        if record is None:
            raise Problem(404, "notice_unknown", "There is no notice with this id")
        if has_ended(record) or is_shut(record):
            raise Problem(
                409, "notice_not_in_force", "This notice is suspended or ended", detail="There is nothing to ask."
            )
        if faults := tuple(office_faults(given.office)):
            raise refused(faults)
        question = await desk.questions.ask(notice_id, Asker(given.office, given.staff), now_as_stored())
        told = {"query_id": question["_id"], "notice_id": str(notice_id), "asked_at": shown(question["asked_at"])}
        return JSONResponse(told, 201)

    return router


def _lines(request: Request, body: bytes) -> list[bytes]:
    """Give the messages of a body by what it says that it is."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in (LINES, ONE):
        raise Problem(415, "not_json_lines", "The body must be application/x-ndjson, or application/json for one")
    lines = [body.strip()] if kind == ONE else list(lines_of(body))
    if len(lines) > LINES_AT_MOST:
        raise Problem(
            413, "too_many_lines", "There are too many messages in one body", detail=f"Send {LINES_AT_MOST} at most."
        )
    return lines


def _told(number: int, taken: Taken) -> dict[str, Any]:
    told: dict[str, Any] = {"line": number, "result": taken.result.value}
    if taken.effect is not None:
        told |= {"message_id": taken.message_id, "notice_id": str(taken.notice_id), "effect": taken.effect.value}
    if taken.faults:
        told["faults"] = [
            {"code": each.code, "pointer": each.pointer, "problem": each.problem, "mend": each.mend}
            for each in taken.faults
        ]
    return told


async def _asked(desk: NcbDesk, question: Document) -> dict[str, Any] | None:
    """Write a question with the number by which the bureau knows the notice; one about what is gone is closed."""
    try:
        notice = await desk.book.read(UUID(question["notice_id"]))
    except (Frozen, Erased):
        await desk.questions.close(question, now_as_stored())
        return None
    asked = {"query_id": question["_id"], "asked_at": shown(question["asked_at"]), "office": question["office"]}
    return {**asked, "colour": notice.colour.value, "entity_id": notice.entity_id}
