"""What could not be read, on a real MongoDB: sealed, counted once, bounded, and gone after a while."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest

from services.referrals.ncb.message import Reply
from services.referrals.ncb.questions import QUESTIONS, Asker, Questions
from services.referrals.notices.quarantine import KEPT_BYTES, Quarantine
from tests.support.ncb import line, said
from tests.support.notices import BEGIN, MASTER_KEY, Shelf

CUT_OFF = [SimpleNamespace(code="not_json", pointer="")]


@pytest.fixture
async def shelf(database):
    return await Shelf(database).prepare()


async def entries(shelf):
    return await shelf.quarantine.entries(None, None, 100)


async def test_the_beginning_is_kept_sealed_and_bounded(shelf):
    entry_id = await shelf.quarantine.put("feed/red", CUT_OFF, b"TESTSON " * 20_000, BEGIN)

    [entry] = await entries(shelf)
    stored = await shelf.database["quarantine"].find_one({"_id": entry_id})
    assert await shelf.quarantine.read(entry_id) == (b"TESTSON " * 20_000)[:KEPT_BYTES]
    assert (entry["size"], b"TESTSON" in stored["content"]) == (160_000, False)


async def test_the_same_is_one_entry_and_another_source_has_its_own(shelf):
    for source in ("feed/red", "feed/red", "ncb"):
        await shelf.quarantine.put(source, CUT_OFF, b"{", BEGIN)

    assert sorted((each["source"], each["times"]) for each in await entries(shelf)) == [("feed/red", 2), ("ncb", 1)]


async def test_a_flood_is_counted_and_not_kept(shelf):
    small = Quarantine(shelf.store, shelf.vault, MASTER_KEY, most=3)

    for number in range(50):
        await small.put("feed/red", CUT_OFF, b"[" * number, BEGIN)

    found = await entries(shelf)
    [full] = [each for each in found if each["reasons"][0]["code"] == "quarantine_full"]
    assert (len(found), full["times"]) == (4, 47)


async def test_a_flood_from_the_public_list_takes_no_room_from_the_bureau(shelf):
    small = Quarantine(shelf.store, shelf.vault, MASTER_KEY, most=15)
    await small.put("interpol-ncb", CUT_OFF, b"first", BEGIN)

    for number in range(30):
        await small.put("feed/red", CUT_OFF, b"[" * (number + 1), BEGIN)
    last = await small.put("interpol-ncb", CUT_OFF, b"last", BEGIN)

    kept = [each["source"] for each in await entries(shelf) if each["reasons"][0]["code"] != "quarantine_full"]
    assert (kept.count("feed/red"), kept.count("interpol-ncb")) == (12, 2)
    assert await shelf.quarantine.read(last) == b"last"


async def test_an_entry_and_its_key_go_when_it_has_not_come_again_for_thirty_days(shelf):
    old = await shelf.quarantine.put("feed/red", CUT_OFF, b"old", BEGIN)
    await shelf.quarantine.put("feed/red", CUT_OFF, b"again", BEGIN)
    await shelf.quarantine.put("feed/red", CUT_OFF, b"again", BEGIN + timedelta(days=20))

    discarded = await shelf.quarantine.discard_old(BEGIN + timedelta(days=31))

    assert (discarded, len(await entries(shelf)), await shelf.quarantine.read(old)) == (1, 1, None)
    assert await shelf.database["keys"].count_documents({"erased_at": {"$exists": True}}) == 1


async def test_a_question_to_the_bureau_goes_ninety_days_after_its_answer_and_an_open_one_stays(shelf):
    questions = Questions(shelf.database)
    await questions.prepare()
    asked = [await questions.ask(UUID(int=number), Asker("SAC-BOS", "B-1"), BEGIN) for number in range(4)]
    for question, days in zip(asked[:2], (5, 20), strict=True):
        told = said("reply", valid=True, as_of=BEGIN.isoformat(), query_id=question["_id"])
        reply = Reply.model_validate_json(line(told))
        assert await questions.answer(reply, UUID(question["notice_id"]), BEGIN + timedelta(days=days))
    await questions.close(asked[2], BEGIN)

    await shelf.retention.settle(BEGIN + timedelta(days=96))

    left = await shelf.database[QUESTIONS].find().sort("_id", 1).to_list(None)
    assert [question["_id"] for question in left] == [asked[1]["_id"], asked[3]["_id"]]
