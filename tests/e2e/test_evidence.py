"""Proof of a referral's way, from the whole stack, checked by the command that anybody can run."""

import asyncio
import json
import sys

from pymongo import MongoClient

from tests.support.bodies import as_bytes, body_for
from tests.support.officer import Officer
from tests.support.waiting import until


async def check(*arguments: object) -> tuple[int, str]:
    """Run the command in a process of its own, and give its exit code and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.referrals.evidence", *map(str, arguments)), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_way_of_a_referral_is_proved_and_a_flipped_byte_is_found(liaison, notify, referrals, tmp_path):
    body = as_bytes(body_for("SAC-BOS"))
    boston = Officer(notify, "SAC-BOS")
    posted = await liaison.accepted(body)
    await liaison.until(posted["referral_id"], "routed", "queued")
    item_id = f"{posted['referral_id']}.SAC-BOS"
    await boston.claim(item_id, await boston.lease_of(item_id))
    await liaison.until(posted["referral_id"], "claimed")

    listed = (await referrals.get(posted["links"]["receipts"])).json()
    exported = (await referrals.get(posted["links"]["custody"])).content
    keys, answer, sent = tmp_path / "keys.json", tmp_path / "answer.json", tmp_path / "sent.json"
    whole, flipped = tmp_path / "custody.json", tmp_path / "flipped.json"
    keys.write_bytes((await referrals.get("/v1/receipts/keys")).content)
    answer.write_text(json.dumps(posted))
    sent.write_bytes(body)
    whole.write_bytes(exported)
    flipped.write_bytes(exported.replace(b'"type":"claimed"', b'"type":"claimee"'))

    assert [receipt["stage"] for receipt in listed["receipts"]] == [
        "SUBMISSION_ACCEPTANCE",
        "RELAY_ACCEPTANCE",
        "DELIVERY",
        "RETRIEVAL",
    ]
    assert listed["standing"]["stage"] == "RETRIEVAL"
    assert (await check("receipt", answer, "--keys", keys, "--content", sent))[0] == 0
    assert (await check("verify", whole, "--keys", keys))[0] == 0
    code, said = await check("verify", flipped, "--keys", keys)
    assert (code, said.startswith("Entry ")) == (1, True)


async def test_the_notary_writes_without_being_asked(liaison, stack):
    posted = await liaison.accepted(body_for("SAC-CHI"))
    await liaison.until(posted["referral_id"], "routed", "queued")

    with MongoClient(stack.addresses["mongo"]) as mongo:
        await until(lambda: mongo["referrals"]["custody"].count_documents({"_id": f"{posted['referral_id']}.00000001"}))
