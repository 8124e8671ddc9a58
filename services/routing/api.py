"""Decisions over HTTP: what was decided on a referral, and why."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from runtime.http import Problem
from services.routing.desk_views import as_read, etag
from services.routing.shown import DecisionShown
from services.routing.store import DecisionStore

_PROBLEMS = problems(
    {
        404: "Nothing has been decided on a referral with this id.",
        422: "The id is malformed, or a parameter is unknown.",
        503: "A part of the system is away; ask again.",
    }
)


def routes(decisions: DecisionStore) -> APIRouter:
    """Make the routes of this service."""
    router = APIRouter(prefix="/v1/decisions", tags=["decisions"], responses=_PROBLEMS)

    @router.get("/{referral_id}", responses=answers(DecisionShown, 200, "ETag"))
    async def get_decision(request: Request, referral_id: UUID) -> JSONResponse:
        """Read what was decided and why, every placement since, and who holds the referral now."""
        decision = await decisions.by_referral(str(referral_id))
        if decision is None:
            raise Problem(404, "decision_unknown", "Nothing has been decided on a referral with this id")
        request.state.log = {"referral_id": decision["_id"]}
        return JSONResponse(as_read(decision), headers={"ETag": etag(decision)})

    return router
