"""Receipts and custody bundles through the service's own door, on a real MongoDB."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from runtime.events import Destination, Publisher
from runtime.http import make_app
from runtime.mongo import Database
from runtime.store import Store, Work
from schemas.topics import published_by
from services.referrals.api import POST_PATH, posting, routes
from services.referrals.evidence.api import evidence_routes
from services.referrals.evidence.custody_store import CustodyStore
from services.referrals.evidence.door import FirstReceipts
from services.referrals.evidence.evidence import Evidence
from services.referrals.evidence.notary import Notary
from services.referrals.evidence.shown import BundleShown, KeysShown, ReceiptsShown
from services.referrals.evidence.signing import RECEIPT, Keyring
from services.referrals.evidence.verify import verify
from services.referrals.intake_desk import IntakeDesk
from services.referrals.store import ReferralStore, fold
from services.referrals.vault import Vault
from tests.support.bodies import as_bytes, body_for
from tests.support.evidence import SIGNER, WAITS, claimed, queued, reading, routed
from tests.support.office import NobodyListens

BODY = as_bytes(body_for("SAC-BOS"))


@dataclass
class Door:
    """The service without its consumers: what is told is folded by the test itself."""

    http: httpx.AsyncClient
    store: Store

    async def post(self, body: bytes = BODY, key: str | None = None) -> httpx.Response:
        """Post a request."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid4())}
        return await self.http.post(POST_PATH, content=body, headers=headers)

    async def tell(self, referral_id: str, *entries: dict[str, Any]) -> None:
        """Fold entries into the timeline."""
        work = Work()
        for entry in entries:
            facts = {**entry, "at": datetime.now(UTC)}
            work.change(fold(referral_id, facts.pop("event_id"), facts, [1, 1, 1], None))
        for prepared in self.store.prepared(work):
            await self.store.write([prepared])

    async def get(self, path: str) -> Any:
        """Read something that is there."""
        answer = await self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    places = {event: [Destination(*place) for place in found] for event, found in published_by("referrals").items()}
    store = Store(database, Publisher("/tests", places), NobodyListens())
    vault = Vault(database, bytes(32))
    records = ReferralStore(store, vault)
    await records.prepare()
    custody = CustodyStore(database)
    await custody.prepare()
    first = FirstReceipts(SIGNER, WAITS)
    evidence = Evidence(custody, Notary(custody, SIGNER, WAITS, "test"), first, SIGNER)
    app = make_app("Test", "1", max_body_bytes=100_000, ready=dict)
    app.include_router(routes(posting(IntakeDesk(records, vault, first)), records))
    app.include_router(evidence_routes(evidence))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        yield Door(http, store)


async def keyring(door: Door) -> Keyring:
    return Keyring(await door.get("/v1/receipts/keys"))


async def test_a_post_is_answered_with_a_signed_receipt_for_its_very_bytes(door):
    answer = (await door.post()).json()

    claims = (await keyring(door)).open(RECEIPT, answer["receipt"])

    KeysShown.model_validate(await door.get("/v1/receipts/keys"))
    assert (claims["stage"], claims["rank"], claims["number"]) == ("SUBMISSION_ACCEPTANCE", 1, 1)
    assert claims["referral_id"] == answer["referral_id"]
    assert claims["at"] == answer["received_at"]
    assert claims["content"] == answer["digest"] == f"sha-256:{hashlib.sha256(BODY).hexdigest()}"


async def test_a_replay_is_given_the_same_receipt_letter_for_letter(door):
    first = await door.post(key="one")
    await door.tell(first.json()["referral_id"], routed())

    again = await door.post(key="one")

    assert again.content == first.content


async def test_a_refusal_is_signed_and_nothing_is_stored(door, database):
    body = as_bytes({**json.loads(BODY), "link": None})

    answer = await door.post(body)

    claims = (await keyring(door)).open(RECEIPT, answer.json()["receipt"])
    assert answer.status_code == 422
    assert (claims["stage"], claims["rank"], claims["code"]) == ("SUBMISSION_REJECTION", 2, "E201")
    assert (claims["referral_id"], claims["content"]) == (None, f"sha-256:{hashlib.sha256(body).hexdigest()}")
    assert [await database[name].count_documents({}) for name in ("referrals", "custody")] == [0, 0]


async def test_a_key_used_for_another_request_is_refused_with_a_signature_too(door):
    await door.post(key="one")

    answer = await door.post(as_bytes(body_for("SAC-CHI")), key="one")

    assert answer.json()["code"] == "idempotency_key_reused"
    assert (await keyring(door)).open(RECEIPT, answer.json()["receipt"])["stage"] == "SUBMISSION_REJECTION"


async def test_an_answer_that_only_asks_to_wait_or_to_write_otherwise_is_no_refusal(door):
    answer = await door.http.post(POST_PATH, content=BODY, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json().get("receipt")) == (400, None)


async def test_receipts_are_listed_with_the_one_that_stands(door):
    posted = (await door.post()).json()
    await door.tell(posted["referral_id"], routed(), queued())

    listed = await door.get(posted["links"]["receipts"])

    ReceiptsShown.model_validate(listed)
    assert [receipt["stage"] for receipt in listed["receipts"]] == [
        "SUBMISSION_ACCEPTANCE",
        "RELAY_ACCEPTANCE",
        "DELIVERY",
    ]
    assert listed["receipts"][0]["receipt"] == posted["receipt"]
    assert (listed["standing"]["stage"], listed["standing"]["actor"]) == ("DELIVERY", "SAC-BOS")


@pytest.mark.parametrize("view", ["liaison", "all"])
async def test_the_custody_bundle_has_every_event_receipt_and_reading_and_is_valid(door, database, view):
    posted = (await door.post()).json()
    referral_id = posted["referral_id"]
    await door.tell(referral_id, routed(), queued(), claimed())
    await database["readings"].insert_one({**reading(), "referral_id": referral_id})

    exported = await door.http.get(f"{posted['links']['custody']}?view={view}")

    verdict = verify(exported.content, await door.get("/v1/receipts/keys"))
    whole = exported.json()
    BundleShown.model_validate(whole)
    kinds = [entry["kind"] for entry in whole["entries"]]
    assert (verdict.valid, verdict.referral_id) == (True, referral_id)
    assert (kinds.count("event"), kinds.count("receipt"), kinds.count("reading")) == (4, 4, 1)
    assert whole["record"]["content"] == posted["digest"]
    assert (b"B-2207" in exported.content) == (view == "all")


async def test_no_content_and_no_staff_is_in_what_the_liaison_is_given(door, database):
    posted = (await door.post()).json()
    said = json.loads(BODY)
    await database["readings"].insert_one({**reading(), "referral_id": posted["referral_id"]})

    exported = (await door.http.get(posted["links"]["custody"])).text

    for text in (said["narrative"], said["link"], said["requester"]["reference"], "B-2207"):
        assert text not in exported


async def test_what_was_changed_in_the_database_is_found_by_whoever_checks(door, database):
    posted = (await door.post()).json()
    await door.tell(posted["referral_id"], routed(), queued())
    await door.get(posted["links"]["receipts"])
    await database["custody"].update_one({}, {"$set": {"entries.2.body.office": "SAC-NYC"}})

    verdict = verify((await door.http.get(posted["links"]["custody"])).content)

    assert (verdict.valid, verdict.where) == (False, "Entry 3")


async def test_there_is_no_evidence_of_what_was_never_posted(door):
    for what in ("receipts", "custody"):
        answer = await door.http.get(f"{POST_PATH}/{uuid4()}/{what}")

        assert (answer.status_code, answer.json()["code"]) == (404, "referral_unknown")
