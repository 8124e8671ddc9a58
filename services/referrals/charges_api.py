"""Reading a charge over HTTP, to see what it would be taken for; nothing of it is stored or logged."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from services.referrals.charges import read_charge
from services.referrals.charges.reading_shown import ReadingOfCharge
from services.referrals.charges.shown import shown_reading
from services.referrals.model.offences import Charge

READ_PATH = "/v1/charges/read"

_PROBLEMS = problems({422: "The charge is not of the right form."})


def charge_routes() -> APIRouter:
    """Make the route that reads a charge."""
    router = APIRouter(tags=["charges"])

    @router.post(READ_PATH, responses={**answers(ReadingOfCharge), **_PROBLEMS})
    async def post_charge(charge: Charge) -> JSONResponse:
        """Read a charge as the intake would: its labels, best first, or why a person must read it."""
        return JSONResponse(shown_reading(read_charge(charge.text, charge.translation, charge.language)))

    return router
