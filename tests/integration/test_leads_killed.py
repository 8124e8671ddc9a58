"""The service killed with -9 again and again while notices come, change and end: each has its referral once."""

import random
from collections import Counter
from datetime import timedelta

from runtime.mongo import open_database
from schemas.notices import Colour, NoticeAuthority, NoticeStanding
from schemas.topics import TOPICS
from services.referrals.notices.sightings import Word
from tests.support.killed import environment_of, killed_at_the_end
from tests.support.notices import BEGIN, Shelf, in_public, invented
from tests.support.waiting import until

NOTICES = 40
KILLS_OF_A_STEP = 2
PATIENCE = 180


async def test_killed_again_and_again_each_notice_has_one_referral_that_follows_it(
    kafka, kafka_settings, mongo_settings
):
    await kafka.make(*(topic.name for topic in TOPICS))
    environment = environment_of(kafka_settings, mongo_settings)
    numbers = [f"2099/{number}" for number in range(1, NOTICES + 1)]
    chance = random.Random(6)

    async with open_database(mongo_settings, "referrals") as database:
        shelf = await Shelf(database).prepare()

        async def count(**where):
            return await database["referrals"].count_documents(where)

        async def survive(**where):
            """Kill the service when some of what is due is done, and let the last one finish."""
            for _ in range(KILLS_OF_A_STEP):
                done = await count(**where) + chance.randint(1, NOTICES // (KILLS_OF_A_STEP + 1))
                async with killed_at_the_end(environment):
                    await until(lambda done=done: _reached(count(**where), done), seconds=PATIENCE)
            async with killed_at_the_end(environment):
                await until(lambda: _reached(count(**where), NOTICES), seconds=PATIENCE)
                await until(lambda: _nothing_due(database), seconds=PATIENCE)

        for number in numbers:
            await shelf.book.observe(invented(number, nationalities=("US",)), in_public(1))
        await survive(notice={"$exists": True})
        for number in numbers:
            await shelf.book.observe(invented(number, nationalities=("US",), birth="1981"), in_public(2))
        await survive(content_version=2)
        for number in numbers:
            word = Word(NoticeAuthority.SOURCE_NCB, BEGIN + timedelta(days=9), f"end-{number}")
            await shelf.book.end((Colour.RED, number), NoticeStanding.WITHDRAWN, word)
        await survive(erased_at={"$exists": True})
        referrals = await database["referrals"].find().to_list(None)

    assert len(referrals) == NOTICES
    assert set(Counter(referral["notice"]["notice_id"] for referral in referrals).values()) == {1}
    for referral in referrals:
        types = [entry["type"] for entry in referral["timeline"]]
        assert types == ["received", "notice-changed", "supplemented", "recalled", "erased"]


async def _reached(count, wanted):
    return await count >= wanted


async def _nothing_due(database):
    return await database["notices"].count_documents({"follow_up_due": {"$exists": True}}) == 0
