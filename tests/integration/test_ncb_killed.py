"""The service killed with -9 again and again while the bureau sends: nothing is lost, nothing is done twice."""

import random

from runtime.mongo import Database, open_database
from schemas.topics import NCB_INBOUND, TOPICS
from tests.support.killed import environment_of, killed_at_the_end
from tests.support.ncb import NEXUS, lines, notice, said
from tests.support.waiting import until

KILLS = 4
NOTICES = 60


async def test_killed_again_and_again_every_message_has_its_effect_once(kafka, kafka_settings, mongo_settings):
    await kafka.make(*(topic.name for topic in TOPICS if topic is not NCB_INBOUND))
    await kafka.make(NCB_INBOUND.name, partitions=3)
    numbers = [f"2099/{number}" for number in range(1, NOTICES + 1)]
    for at, number in enumerate(numbers):
        tied = {"nexus": NEXUS} if at % 10 == 0 else {}
        messages = [notice(0, entity_id=number, **tied), notice(1, kind="update", sex_id="F", entity_id=number, **tied)]
        await kafka.put(NCB_INBOUND.name, None, lines(*messages), partition=at % 3)
        await kafka.put(NCB_INBOUND.name, None, lines(said("withdrawal", 2, entity_id=number)), partition=at % 3)
    environment = environment_of(kafka_settings, mongo_settings)

    async with open_database(mongo_settings, "referrals") as database:
        for kill in range(1, KILLS + 1):
            async with killed_at_the_end(environment):
                done = random.Random(kill).randint(1, 3 * NOTICES // (KILLS + 1)) + await _handled(database)
                await until(lambda done=done: _has_handled(database, done), seconds=120)
        async with killed_at_the_end(environment):
            await until(lambda: _has_handled(database, 3 * NOTICES), seconds=120)
            await until(lambda: _are_purged(database), seconds=120)
        records = await database["notices"].find().to_list(None)
        referrals = await database["referrals"].find().to_list(None)

    assert len(records) == NOTICES
    for record in records:
        assert [entry["what"] for entry in record["history"]] == ["observed", "changed", "withdrawn", "purged"]
        assert all(each["recalled_at"] is not None for each in record["referrals"])
    assert all(referral["recall"]["ground"] == "notice_withdrawn" for referral in referrals)


async def _handled(database: Database) -> int:
    return await database["ncb_messages"].count_documents({})


async def _has_handled(database: Database, number: int) -> bool:
    return await _handled(database) >= number


async def _are_purged(database: Database) -> bool:
    return await database["notices"].count_documents({"purged_at": {"$exists": True}}) == NOTICES
