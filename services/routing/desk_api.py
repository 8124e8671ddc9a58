"""The triage desk over HTTP: what waits for a person, what may be done with it, and the acts themselves."""

import hashlib
import re
from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse

from runtime.described import answers, problems
from runtime.http import Problem
from runtime.mongo import Document
from runtime.pages import read_cursor, read_moment, write_cursor
from schemas.vocabulary.facts import AskGround, Category, Flag
from schemas.vocabulary.offices import DESKS
from schemas.vocabulary.placements import PlacementGround
from schemas.vocabulary.requests import Urgency
from services.routing.act_log import Asked
from services.routing.desk_requests import (
    ActRequest,
    AssignRequest,
    DraftRuleRequest,
    MergeRequest,
    MoveRequest,
    RerouteRequest,
    SendBackRequest,
    SplitRequest,
)
from services.routing.desk_views import as_case, as_json, as_listed, etag
from services.routing.domain.grounds import Ground
from services.routing.placing import TriageDesk
from services.routing.rule_drafts import Drafter, draft_rule
from services.routing.shown import ActShown, CaseShown, DraftRuleShown, WaitingShown
from services.routing.store import DecisionStore

_PROBLEMS = problems(
    {
        400: "The cursor is of another list.",
        404: "There is no such desk, or nothing has been decided on such a referral.",
        422: "It is not of the right form, or the referral cannot be treated so; every fault is named.",
        503: "It may or may not have been done; send the same again.",
    }
)
_ACT_PROBLEMS = problems(
    {
        400: "`If-Match` is no ETag of ours.",
        409: "The referral stands in the way as it is now; the code says how.",
        412: "The referral has changed since it was read.",
        428: "`If-Match` is missing.",
    }
)
_DRAFT_PROBLEMS = problems({409: "There is a ruleset of this name already."})
_DONE = {**answers(ActShown, 200, "ETag"), **_ACT_PROBLEMS}
_DONE_OR_ASKED = {**_DONE, 202: {**answers(ActShown, 202, "ETag")[202], "description": "A second person is awaited."}}

_MATCH = re.compile(r'"([0-9]{1,9})"')


async def _revision(if_match: Annotated[str | None, Header(max_length=20)] = None) -> int:
    """Read on which state of the referral an act rests."""
    if if_match is None:
        raise Problem(
            428,
            "if_match_missing",
            "An act must say which state of the referral it rests on",
            detail="Send If-Match with the ETag of the answer in which you read the referral.",
        )
    found = _MATCH.fullmatch(if_match)
    if found is None:
        raise Problem(
            400, "if_match_malformed", "If-Match is no ETag of ours", detail="Send one ETag, as it was given."
        )
    return int(found[1])


Revision = Annotated[int, Depends(_revision)]


def routes(desk: TriageDesk, decisions: DecisionStore, drafter: Drafter) -> APIRouter:
    """Make the routes of the desk; `drafter` keeps a drafted rule."""
    router = APIRouter(prefix="/v1/triage", tags=["triage"], responses=_PROBLEMS)
    _reading(router, desk, decisions)
    _drafting(router, desk, drafter)
    _placing(router, desk)
    _second_person(router, desk)
    return router


def _reading(router: APIRouter, desk: TriageDesk, decisions: DecisionStore) -> None:
    @router.get("", responses=answers(WaitingShown))
    async def list_waiting(
        desk: Annotated[str, Query(max_length=20)],
        ground: Ground | Flag | AskGround | PlacementGround | None = None,
        urgency: Urgency | None = None,
        category: Category | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
    ) -> JSONResponse:
        """List what waits for a person at a desk: life first, then who has waited longest."""
        if desk not in DESKS:
            raise Problem(404, "desk_unknown", "There is no desk with this code")
        given = {"ground": ground, "urgency": urgency, "category": category}
        filters = {name: value.value for name, value in given.items() if value is not None}
        listing = f"triage {desk} {sorted(filters.items())}"
        after = _place(read_cursor(cursor, listing, fields=3)) if cursor is not None else ()
        found = await decisions.at_desk(desk, filters, after, limit + 1)
        page: dict[str, Any] = {"desk": desk, "referrals": [as_listed(each) for each in found[:limit]], "next": None}
        if len(found) > limit:
            last = found[limit - 1]
            page["next"] = write_cursor(
                [last["now"]["urgency"], last["now"]["since"].isoformat(), last["_id"]], listing
            )
        return JSONResponse(page)

    @router.get("/{referral_id}", responses=answers(CaseShown, 200, "ETag"))
    async def get_case(request: Request, referral_id: UUID) -> JSONResponse:
        """Read everything needed to decide on one referral; the ETag is what each act must name."""
        case = await desk.case(referral_id)
        request.state.log = {"referral_id": str(referral_id)}
        return JSONResponse(as_case(case), headers={"ETag": etag(case.document)})


def _drafting(router: APIRouter, desk: TriageDesk, drafter: Drafter) -> None:
    @router.post("/{referral_id}/draft-rule", responses={**answers(DraftRuleShown), **_DRAFT_PROBLEMS})
    async def post_draft_rule(request: Request, referral_id: UUID, wanted: DraftRuleRequest) -> JSONResponse:
        """Make the rule that would have placed the referral as a person has; kept as a draft if it is given a name."""
        request.state.log = {"referral_id": str(referral_id), "staff": wanted.staff}
        return JSONResponse(as_json(await draft_rule(await desk.case(referral_id), wanted, drafter)))


def _placing(router: APIRouter, desk: TriageDesk) -> None:
    @router.post("/{referral_id}/assign", responses=_DONE_OR_ASKED)
    async def assign(request: Request, referral_id: UUID, match: Revision, body: AssignRequest) -> JSONResponse:
        """Hand it to an office or programme that leads, and to those who get a part or a copy."""
        asked = _asked(request, referral_id, match, "assign", body)
        return await _answered(desk.act(asked, body.act()))

    @router.post("/{referral_id}/split", responses=_DONE_OR_ASKED)
    async def split(request: Request, referral_id: UUID, match: Revision, body: SplitRequest) -> JSONResponse:
        """Give several offices each their part; one leads."""
        asked = _asked(request, referral_id, match, "split", body)
        return await _answered(desk.act(asked, body.act()))

    @router.post("/{referral_id}/merge", responses=_DONE_OR_ASKED)
    async def merge(request: Request, referral_id: UUID, match: Revision, body: MergeRequest) -> JSONResponse:
        """Give it to whoever holds another referral of the same matter."""
        asked = _asked(request, referral_id, match, "merge", body)
        return await _answered(desk.merge(asked, body.into, frozenset(str(each) for each in body.acknowledges)))

    @router.post("/{referral_id}/move", responses=_DONE_OR_ASKED)
    async def move(request: Request, referral_id: UUID, match: Revision, body: MoveRequest) -> JSONResponse:
        """Hand it to a desk, where a person goes on deciding."""
        asked = _asked(request, referral_id, match, "move", body)
        return await _answered(desk.act(asked, body.act()))

    @router.post("/{referral_id}/send-back", responses=_DONE_OR_ASKED)
    async def send_back(request: Request, referral_id: UUID, match: Revision, body: SendBackRequest) -> JSONResponse:
        """Return it to its requester with a coded ground."""
        asked = _asked(request, referral_id, match, "send_back", body)
        return await _answered(desk.act(asked, body.act()))

    @router.post("/{referral_id}/reroute", responses=_DONE_OR_ASKED)
    async def reroute(request: Request, referral_id: UUID, match: Revision, body: RerouteRequest) -> JSONResponse:
        """Have it decided again by the rules in force; it may come to a desk."""
        asked = _asked(request, referral_id, match, "reroute", body)
        return await _answered(desk.reroute(asked, body.ground))


def _second_person(router: APIRouter, desk: TriageDesk) -> None:
    @router.post("/{referral_id}/confirm", responses=_DONE)
    async def confirm(request: Request, referral_id: UUID, match: Revision, body: ActRequest) -> JSONResponse:
        """Let an act take effect as the second person, or confirm a release for life."""
        return await _answered(desk.confirm(_asked(request, referral_id, match, "confirm", body)))

    @router.post("/{referral_id}/refuse", responses=_DONE)
    async def refuse(request: Request, referral_id: UUID, match: Revision, body: ActRequest) -> JSONResponse:
        """Keep an act from taking effect as the second person; a release for life is called back."""
        return await _answered(desk.refuse(_asked(request, referral_id, match, "refuse", body)))

    @router.post("/{referral_id}/withdraw", responses=_DONE)
    async def withdraw(request: Request, referral_id: UUID, match: Revision, body: ActRequest) -> JSONResponse:
        """Take back one's own act that awaits a second person."""
        return await _answered(desk.withdraw(_asked(request, referral_id, match, "withdraw", body)))

    @router.post("/{referral_id}/acknowledge", responses=_DONE)
    async def acknowledge(request: Request, referral_id: UUID, match: Revision, body: ActRequest) -> JSONResponse:
        """Say that an officer has seen a referral the desk is paged for."""
        return await _answered(desk.acknowledge(_asked(request, referral_id, match, "acknowledge", body)))


def _asked(request: Request, referral_id: UUID, revision: int, act: str, body: ActRequest) -> Asked:
    request.state.log = {"referral_id": str(referral_id), "act": act, "staff": body.staff}
    # Sets have no order, and the same act must read the same whoever writes it down again.
    content = sorted((name, _ordered(value)) for name, value in body.model_dump(mode="json").items())
    digest = hashlib.sha256(f"{act} {revision} {content}".encode()).hexdigest()
    return Asked(referral_id, act, body.staff, revision, digest)


def _ordered(value: Any) -> str:
    return (
        str(sorted(value)) if isinstance(value, list) and all(isinstance(each, str) for each in value) else str(value)
    )


async def _answered(acting: Awaitable[Document]) -> JSONResponse:
    """Answer 202 while a second person is awaited and nothing has gone out, else 200."""
    done = await acting
    waits = done["release"] is not None and done["placement"] is None
    return JSONResponse(as_json(done), 202 if waits else 200, headers={"ETag": etag(done)})


def _place(values: list[str]) -> tuple[str, datetime, str]:
    return values[0], read_moment(values[1]), values[2]
