"""Asking over HTTP what a charge would be read as."""

import httpx
import pytest

from runtime.http import make_app
from services.referrals.charges_api import READ_PATH, charge_routes


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = make_app("Charges", "1", max_body_bytes=100_000, ready=dict)
    app.include_router(charge_routes())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://charges")


async def test_a_charge_is_read_and_explained(client):
    answer = await client.post(READ_PATH, json={"text": "Lavado de activos (art. 303 CP)", "language": "es"})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["lead"], body["ask"]) == ("money-laundering", None)
    assert body["labels"][0]["category"] == "money-laundering"
    assert "money laundering" in body["labels"][0]["words"]
    assert body["statutes"] == [{"code": "penal code", "number": "303"}]


async def test_a_charge_that_says_nothing_asks_for_a_person(client):
    answer = await client.post(READ_PATH, json={"text": "Xyzzy Bloggs", "language": "en"})

    assert answer.json() == {"lead": None, "ask": "nothing_matched", "labels": [], "statutes": []}


async def test_a_charge_without_text_is_refused_without_repeating_it(client):
    answer = await client.post(READ_PATH, json={"text": "Bloggs\u0000", "language": "en"})

    assert answer.status_code == 422
    assert "Bloggs" not in answer.text
