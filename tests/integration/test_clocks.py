"""The clock as a part of the running service: it hears three topics, tells on two, and is read over HTTP."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from uuid6 import uuid7

from runtime.events import Destination, Publisher, headers_of
from runtime.feed import Told
from runtime.mongo import open_database
from schemas.events import DeadlineMissed, ItemClaimed, ReferralReceived, ReferralRouted, name_of
from schemas.marks import Marks
from schemas.topics import OFFICE_FEED, QUEUE_EVENTS, TOPICS, published_by
from services.notify.app import open_service
from services.notify.settings import Settings
from tests.support.kafka import header
from tests.support.officer import Officer
from tests.support.queues import office_feed
from tests.support.waiting import PATIENCE_SECONDS, until

MARKS = Marks(tlp="AMBER", handling=("H0",))
SOURCE = Publisher(
    "/tests",
    {
        event: [Destination(*place) for place in places]
        for service in ("referrals", "routing", "notify")
        for event, places in published_by(service).items()
    },
)
MISSED = name_of(DeadlineMissed)


def ago(**length):
    return datetime.now(UTC) - timedelta(**length)


def received(referral, at, urgency="U0"):
    return ReferralReceived(
        referral_id=referral,
        received_at=at,
        requester_country="IT",
        channel="attache",
        request_type="information",
        urgency=urgency,
        offences=(),
        marks=MARKS,
    )


def routed(referral, at, urgency="U0"):
    return ReferralRouted(
        referral_id=referral,
        requester_country="IT",
        received_at=at,
        office="SAC-NYC",
        desk="EUR",
        category="bulk-cash",
        urgency=urgency,
        marks=MARKS,
        ruleset="2026-11-01",
        rule="R-NEXUS-03",
        because="SAC-NYC leads",
    )


class Notify:
    """The running service, seen from outside."""

    def __init__(self, kafka, kafka_settings, mongo_settings):
        self.kafka = kafka
        self._settings = Settings(kafka=kafka_settings, mongo=mongo_settings, http_port=0)
        self.http = None

    @asynccontextmanager
    async def running(self):
        """Run the service until the end of the block; twice at once are two processes."""
        async with open_service(self._settings) as service:
            loops = [asyncio.create_task(loop.run()) for loop in service.loops]
            try:
                transport = httpx.ASGITransport(service.app)
                async with httpx.AsyncClient(transport=transport, base_url="http://notify") as http:
                    self.http = http
                    yield
            finally:
                for loop in service.loops:
                    await loop.stop()
                await asyncio.gather(*loops)

    async def hears(self, event, sequence=1):
        [entry] = SOURCE.entries([event], sequence, datetime.now(UTC))
        for topic, key in entry["to"]:
            await self.kafka.put(topic, key.encode(), entry["body"], headers_of(entry, str(event.referral_id)))

    async def clock(self, referral):
        answer = await self.http.get(f"/v1/clocks/{referral}")
        return answer.json() if answer.status_code == 200 else None

    async def until_told(self, referral, *wanted):
        async def is_so():
            clock = await self.clock(referral)
            return clock and [(one["step"], one["level"]) for one in clock["escalations"]["told"]] == list(wanted)

        await until(is_so)

    async def told_by(self, referral):
        """Read from the topic of queues who was told of what, up to word of one referral."""

        def is_last(record):
            return header(record, "ce_type") == MISSED and header(record, "ce_subject") == str(referral)

        records = await self.kafka.read_until(QUEUE_EVENTS.name, is_last)
        # A relay may send an event again; it then has the same id.
        missed = {header(record, "ce_id"): record for record in records if header(record, "ce_type") == MISSED}
        told = [json.loads(record.value) for record in missed.values()]
        return [(each["referral_id"], each["step"], each["level"]) for each in told]

    async def misses(self, at=None):
        """Let a referral come that nobody acknowledges within the hour, and wait until that has been told."""
        referral = uuid7()
        began = at or ago(minutes=17)
        await self.hears(routed(referral, began))
        await self.hears(received(referral, began))
        await self.until_told(referral, ("acknowledge", "supervisor"))
        return referral


@pytest.fixture
async def notify(kafka, kafka_settings, mongo_settings):
    await kafka.make(*(topic.name for topic in TOPICS if topic is not OFFICE_FEED))
    await kafka.make(OFFICE_FEED.name, partitions=OFFICE_FEED.partitions)
    yield Notify(kafka, kafka_settings, mongo_settings)
    async with open_database(mongo_settings, "notify") as database:
        await database.client.drop_database(database.name)


async def test_a_referral_that_nobody_takes_is_told_of_once_at_each_level_by_however_many_processes(notify):
    referral, began = uuid7(), ago(hours=3)
    async with notify.running(), notify.running():
        await notify.hears(routed(referral, began))
        await notify.hears(received(referral, began))
        await notify.until_told(
            referral, ("acknowledge", "supervisor"), ("acknowledge", "desk"), ("acknowledge", "headquarters")
        )
    async with notify.running():
        await notify.hears(received(referral, began))
        marker = await notify.misses()

    assert await notify.told_by(marker) == [
        *((str(referral), "acknowledge", level) for level in ("supervisor", "desk", "headquarters")),
        (str(marker), "acknowledge", "supervisor"),
    ]


async def test_what_was_done_in_time_while_nobody_listened_is_not_told_of_as_missed(notify):
    referral, began = uuid7(), ago(hours=3)
    claim = ItemClaimed(
        referral_id=referral,
        item_id=f"{referral}.SAC-NYC",
        office="SAC-NYC",
        role="lead",
        claimed_at=began + timedelta(minutes=5),
    )
    await notify.hears(received(referral, began))
    await notify.hears(routed(referral, began))
    await notify.hears(claim, sequence=2)

    async with notify.running():
        marker = await notify.misses()

        assert await notify.told_by(marker) == [(str(marker), "acknowledge", "supervisor")]
        clock = await notify.clock(referral)

    assert (clock["steps"][0]["late"], clock["escalations"]["told"]) == (False, [])


async def test_the_office_hears_of_a_missed_step_on_its_own_feed(notify):
    async with notify.running():
        referral = await notify.misses()

        async with office_feed(notify.kafka.settings).open("SAC-NYC", 0) as reader, asyncio.timeout(PATIENCE_SECONDS):
            told = []
            while not any(one.message.type == MISSED for one in told):
                told += [one for one in await reader.read(1_000) if isinstance(one, Told)]

    assert told[-1].message.subject == str(referral)


async def test_a_claim_is_the_acknowledgement(notify):
    async with notify.running():
        referral, began = uuid7(), ago(minutes=1)
        await notify.hears(routed(referral, began))
        await notify.hears(received(referral, began))
        officer = Officer(notify.http, "SAC-NYC")
        token = await officer.lease_of(f"{referral}.SAC-NYC")
        assert (await officer.claim(f"{referral}.SAC-NYC", token)).status_code == 200

        async def is_acknowledged():
            clock = await notify.clock(referral)
            return clock if clock and clock["steps"][0]["taken_at"] and clock["escalations"]["next"] else None

        clock = await until(is_acknowledged)

    assert [step["step"] for step in clock["steps"]] == ["acknowledge", "assign", "answer"]
    assert (clock["steps"][0]["late"], clock["steps"][0]["forecast"]) == (False, None)
    assert clock["steps"][2]["forecast"]["basis"] == "pace"
    assert (clock["office"], clock["desk"], clock["running"], clock["ended"]) == ("SAC-NYC", "EUR", True, None)
    assert 60 <= clock["time"]["gross_seconds"] == clock["time"]["net_seconds"] < 60 + PATIENCE_SECONDS


async def test_an_office_reads_its_clocks_by_what_is_due_the_soonest(notify):
    async with notify.running():
        late = await notify.misses()
        later = uuid7()
        await notify.hears(received(later, ago(minutes=2)))
        await notify.hears(routed(later, ago(minutes=2)))

        async def both():
            listed = (await notify.http.get("/v1/offices/SAC-NYC/clocks")).json()["clocks"]
            return [clock["referral_id"] for clock in listed] == [str(late), str(later)]

        await until(both)
        first = (await notify.http.get("/v1/offices/SAC-NYC/clocks", params={"limit": 1})).json()
        rest = (await notify.http.get("/v1/offices/SAC-NYC/clocks", params={"cursor": first["next"]})).json()
        told = (await notify.http.get("/v1/clocks", params={"level": "supervisor"})).json()

        assert [clock["referral_id"] for clock in (*first["clocks"], *rest["clocks"])] == [str(late), str(later)]
        assert rest["next"] is None
        assert [clock["referral_id"] for clock in told["clocks"]] == [str(late)]
        refused = [
            await notify.http.get("/v1/offices/SAC-LAX/clocks", params={"cursor": first["next"]}),
            await notify.http.get("/v1/offices/NOWHERE/clocks"),
            await notify.http.get(f"/v1/clocks/{uuid7()}"),
            await notify.http.get("/v1/clocks", params={"level": "president"}),
        ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (400, "cursor_unknown"),
        (404, "office_unknown"),
        (404, "clock_unknown"),
        (422, "invalid_request"),
    ]


async def test_an_event_from_another_age_is_set_aside_and_the_next_one_is_heard(notify):
    impossible, referral = uuid7(), uuid7()
    async with notify.running():
        await notify.hears(received(impossible, datetime(9998, 1, 1, tzinfo=UTC)))
        await notify.hears(received(referral, ago(minutes=1)))
        await until(lambda: notify.clock(referral))
        [letter] = await notify.kafka.read_until("notify.dlq", lambda _: True)

        assert await notify.clock(impossible) is None

    assert (header(letter, "ce_subject"), header(letter, "dlq_code")) == (str(impossible), "moment_out_of_range")
