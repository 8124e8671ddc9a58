"""What is committed about the HTTP interfaces is what the running services say of themselves."""

import json

import httpx
import pytest

from services.__main__ import FOLDER
from tests.support.whole_stack import WholeStack


@pytest.mark.parametrize("service", ["referrals", "routing", "notify"])
async def test_a_running_service_describes_itself_as_is_committed(stack: WholeStack, service: str):
    async with httpx.AsyncClient(base_url=stack.addresses[service]) as http:
        described = (await http.get("/openapi.json")).json()

    assert described == json.loads((FOLDER / f"{service}.json").read_text(encoding="utf-8"))
