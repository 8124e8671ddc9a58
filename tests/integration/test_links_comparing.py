"""What the comparing loop does with the notes it finds, on a real MongoDB, without the rest of the service."""

from datetime import UTC, datetime

import pytest
from uuid6 import uuid7

from runtime.errors import StoreAway
from runtime.store import Store
from schemas.marks import Marks
from services.referrals.links.comparing import AT_ONCE, Comparing
from services.referrals.links.keys import KeyMaker
from services.referrals.links.store import LINKS, MATCH_KEYS, REFERRALS, WAITING, LinkStore
from services.referrals.links.suggesting import SUGGESTED_AT_MOST
from tests.support.noted import PUBLISHER
from tests.support.office import NobodyListens
from tests.unit.referrals.referral_bodies import as_bytes, drop, put, sound

PERSON = "/subjects/0"
MARKS = Marks(tlp="AMBER").model_dump(mode="json")


def about(passport, *changes):
    """A request about whoever bears a passport, and with nothing else to know it by."""
    return as_bytes(
        sound(
            drop("/earlier"),
            put("/requester/reference", "none"),
            put(f"{PERSON}/birth", "-"),
            put(f"{PERSON}/identifiers", [{"kind": "passport", "value": passport, "country": "IT"}]),
            *changes,
        )
    )


class Desk:
    """Comparing, and what it reads."""

    def __init__(self, database):
        self.database = database
        self.contents = {}
        self.before_reading = None
        store = Store(database, PUBLISHER, NobodyListens())
        self.links = LinkStore(store)
        self.comparing = Comparing(store, self.links, KeyMaker(bytes(32)), self._read)

    async def _read(self, referral_id):
        if self.before_reading is not None:
            await self.before_reading(referral_id)
        return self.contents[referral_id]

    async def comes(self, content, referral_id=None):
        """Let a referral come in, or be added to."""
        referral_id = referral_id or str(uuid7())
        self.contents[referral_id] = content
        await self.database[WAITING].insert_one({"_id": str(uuid7()), "referral_id": referral_id, "marks": MARKS})
        return referral_id

    async def compared(self, *contents):
        """Let some come in, and compare them."""
        ids = [await self.comes(content) for content in contents]
        while await self.comparing.compare_some():
            pass
        return ids

    async def states(self):
        return sorted([link["state"] async for link in self.database[LINKS].find()])


@pytest.fixture
async def desk(database):
    desk = Desk(database)
    await desk.links.prepare()
    return desk


async def test_of_two_in_one_batch_one_link_is_suggested_and_no_note_is_left(desk):
    ids = await desk.compared(about("YA0000007"), about("YA0000007"), about("ZZ1111111"))

    [link] = [link async for link in desk.database[LINKS].find()]
    assert link["referrals"] == sorted(ids[:2])
    assert await desk.database[WAITING].count_documents({}) == 0


async def test_the_same_note_twice_changes_nothing(desk):
    one, _ = await desk.compared(about("YA0000007"), about("YA0000007"))
    before = [link async for link in desk.database[LINKS].find()]

    await desk.comes(desk.contents[one], one)
    await desk.compared()

    assert [link async for link in desk.database[LINKS].find()] == before


async def test_a_suggestion_whose_ground_is_corrected_is_withdrawn_and_may_come_back(desk):
    one, _ = await desk.compared(about("YA0000007"), about("YA0000007"))

    await desk.comes(about("ZZ1111111"), one)
    await desk.compared()
    corrected = await desk.states()
    await desk.comes(about("YA0000007"), one)
    await desk.compared()

    assert (corrected, await desk.states()) == (["withdrawn"], ["suggested"])


async def test_what_a_person_has_confirmed_stays_whatever_is_corrected(desk):
    one, _ = await desk.compared(about("YA0000007"), about("YA0000007"))
    await desk.database[LINKS].update_many({}, {"$set": {"state": "confirmed"}})

    await desk.comes(about("ZZ1111111"), one)
    await desk.compared()

    assert await desk.states() == ["confirmed"]


async def test_what_a_person_has_rejected_comes_back_with_a_new_fact_only(desk):
    one, other = await desk.compared(about("YA0000007"), about("YA0000007"))
    await desk.database[LINKS].update_many({}, {"$set": {"state": "rejected"}})

    await desk.comes(desk.contents[one], one)
    await desk.compared()
    without = await desk.states()
    container = put("/narrative", "Container CSQU3054383 left Genoa.")
    for referral_id in (one, other):
        await desk.comes(about("YA0000007", container), referral_id)
    await desk.compared()

    assert (without, await desk.states()) == (["rejected"], ["suggested"])


async def test_one_that_cannot_be_read_is_set_aside_and_the_others_go_on(desk):
    poison, one, _ = await desk.compared(b"{}", about("YA0000007"), about("YA0000007"))

    [kept] = [note async for note in desk.database[WAITING].find()]
    assert (kept["referral_id"], kept["failed"]) == (poison, True)
    assert await desk.states() == ["suggested"]
    assert await desk.database[MATCH_KEYS].find_one({"_id": one})


async def test_while_the_database_is_away_no_note_is_lost(desk):
    async def away(referral_id):
        raise StoreAway("away")

    await desk.comes(about("YA0000007"))
    desk.before_reading = away

    with pytest.raises(StoreAway):
        await desk.comparing.compare_some()

    assert await desk.database[WAITING].count_documents({"failed": None}) == 1


async def test_what_is_recalled_while_it_is_read_is_not_kept(desk):
    async def recall(referral_id):
        row = {"_id": referral_id, "recall": {"recalled_at": datetime.now(UTC)}}
        await desk.database[REFERRALS].replace_one({"_id": referral_id}, row, upsert=True)

    await desk.compared(about("YA0000007"))
    desk.before_reading = recall
    await desk.compared(about("YA0000007"))

    assert (await desk.states(), await desk.database[MATCH_KEYS].count_documents({})) == ([], 1)


async def test_one_that_very_many_share_a_number_with_gets_few_links_and_all_hang_together(desk):
    ids = await desk.compared(*(about("YA0000007") for _ in range(AT_ONCE + 10)))
    links = [link async for link in desk.database[LINKS].find()]

    met, reached = {ids[0]}, {ids[0]}
    while reached:
        reached = {member for link in links if reached & {*link["referrals"]} for member in link["referrals"]} - met
        met |= reached
    assert met == {*ids}
    assert len(links) <= SUGGESTED_AT_MOST * len(ids)
