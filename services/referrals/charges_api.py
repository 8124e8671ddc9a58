"""Reading a charge over HTTP, to see what it would be taken for; nothing of it is stored or logged."""

from typing import Any

from fastapi import APIRouter

from services.referrals.charges import read_charge
from services.referrals.charges.shown import shown_reading
from services.referrals.model.offences import Charge

READ_PATH = "/v1/charges/read"


def charge_routes() -> APIRouter:
    """Make the route that reads a charge."""
    router = APIRouter(tags=["charges"])

    @router.post(READ_PATH)
    async def post_charge(charge: Charge) -> dict[str, Any]:
        """Read a charge as the intake would: its labels, best first, or why a person must read it."""
        return shown_reading(read_charge(charge.text, charge.translation, charge.language))

    return router
