"""Live streams over real topics: a client that is killed again and again sees everything it may see, in order, once."""

import asyncio
import random
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka.partitioner import DefaultPartitioner
from uuid6 import uuid7

from deploy.local.topics import create_topics
from runtime.events import Destination, Publisher, headers_of
from runtime.feed import Feed, Told
from runtime.mongo import open_database
from schemas.events import ItemAccepted, ItemClaimed, ItemQueued, ItemSnoozed, ReferralRouted
from schemas.topics import OFFICE_FEED, TOPICS, published_by
from services.notify import app as notify
from services.notify.settings import Settings as NotifySettings
from services.referrals import app as referrals
from services.referrals.settings import Settings as ReferralsSettings
from services.referrals.timeline import View, seen_by
from tests.support.bodies import as_bytes, sound_bodies
from tests.support.followed import Follower
from tests.support.kafka import header
from tests.support.noted import NOTES, Noted, as_sent, noted
from tests.support.served import free_port, served

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RESTARTS, KILLS_EACH, REFERRALS_EACH = 5, 10, 12
OTHERS = Publisher(
    "/tests",
    {
        event: [Destination(*place) for place in places if place[0] != OFFICE_FEED.name]
        for service in ("routing", "notify")
        for event, places in published_by(service).items()
    },
)
MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture
async def topics(kafka_settings):
    """All topics, with as many partitions as they have."""
    await create_topics(kafka_settings.bootstrap_servers, kafka_settings.topic_prefix, TOPICS)


async def publish(kafka, event, sequence):
    """Publish what another service tells."""
    [entry] = OTHERS.entries([event], sequence, datetime.now(UTC))
    [(topic, key)] = entry["to"]
    await kafka.put(topic, key.encode(), entry["body"], headers_of(entry, key))


def routed(referral_id, country, office="SAC-BOS", supporting=()):
    return ReferralRouted(
        referral_id=referral_id,
        requester_country=country,
        office=office,
        supporting=supporting,
        desk="EUR",
        category="bulk-cash",
        urgency="U2",
        marks={"tlp": "AMBER", "handling": ["H0"]},
        ruleset="2026-11-01",
        rule="R-NEXUS-03",
        because="it leads",
    )


async def lives(http, kafka, bodies):
    """Post referrals, and let each go its way: five entries that its liaison sees, and one that is ours."""
    for body in bodies:
        key = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        answer = await http.post("/v1/referrals", content=as_bytes(body), headers=key)
        assert answer.status_code == 201, answer.text
        referral_id = answer.json()["referral_id"]
        await publish(kafka, routed(referral_id, body["requester"]["country"]), 1)
        item = {"referral_id": referral_id, "item_id": f"{referral_id}.SAC-BOS.1", "office": "SAC-BOS", "role": "lead"}
        asked = {"category": "bulk-cash", "urgency": "U2", "queued_at": NOW}
        await publish(kafka, ItemQueued(**item, requester_country=body["requester"]["country"], **asked), 1)
        await publish(kafka, ItemClaimed(**item, claimed_at=NOW), 2)
        await publish(kafka, ItemSnoozed(**item, until=NOW), 3)
        await publish(kafka, ItemAccepted(**item, accepted_at=NOW), 4)


async def test_a_liaison_killed_and_resumed_fifty_times_sees_every_entry_it_may_see_in_order_and_once(
    topics, kafka, kafka_settings, mongo_settings
):
    chance, bodies = random.Random(5), sound_bodies()
    follower = Follower("/v1/referrals/stream", country="IT")
    for _ in range(RESTARTS):
        settings = ReferralsSettings(
            http_port=free_port(),
            kafka=kafka_settings,
            mongo=mongo_settings,
            master_key=MASTER_KEY,
            signing_key=MASTER_KEY,
        )
        async with served(referrals.open_service(settings)) as http:
            posted = [next(bodies) for _ in range(REFERRALS_EACH)]
            for number, body in enumerate(posted):
                body["requester"]["country"] = "IT" if number % 3 else "FR"
            living = asyncio.create_task(lives(http, kafka, posted))
            for _ in range(KILLS_EACH):
                await follower.take(http, chance.randint(1, 6))
            await living

    async with open_database(mongo_settings, "referrals") as database:
        settings = settings.model_copy(update={"http_port": free_port()})
        async with served(referrals.open_service(settings)) as http:
            await follower.take_until(http, facts=RESTARTS * REFERRALS_EACH * 2 // 3 * 5)
            records = await database["referrals"].find({"summary.country": "IT"}).to_list(None)

    places = [place for place, _ in follower.facts]
    assert places == sorted(set(places))
    for record in records:
        told = [body for _, body in follower.facts if body["referral_id"] == record["_id"]]
        noted_in_order = [entry for entry in record["timeline"] if not entry.get("hidden")]
        assert len(noted_in_order) == 5
        assert told == [{"referral_id": record["_id"], **seen_by(View.LIAISON, [entry])[0]} for entry in noted_in_order]
    assert len(follower.facts) == 5 * len(records)


async def test_an_office_killed_and_resumed_fifty_times_sees_every_fact_in_order_and_once(
    topics, kafka, kafka_settings, mongo_settings
):
    chance = random.Random(5)
    follower = Follower("/v1/offices/SAC-BOS/stream")
    for _ in range(RESTARTS):
        settings = NotifySettings(http_port=free_port(), kafka=kafka_settings, mongo=mongo_settings)
        async with served(notify.open_service(settings)) as http:
            for number in range(KILLS_EACH):
                for _ in range(4):
                    await publish(kafka, routed(uuid7(), "IT", "SAC-BOS", ("SAC-NYC",)), 1)
                    await publish(kafka, routed(uuid7(), "IT", "SAC-NYC", ("SAC-BOS",)), 1)
                await follower.take(http, chance.randint(1, 6) if number else 1)

    everything = RESTARTS * KILLS_EACH * 8
    settings = settings.model_copy(update={"http_port": free_port()})
    async with served(notify.open_service(settings)) as http:
        await follower.take_until(http, facts=everything)

    assert len(follower.facts) == everything
    places = list(range(OFFICE_FEED.partitions))
    last = follower.facts[-1][0] - 1
    feed = await kafka.read_until(
        OFFICE_FEED.name,
        lambda record: record.offset == last,
        partition=DefaultPartitioner()(b"SAC-BOS", places, places),
    )
    kept = dict.fromkeys(header(record, "ce_id") for record in feed if record.key == b"SAC-BOS")
    assert [body["event_id"] for _, body in follower.facts] == list(kept)


async def test_one_referral_is_followed_by_itself(topics, kafka, kafka_settings, mongo_settings):
    settings = ReferralsSettings(
        http_port=free_port(),
        kafka=kafka_settings,
        mongo=mongo_settings,
        master_key=MASTER_KEY,
        signing_key=MASTER_KEY,
    )
    bodies = sound_bodies()
    both = [next(bodies), next(bodies)]
    for body in both:
        body["requester"]["country"] = "IT"
    async with served(referrals.open_service(settings)) as http:
        await lives(http, kafka, both)
        listed = (await http.get("/v1/referrals")).json()["referrals"]
        follower = Follower(f"/v1/referrals/{listed[0]['referral_id']}/stream")

        await follower.take_until(http, facts=5)

    assert follower.facts[0][1]["type"] == "received"
    assert {body["referral_id"] for _, body in follower.facts} == {listed[0]["referral_id"]}
    assert {body["type"] for _, body in follower.facts} == {"received", "routed", "queued", "claimed", "accepted"}


async def test_what_a_relay_has_sent_twice_is_told_once_also_to_whoever_resumes_in_between(kafka, kafka_settings):
    await kafka.make(NOTES)
    note_id = uuid4()
    sent = [as_sent(noted(number, note_id)) for number in (1, 2, 3)]
    for key, value, headers in [sent[0], sent[1], sent[0], sent[1], sent[2]]:
        await kafka.put(NOTES, key, value, headers)
    await kafka.read_until(NOTES, lambda record: record.offset == 4)
    feed = Feed(kafka_settings, NOTES, 1, [Noted])

    async def numbers(at):
        told = []
        async with feed.open(str(note_id), at) as reader:
            while True:
                found = await reader.read(5_000)
                told += [each.event.number for each in found if isinstance(each, Told)]
                if found[-1].position == 5:
                    return told

    assert await numbers(0) == [1, 2, 3]
    assert await numbers(1) == [2, 3]
    assert await numbers(2) == [3]
