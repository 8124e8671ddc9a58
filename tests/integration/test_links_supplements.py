"""Links follow what requesters add and recall, through the public doors of the referrals service."""

import pytest

from tests.integration.test_links import SURE, body, by_ncb, linked, posted
from tests.support.referrals_service import running_referrals

PASSPORT = {"kind": "passport", "value": "YA 0000007", "country": "IT"}
ADDED = {"subjects": [{"type": "person", "role": "suspect", "names": [{"text": "A B"}], "identifiers": [PASSPORT]}]}


@pytest.fixture
async def referrals(kafka, kafka_settings, mongo_settings):
    async with running_referrals(kafka, kafka_settings, mongo_settings) as running:
        yield running


async def test_what_a_supplement_adds_is_compared_and_what_is_recalled_is_forgotten(referrals):
    one = await posted(referrals, body("IT-2026-001"))
    other = await posted(referrals, by_ncb("RO-2026-002", passport="ZZ1111111"))

    added = await referrals.http.post(
        f"/v1/referrals/{other}/supplements",
        json={"country": "RO", "kind": "supplement", "changes": ADDED},
        headers={"Idempotency-Key": "supplement-1"},
    )
    [link] = await linked(referrals, one, "suggested")
    await referrals.post(f"/v1/referrals/{one}/links/{link['link_id']}/confirm", SURE)
    recall = {"country": "RO", "ground": "data_wrong", "reference": "RO-2026-002"}
    await referrals.post(f"/v1/referrals/{other}/recall", recall)
    await linked(referrals, one, "withdrawn")
    counted = await referrals.get("/v1/statistics?from=2026-01-01&to=2030-12-31&by=country")

    assert added.is_success, added.text
    assert await referrals.database["match_keys"].find_one({"_id": other}) is None
    assert (counted["total"]["requests"], counted["total"]["recalled"], counted["total"]["open"]) == (2, 1, 1)
