"""What the demonstration says of its proof: that it is whole, or which referral's is not."""

from datetime import UTC, datetime

import httpx
import pytest

from deploy.demo.outcome import Followed
from deploy.demo.progress import Bar, bars
from deploy.demo.proof import Folder, prove
from deploy.demo.referrals import Ending, Invented
from runtime.described import PROBLEM
from runtime.http import Problem
from services.referrals.evidence.receipts import refuse
from tests.support.evidence import RECEIVED, REFERRAL, SIGNER, bundle, chain, claimed, queued, routed

WHOLE = bundle(chain(routed(), queued()))


def accepted():
    invented = Invented("a referral", "key-1", {}, Ending.ACCEPTED, queue="SAC-BOS")
    return Followed(invented, datetime.now(UTC), status=201, answer={"referral_id": REFERRAL})


def refused():
    invented = Invented("a refused one", "key-2", {}, Ending.REFUSED)
    answer = {"code": "referral_refused", "receipt": refuse(SIGNER, "sha-256:00", RECEIVED)}
    return Followed(invented, datetime.now(UTC), status=422, answer=answer)


@pytest.fixture
def proof_of(tmp_path):
    async def proof_of(content, status=200, kind="application/json"):
        def answer(request):
            if request.url.path.endswith("/keys"):
                return httpx.Response(200, json=SIGNER.jwks)
            return httpx.Response(status, content=content, headers={"content-type": kind})

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://liaison") as liaison:
            with bars(quiet=True) as progress:
                bar = Bar(progress, "fetching proof", 1, "")
                return await prove(liaison, [accepted(), refused()], Folder(tmp_path), bar)

    return proof_of


async def test_what_is_whole_is_counted_by_its_stages(proof_of):
    proof = await proof_of(WHOLE)

    assert proof.wrong == []
    assert dict(proof.stages) == {
        "SUBMISSION_ACCEPTANCE": 1,
        "RELAY_ACCEPTANCE": 1,
        "DELIVERY": 1,
        "SUBMISSION_REJECTION": 1,
    }
    assert (proof.bundles, proof.refusals) == (1, 1)
    assert proof.found


async def test_a_bundle_that_was_changed_is_named(proof_of):
    proof = await proof_of(WHOLE.replace(b"SAC-BOS leads", b"SAC-NYC leads"))

    assert [wrong.split(":")[0] for wrong in proof.wrong] == ["Entry 3"]


async def test_a_receipt_too_many_and_one_too_few_are_named(proof_of):
    too_many = await proof_of(bundle(chain(routed(), queued(), claimed())))
    too_few = await proof_of(bundle(chain(routed())))

    assert too_many.wrong == ["a referral: receipts too many ['RETRIEVAL'], missing []"]
    assert too_few.wrong == ["a referral: receipts too many [], missing ['DELIVERY']"]


async def test_a_bundle_that_cannot_be_had_is_named(proof_of):
    away = bytes(Problem(503, "store_away", "The database is away").response().body)
    proof = await proof_of(away, status=503, kind=PROBLEM)

    assert proof.wrong == ["a referral: its custody file was answered 503"]
