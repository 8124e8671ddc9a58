"""How the bodies of the exchange are read at the HTTP edge: strictly, with every fault told at once."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError

from runtime.http import Problem
from services.referrals.faults import Fault, validation_faults
from services.referrals.model.referral import read_strictly
from services.referrals.model.text import Given

Body = TypeVar("Body", bound=Given)


async def read_body(request: Request, model: type[Body]) -> tuple[Body, bytes]:
    """Read the body of a request, and give it also as it was sent."""
    only_json(request)
    body = await request.body()
    try:
        return read_strictly(model, body), body
    except ValidationError as exc:
        raise refused(validation_faults(exc)) from None


def only_json(request: Request) -> None:
    """Refuse a body that does not say that it is JSON."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Problem(415, "not_json_type", "The body must be sent as application/json")


def refused(faults: Sequence[Fault]) -> Problem:
    """Refuse a body for all its faults."""
    return Problem(
        422,
        "body_refused",
        "The body cannot be taken",
        detail="Nothing was stored. Every fault is listed; mend them and send it again.",
        faults=[
            {"code": fault.code, "pointer": fault.pointer, "problem": fault.problem, "mend": fault.mend}
            for fault in faults
        ],
    )


def described(model: type[Given]) -> dict[str, Any]:
    """Describe a body for the interface's own document."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole_schema(model)}}}}


@cache
def whole_schema(model: type[Given]) -> Any:
    """Give the schema of a body in one piece: within a larger document, its references would lead elsewhere."""
    schema = model.model_json_schema()
    return _filled_in(schema, schema.pop("$defs", {}))


def _filled_in(part: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_filled_in(entry, parts) for entry in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        named = _filled_in(parts[part["$ref"].removeprefix("#/$defs/")], parts)
        return named | {name: value for name, value in part.items() if name != "$ref"}
    # A discriminator points to parts by their names; `oneOf` says the same without it.
    return {name: _filled_in(value, parts) for name, value in part.items() if name != "discriminator"}
