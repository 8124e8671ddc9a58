"""The referrals service over HTTP: post a request, and list what was posted."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from runtime.described import Answers, answers, problems, sent
from runtime.http import Endpoint, Problem, shown
from runtime.mongo import Document
from runtime.pages import read_cursor, write_cursor
from schemas.vocabulary import State
from services.referrals.bodies import whole_schema
from services.referrals.intake_desk import IntakeDesk
from services.referrals.listed_shown import PostedShown, ReferralsShown
from services.referrals.model import Referral
from services.referrals.store import ReferralStore

POST_PATH = "/v1/referrals"

_KEY = re.compile(r'^(?:"([\x21\x23-\x7e]{1,128})"|([\x21\x23-\x7e]{1,128}))$')
_PROBLEMS = problems(
    {
        400: "The Idempotency-Key is missing or malformed.",
        409: "The first request with this key is still being answered.",
        413: "The body is too large.",
        415: "The body is not application/json.",
        422: "The request is refused, every fault named; or the key was used for another request.",
        503: "It may or may not have been stored; send the same again under the same key.",
    }
)

_UNDER_WAY: Answers = {409: _PROBLEMS[409] | sent("Retry-After")}
_LIST_PROBLEMS = problems(
    {
        400: "The cursor is of another list.",
        422: "A parameter is unknown or malformed.",
        503: "A part of the system is away; ask again.",
    }
)


def posting(desk: IntakeDesk) -> Endpoint:
    """Make the front door."""

    async def post_referral(request: Request) -> Response:
        """Take in a request; the answer is its receipt, given only once it is stored."""
        request.state.route = POST_PATH
        if request.scope["query_string"]:
            raise Problem(422, "unknown_parameter", "There is a parameter in the query that we do not know")
        key = idempotency_key(request)
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise Problem(415, "not_json_type", "The body must be sent as application/json")
        record = await desk.take_in(key, await request.body())
        request.state.log = {"referral_id": record["_id"]}
        return JSONResponse(receipt(record), 201, headers={"Location": f"{POST_PATH}/{record['_id']}", "ETag": '"1"'})

    return post_referral


def routes(post: Endpoint, records: ReferralStore) -> APIRouter:
    """Make the routes of this service."""
    router = APIRouter(prefix=POST_PATH, tags=["referrals"])

    router.post(
        "",
        status_code=201,
        responses={**answers(PostedShown, 201, "Location", "ETag"), **_PROBLEMS, **_UNDER_WAY},
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": whole_schema(Referral)}},
            },
            "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
        },
    )(post)

    @router.get("", responses={**answers(ReferralsShown, 200, "Link"), **_LIST_PROBLEMS})
    async def list_referrals(
        state: State | None = None,
        country: Annotated[str | None, Query(pattern="^[A-Z]{2}$")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
    ) -> JSONResponse:
        """List referrals, newest first, without what is sealed."""
        filters = {"state": state.value if state else None, "summary.country": country}
        filters = {name: value for name, value in filters.items() if value is not None}
        listing = f"referrals {sorted(filters.items())}"
        before = read_cursor(cursor, listing, fields=1)[0] if cursor is not None else None
        rows = await records.newest({k: v for k, v in filters.items() if v}, before, limit + 1)
        page: dict[str, Any] = {"referrals": [listed(record) for record in rows[:limit]], "next": None}
        headers = {}
        if len(rows) > limit:
            page["next"] = write_cursor([rows[limit - 1]["_id"]], listing)
            headers["Link"] = f'<{_with_cursor(filters, limit, page["next"])}>; rel="next"'
        return JSONResponse(page, headers=headers)

    return router


def receipt(record: Document) -> dict[str, Any]:
    """Write the answer to a POST; the same for every replay, whatever has happened since."""
    address = f"/v1/referrals/{record['_id']}"
    return {
        "referral_id": record["_id"],
        "state": State.RECEIVED.value,
        "received_at": shown(record["received_at"]),
        "digest": f"sha-256:{record['idempotency']['digest']}",
        "trace_id": record["trace_id"],
        "receipt": record.get("receipt"),
        "links": {
            "self": address,
            "timeline": f"{address}/timeline",
            "receipts": f"{address}/receipts",
            "custody": f"{address}/custody",
        },
    }


async def found(records: ReferralStore, referral_id: UUID, request: Request) -> Document:
    """Give the record of a referral, and write its id into the log of the request."""
    record = await records.by_id(str(referral_id))
    if record is None:
        raise Problem(404, "referral_unknown", "There is no referral with this id")
    request.state.log = {"referral_id": record["_id"]}
    return record


def idempotency_key(request: Request) -> str:
    """Give the one Idempotency-Key of a request."""
    values = request.headers.getlist("idempotency-key")
    match = _KEY.match(values[0].strip()) if len(values) == 1 else None
    if match is None:
        raise Problem(
            400,
            "idempotency_key_missing" if not values else "idempotency_key_malformed",
            "One Idempotency-Key header is required",
            detail="Send 1 to 128 visible ASCII characters, a new UUID for each request; with or without quotes.",
        )
    return match[1] or match[2]


def listed(record: Document) -> dict[str, Any]:
    """Write what of a referral may be read by itself, without its content."""
    return {
        "referral_id": record["_id"],
        "state": record["state"],
        "version": record["version"],
        "received_at": shown(record["received_at"]),
        **record["summary"],
        "flags": record["flags"],
    }


def _with_cursor(filters: dict[str, Any], limit: int, cursor: str) -> str:
    given = {name.removeprefix("summary."): value for name, value in filters.items()}
    return "/v1/referrals?" + "&".join(f"{k}={v}" for k, v in {**given, "limit": limit, "cursor": cursor}.items())
