"""Evidence over HTTP: the keys, a referral's receipts, and its custody bundle."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from runtime.http import Problem
from services.referrals.evidence.evidence import CustodyView, Evidence
from services.referrals.evidence.shown import BundleShown, KeysShown, ReceiptsShown

_PROBLEMS = problems(
    {
        404: "There is no such referral.",
        422: "The id or a parameter is malformed.",
        503: "A part of the system is away; ask again.",
    }
)


def evidence_routes(evidence: Evidence) -> APIRouter:
    """Make the routes of evidence."""
    router = APIRouter(prefix="/v1", tags=["evidence"])

    @router.get("/receipts/keys", responses=answers(KeysShown))
    async def list_keys() -> JSONResponse:
        """Give the public keys that receipts are checked with, as a JSON Web Key Set (RFC 7517)."""
        return JSONResponse(evidence.signer.jwks, headers={"Cache-Control": "max-age=3600"})

    @router.get("/referrals/{referral_id}/receipts", responses={**answers(ReceiptsShown), **_PROBLEMS})
    async def list_receipts(request: Request, referral_id: UUID) -> JSONResponse:
        """Give every receipt of a referral, signed, and say which of them stands."""
        request.state.log = {"referral_id": str(referral_id)}
        receipts = await evidence.receipts(str(referral_id))
        if receipts is None:
            raise Problem(404, "referral_unknown", "There is no referral with this id")
        return JSONResponse(receipts, headers={"Cache-Control": "no-store"})

    @router.get(
        "/referrals/{referral_id}/custody", responses={**answers(BundleShown, 200, "Content-Disposition"), **_PROBLEMS}
    )
    async def export_custody(
        request: Request, referral_id: UUID, view: Annotated[CustodyView, Query()] = CustodyView.LIAISON
    ) -> Response:
        """Export all events, receipts and readings of a referral in one file that anybody can check without us."""
        request.state.log = {"referral_id": str(referral_id)}
        bundle = await evidence.custody(str(referral_id), view)
        if bundle is None:
            raise Problem(404, "referral_unknown", "There is no referral with this id")
        named = {
            "Content-Disposition": f'attachment; filename="custody-{referral_id}.json"',
            "Cache-Control": "no-store",
        }
        return Response(bundle, media_type="application/json", headers=named)

    return router
