"""While offices hand referrals on, whoever looks at both finds the queue and the routing record in agreement."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

import httpx
from uuid6 import uuid7

from schemas.events import ReferralReceived
from services.routing.app import open_service
from services.routing.settings import Settings
from tests.support.waiting import until

REFERRALS = 4
LEADS = {"state": {"$nin": ["closed", "recalled"]}, "role": {"$in": ["lead", "triage"]}}


@asynccontextmanager
async def routing_running(kafka_settings, mongo_settings):
    """Run the routing service, and give its HTTP side."""
    async with open_service(Settings(http_port=0, kafka=kafka_settings, mongo=mongo_settings)) as service:
        loops = [asyncio.create_task(loop.run()) for loop in service.loops]
        transport = httpx.ASGITransport(service.app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://routing") as http:
                yield http
        finally:
            for loop in service.loops:
                await loop.stop()
            await asyncio.gather(*loops)


def received():
    return ReferralReceived.model_validate(
        {
            "referral_id": uuid7(),
            "received_at": datetime.now(UTC),
            "requester_country": "IT",
            "channel": "attache",
            "request_type": "investigative_assistance",
            "urgency": "U2",
            "offences": [{"category": "money-laundering"}],
            "nexus": [{"kind": "person_location", "place": {"zip": "02108"}}],
            "marks": {"tlp": "GREEN", "handling": ["H0"]},
        }
    )


async def holder_of(routing, referral_id):
    return (await routing.get(f"/v1/decisions/{referral_id}")).json()["holder"]


async def disagreement(notify, routing, referral_id):
    """Look at the record, at the queues, and at the record again: it may change while the queues are being read."""
    before = await holder_of(routing, referral_id)
    items = await notify.items.find({"referral_id": str(referral_id), **LEADS}).to_list(None)
    record = {before, await holder_of(routing, referral_id)}
    if len(items) != 1:
        return [(item["office"], item["state"]) for item in items]
    [item] = items
    where = {item["office"]} | ({item["moving_to"]} if item["state"] == "moving" else set())
    return None if where & record else (item["office"], item["state"], item.get("moving_to"), record)


async def watching(look, going):
    """Look again and again until everything is done; gives how often, and what was found."""
    looks, found = 0, []
    while not going.done():
        found += [one for one in [await look()] if one is not None]
        looks += 1
    await going
    return looks, found


async def ready(notify, referral_id, office):
    """Find an office's item of a referral, if somebody may take it."""
    return await notify.items.find_one({"referral_id": str(referral_id), "office": office, "state": "ready"})


async def test_queues_and_routing_record_agree_at_every_look_during_transfers_and_declines(
    notify, kafka_settings, mongo_settings
):
    async def taken(referral_id, office):
        item = await until(lambda: ready(notify, referral_id, office))
        return notify.officer(office), item["_id"], await notify.officer(office).holds(item["_id"])

    async def go_round(referral_id):
        for office, to in pairwise(("SAC-BOS", "SAC-NYC", "SAC-SAT", "SAC-BOS")):
            officer, item_id, token = await taken(referral_id, office)
            asked = await officer.step(item_id, "transfer", lease_token=token, to=to, ground="subject_moved")
            assert asked.status_code == 200, asked.text
        officer, item_id, token = await taken(referral_id, "SAC-BOS")
        assert (await officer.step(item_id, "decline", lease_token=token, ground="wrong_office")).status_code == 200
        await until(lambda: ready(notify, referral_id, "EUR"))

    async with routing_running(kafka_settings, mongo_settings) as routing:
        for _ in range(REFERRALS):
            event = received()
            await notify.requester.says(event)
            await until(lambda referral_id=event.referral_id: ready(notify, referral_id, "SAC-BOS"))
            look = partial(disagreement, notify, routing, event.referral_id)
            looks, found = await watching(look, asyncio.create_task(go_round(event.referral_id)))

            assert found == []
            assert looks > 20
