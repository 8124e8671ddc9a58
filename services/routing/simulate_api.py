"""Simulation over HTTP: what would be decided, by any ruleset, with no effect."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, ValidationError

from runtime.described import answers, problems
from runtime.http import Problem
from services.routing.domain.ruleset import Ruleset
from services.routing.loaded import LoadedRulesets
from services.routing.past import PastDecisions
from services.routing.replay_shown import SimulationShown
from services.routing.ruleset_desk import RulesetDesk, fault_shown
from services.routing.ruleset_forms import VERSION, Form, Moment
from services.routing.simulation import BadFacts, Case, read_cases, simulate, stored_case
from services.routing.store import DecisionStore
from services.routing.tables import BadTable

MOST = 1_000
_PROBLEMS = problems(
    {
        404: "There is no such ruleset, or none was in force at that moment.",
        422: "Some referrals cannot be read or decided, or the ruleset has faults; every one is named.",
        503: "A part of the system is away; ask again.",
    }
)


class SimulateForm(Form):
    """Facts as the event `dragoman.referral.received.v1` has them, without ids; or ids of decided referrals."""

    referrals: list[Any] = Field(
        default=[], max_length=MOST, description="Facts of referrals; `owners` may name who holds what one follows."
    )
    referral_ids: list[UUID] = Field(default=[], max_length=MOST)
    ruleset: str | None = Field(default=None, pattern=VERSION, description="Left out: the one in force at `at`.")
    at: Moment | None = Field(default=None, description="As of when; left out: now.")


def simulate_routes(
    desk: RulesetDesk, loaded: LoadedRulesets, decisions: DecisionStore, past: PastDecisions
) -> APIRouter:
    """Make the route of simulations."""
    router = APIRouter(prefix="/v1/simulate", tags=["simulate"], responses=_PROBLEMS)

    @router.post("", responses=answers(SimulationShown))
    async def post_simulate(form: SimulateForm, request: Request) -> Response:
        """Decide referrals without any effect: nothing is stored, nobody is told."""
        at = form.at or datetime.now(UTC)
        cases = await _cases(form, decisions, past, at)
        ruleset = await _ruleset(form.ruleset, at)
        request.state.log = {"ruleset": ruleset.version, "referrals": len(cases)}
        decided = await simulate(cases, ruleset, at)
        head = json.dumps({"ruleset": ruleset.version, "at": at.isoformat().replace("+00:00", "Z")})
        body = head[:-1].encode() + b', "decisions": [' + b", ".join(decided) + b"]}"
        return Response(body, media_type="application/json")

    async def _ruleset(version: str | None, at: datetime) -> Ruleset:
        header = await desk.known(version) if version is not None else (await desk.in_force(at))[1]
        try:
            return await loaded.on(header, at.date())
        except BadTable as exc:
            faults = [fault_shown(fault) for fault in await desk.faults_of(header, at.date())]
            raise Problem(
                422, "ruleset_faulty", "This ruleset has faults: nothing is decided by it", faults=faults
            ) from exc

    return router


async def _cases(form: SimulateForm, decisions: DecisionStore, past: PastDecisions, at: datetime) -> list[Case]:
    if not 1 <= len(form.referrals) + len(form.referral_ids) <= MOST:
        raise Problem(
            422,
            "wrong_number",
            f"Between 1 and {MOST} referrals can be simulated at once",
            detail="Send them in parts.",
        )
    try:
        given = await read_cases(form.referrals, at)
    except BadFacts as exc:
        raise Problem(422, "invalid_facts", "Some facts are not of the right form", faults=exc.faults) from exc
    return [*(await _owned(given, decisions)), *(await _stored([str(each) for each in form.referral_ids], past))]


async def _owned(cases: list[Case], decisions: DecisionStore) -> list[Case]:
    """Look up who holds what a referral follows, where the caller does not say."""
    return [
        Case(case.event, await decisions.owners_of(case.event.earlier))
        if case.owners is None and case.event.earlier
        else case
        for case in cases
    ]


async def _stored(referral_ids: list[str], past: PastDecisions) -> list[Case]:
    """Take the facts and owners of decisions that were made."""
    found = await past.these(referral_ids)
    cases, faults = [], list[dict[str, str]]()
    for number, referral_id in enumerate(referral_ids):
        try:
            cases.append(stored_case(found[referral_id]))
        except KeyError:
            faults.append(_unusable(number, "decision_unknown", "Nothing has been decided on a referral with this id."))
        except ValidationError:
            faults.append(_unusable(number, "facts_unreadable", "Its facts are of a form that is no longer read."))
    if faults:
        raise Problem(422, "referrals_unusable", "Some referrals cannot be decided again", faults=faults)
    return cases


def _unusable(number: int, code: str, problem: str) -> dict[str, str]:
    return {"code": code, "pointer": f"/referral_ids/{number}", "problem": problem, "mend": "Leave it out."}
