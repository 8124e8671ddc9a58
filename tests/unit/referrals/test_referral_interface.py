"""The interface that the service describes: every route says what it does, what it takes and what it answers."""

from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from referral_bodies import sound

from services.referrals.bodies import whole_schema
from services.referrals.exchange_api import exchange_routes
from services.referrals.model import Referral
from services.referrals.recall_api import recall_routes
from services.referrals.record_api import record_routes


def operations() -> list[tuple[str, dict]]:
    app = FastAPI(title="referrals", version="1")
    for routes in (record_routes, exchange_routes, recall_routes):
        app.include_router(routes(exchange=None))
    return [(method, one) for path in app.openapi()["paths"].values() for method, one in path.items()]


def without_letters_of_all_scripts(part: Any) -> Any:
    """Leave out the patterns that JSON Schema allows and this validator cannot read."""
    if isinstance(part, list):
        return [without_letters_of_all_scripts(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    return {
        name: without_letters_of_all_scripts(value)
        for name, value in part.items()
        if not (name == "pattern" and "\\p{" in str(value))
    }


def test_every_route_is_described_with_its_answer_and_its_refusals():
    assert len(operations()) == 14
    for _, operation in operations():
        assert operation["summary"]
        assert operation["description"]
        assert {"404", "503"} <= set(operation["responses"])
        assert any("schema" in str(operation["responses"].get(status)) for status in ("200", "201"))


@pytest.mark.parametrize("operation", [one for method, one in operations() if method == "post"])
def test_every_body_is_described_in_one_piece(operation):
    schema = operation["requestBody"]["content"]["application/json"]["schema"]

    Draft202012Validator.check_schema(without_letters_of_all_scripts(schema))
    assert operation["requestBody"]["required"]
    assert "$ref" not in str(schema)


def test_a_sound_referral_follows_the_schema_that_is_shown():
    validator = Draft202012Validator(without_letters_of_all_scripts(whole_schema(Referral)))

    assert [error.message for error in validator.iter_errors(sound())] == []
    assert list(validator.iter_errors(sound() | {"unknown": 1})) != []
