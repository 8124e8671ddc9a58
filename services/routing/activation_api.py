"""What is in force over HTTP: ask, confirm, withdraw, roll back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from runtime.http import shown
from runtime.pages import read_cursor, read_number, write_cursor
from services.routing.activation_desk import ActivationDesk
from services.routing.rules import RulesInForce
from services.routing.ruleset_api import BAD_CURSOR, Cursor, Limit, Version
from services.routing.ruleset_desk import RulesetDesk
from services.routing.ruleset_forms import AskForm, Moment, SecondForm
from services.routing.ruleset_shown import ActivationShown, ActivationsShown, InForceShown

_PROBLEMS = problems(
    {
        404: "There is no such ruleset or activation, or none was in force at that moment.",
        422: "It is not of the right form, or the ruleset has faults; every one is named.",
        503: "It may or may not have been done; send the same again.",
    }
)
_IN_THE_WAY = problems({409: "The ruleset or its activation is in a state in which this cannot be done."})


def activation_routes(desk: RulesetDesk, activations: ActivationDesk, rules: RulesInForce) -> APIRouter:
    """Make the routes of activations."""
    router = APIRouter(prefix="/v1/rulesets", tags=["rulesets"], responses=_PROBLEMS)

    @router.get("/in-force", responses=answers(InForceShown))
    async def get_in_force(at: Annotated[Moment | None, Query()] = None) -> JSONResponse:
        """Tell which ruleset is in force at a moment: now, if none is named."""
        activation, header = await desk.in_force(at or datetime.now(UTC))
        return JSONResponse({"version": header["_id"], "digest": header["digest"], "activation": as_read(activation)})

    @router.get("/activations", responses={**answers(ActivationsShown), **BAD_CURSOR})
    async def list_activations(limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        """List every activation that was ever asked for, the last first."""
        after = (
            [read_number(last) for last in read_cursor(cursor, "activations", fields=1)] if cursor is not None else []
        )
        found = await desk.activations.listed(after, limit + 1)
        following = write_cursor([found[limit - 1]["_id"]], "activations") if len(found) > limit else None
        return JSONResponse({"activations": [as_read(each) for each in found[:limit]], "next": following})

    @router.post("/{version}/activate", status_code=202, responses={**answers(ActivationShown, 202), **_IN_THE_WAY})
    async def activate(version: Version, form: AskForm) -> JSONResponse:
        """Ask to put a draft in force; it is, once another member of staff has confirmed."""
        return await _asked(version, form, back=False)

    @router.post("/{version}/roll-back", status_code=202, responses={**answers(ActivationShown, 202), **_IN_THE_WAY})
    async def roll_back(version: Version, form: AskForm) -> JSONResponse:
        """Ask to return to a ruleset that was in force before; this needs two people, too."""
        return await _asked(version, form, back=True)

    async def _asked(version: str, form: AskForm, *, back: bool) -> JSONResponse:
        asked = await activations.ask(
            version, staff=form.staff, because=form.because, effective_from=form.effective_from, back=back
        )
        return JSONResponse(as_read(asked), 202)

    @router.post("/{version}/confirm", responses={**answers(ActivationShown), **_IN_THE_WAY})
    async def confirm(version: Version, form: SecondForm) -> JSONResponse:
        """Put in force what somebody else has asked for."""
        confirmed = await activations.confirm(version, form.number, staff=form.staff)
        await rules.refresh()
        return JSONResponse(as_read(confirmed))

    @router.post("/{version}/withdraw", responses={**answers(ActivationShown), **_IN_THE_WAY})
    async def withdraw(version: Version, form: SecondForm) -> JSONResponse:
        """Take back what was asked for and is not confirmed yet."""
        return JSONResponse(as_read(await activations.withdraw(version, form.number, staff=form.staff)))

    return router


def as_read(activation: Mapping[str, Any]) -> dict[str, Any]:
    """Give an activation as its readers see it."""
    return {
        "number": activation["_id"],
        **{name: shown(value) for name, value in activation.items() if name != "_id"},
    }
