"""Recalls, readers and erasures at one moment on a real MongoDB: each is told once, and no copy is lost sight of."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest
from uuid6 import uuid7

from runtime.events import Destination, Message, Publisher
from runtime.http import Problem
from runtime.store import Store, Work
from schemas.events import ItemQueued, RecallAcknowledged, TimelineNoted, name_of
from schemas.topics import published_by
from services.referrals.acts import said
from services.referrals.erasure import Erasures
from services.referrals.evidence.door import FirstReceipts
from services.referrals.exchange import make_exchange
from services.referrals.following import all_handlers
from services.referrals.intake_desk import IntakeDesk
from services.referrals.model.exchange import Recall
from services.referrals.model.referral import read_strictly
from services.referrals.pieces import PieceStore
from services.referrals.readings import Readings
from services.referrals.store import COLLECTION, ERASURE_DUE, ReferralStore
from services.referrals.vault import Vault
from tests.support.bodies import as_bytes, body_for
from tests.support.evidence import SIGNER, WAITS
from tests.support.office import NobodyListens

OURS = Publisher(
    "/tests",
    {event: [Destination(*place) for place in places] for event, places in published_by("referrals").items()},
)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Office:
    """The referrals service without its edges: its own store, and nobody who sends what it tells."""

    def __init__(self, database):
        self.database = database
        self.store = Store(database, OURS, NobodyListens())
        self.vault = Vault(database, bytes(32))
        self.records = ReferralStore(self.store, self.vault)
        self.pieces, self.readings = PieceStore(self.store), Readings(self.store)
        self.exchange = make_exchange(self.records, self.pieces, self.readings)
        self.country = body_for("SAC-BOS")["requester"]["country"]

    async def posted(self):
        desk = IntakeDesk(self.records, self.vault, FirstReceipts(SIGNER, WAITS))
        record = await desk.take_in(str(uuid7()), as_bytes(body_for("SAC-BOS")))
        return record["_id"]

    async def recall(self, referral_id, ground="case_closed"):
        body = as_bytes({"country": self.country, "ground": ground})
        return await self.exchange.requester.recall(referral_id, read_strictly(Recall, body), said(body), NOW)

    async def read(self, referral_id):
        """Read a referral as an office would; gives whether it got the content."""
        record = await self.records.by_id(referral_id)
        try:
            current = await self.exchange.current(record, "SAC-BOS/B-1")
        except Problem:
            return False
        return current.number == 1

    async def hears(self, referral_id, sequence, event, office="SAC-BOS", **more):
        about = {"referral_id": referral_id, "item_id": f"{referral_id}.{office}.1", "office": office, "role": "lead"}
        told = event(**about, **more)
        work = Work(Message("", 0, 0, None, None, (), str(uuid7()), told.type, "", sequence, NOW, None))
        all_handlers(self.pieces)[event](told, work)
        await self.store.write(self.store.prepared(work))

    async def queued(self, referral_id, office="SAC-BOS"):
        asked = {"requester_country": "IT", "category": "bulk-cash", "urgency": "U2", "queued_at": NOW}
        await self.hears(referral_id, 1, ItemQueued, office, **asked)

    async def has_erased(self, referral_id, office="SAC-BOS"):
        said_so = {"outcome": "erased", "acknowledged_by": "B-1", "acknowledged_at": NOW}
        await self.hears(referral_id, 2, RecallAcknowledged, office, **said_so)

    async def told(self, referral_id):
        """Count what waits to be sent of a referral to the other services, by type."""
        record = await self.database[COLLECTION].find_one({"_id": referral_id})
        types = (entry["type"] for entry in record["outbox"])
        return Counter(type_.split(".")[2] for type_ in types if type_ != name_of(TimelineNoted))


@pytest.fixture
async def office(database):
    opened = Office(database)
    await opened.vault.prepare()
    await opened.records.prepare()
    await opened.pieces.prepare()
    await opened.readings.prepare()
    return opened


async def test_recalls_at_the_same_moment_are_one_recall(office):
    referral_id = await office.posted()

    records = await asyncio.gather(*(office.recall(referral_id) for _ in range(8)))

    assert len({str(record["recall"]) for record in records}) == 1
    assert await office.told(referral_id) == {"received": 1, "recalled": 1}


async def test_several_processes_erase_once(office):
    referral_ids = [await office.posted() for _ in range(5)]
    for referral_id in referral_ids:
        await office.queued(referral_id)
        await office.recall(referral_id)
        await office.has_erased(referral_id)

    await asyncio.gather(*(Erasures(office.records, office.readings).erase_due() for _ in range(4)))

    for referral_id in referral_ids:
        assert await office.told(referral_id) == {"received": 1, "recalled": 1, "erased": 1}


async def test_holders_that_speak_while_others_look_are_all_heard(office):
    offices = ["SAC-BOS", "SAC-NYC", "CPAA", "SAC-CHI"]
    referral_id = await office.posted()
    for code in offices:
        await office.queued(referral_id, code)
    await office.recall(referral_id)

    async def look():
        while "erased_at" not in await office.records.by_id(referral_id):
            await Erasures(office.records, office.readings).erase_due()

    async with asyncio.timeout(30):
        await asyncio.gather(look(), look(), *(office.has_erased(referral_id, code) for code in offices))

    assert await office.told(referral_id) == {"received": 1, "recalled": 1, "erased": 1}


async def test_a_referral_is_not_erased_unasked_while_a_reader_has_got_it(office):
    outcomes = Counter()
    for _ in range(30):
        referral_id = await office.posted()

        async def recall_and_erase(referral_id=referral_id):
            await office.recall(referral_id)
            await Erasures(office.records, office.readings).erase_due()

        *got, _ = await asyncio.gather(*(office.read(referral_id) for _ in range(3)), recall_and_erase())

        erased = "erased_at" in await office.records.by_id(referral_id)
        outcomes[any(got), erased] += 1

    assert outcomes[True, True] == 0
    assert outcomes.total() == 30


async def test_a_reader_who_is_overtaken_by_a_recall_gets_nothing(office):
    referral_id = await office.posted()
    as_it_was = await office.records.by_id(referral_id)
    await office.recall(referral_id)

    with pytest.raises(Problem, match="recalled"):
        await office.exchange.current(as_it_was, "SAC-BOS/B-1")

    assert [row["reader"] for row in await office.readings.of(referral_id, None, 9)] == ["SAC-BOS/B-1"]


async def test_what_may_be_due_is_found_by_an_index(office):
    referral_ids = [await office.posted() for _ in range(20)]
    await office.recall(referral_ids[7])

    find = {"find": COLLECTION, "filter": {ERASURE_DUE: {"$exists": True}}}
    plan = await office.database.command("explain", find, verbosity="executionStats")

    assert "erasures" in str(plan["queryPlanner"]["winningPlan"])
    assert plan["executionStats"]["totalDocsExamined"] == 1
    assert [record["_id"] for record in await office.records.erasures_due(5)] == [referral_ids[7]]
