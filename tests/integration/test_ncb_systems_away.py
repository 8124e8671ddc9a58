"""The NCB feed while what it stands on is away: every message has its effect once, and every sender an answer."""

import asyncio
import os
import signal

import pytest
from uuid6 import uuid7

from runtime.settings import KafkaSettings, MongoSettings
from tests.support.background_stack import BackgroundStack
from tests.support.frozen import frozen
from tests.support.kafka import open_kafka_desk
from tests.support.names import unique_name
from tests.support.ncb import NEXUS, lines, notice, signed
from tests.support.ncb_feed import Bureau, reading, running_bureau
from tests.support.waiting import until

RECORDS = 40
AT_ONCE = 60
"""Deliveries under way: far more than the driver has threads to wait in."""
ANSWERED_WITHIN_SECONDS = 60.0
PATIENCE_SECONDS = 180.0


@pytest.fixture
async def bureau(fragile: BackgroundStack, fragile_kafka: KafkaSettings):
    mongo = MongoSettings(
        uri=fragile.addresses["mongo"],
        database_prefix=f"{unique_name()}_",
        timeout_ms=2_000,
        server_selection_timeout_ms=1_000,
    )
    async with open_kafka_desk(fragile_kafka) as desk, running_bureau(desk, fragile_kafka, mongo) as opened:
        yield opened


async def test_a_broker_that_dies_amid_an_effect_and_is_slow_to_return_leaves_each_message_one_effect(
    bureau: Bureau, fragile: BackgroundStack
):
    numbers = [f"2099/{number}" for number in range(RECORDS)]
    for at, number in enumerate(numbers):
        tied = {"nexus": NEXUS} if at % 10 == 0 else {}
        await bureau.put(lines(notice(entity_id=number, **tied), notice(1, "update", entity_id=number, sex_id="F")))
    consumer, broker = bureau.feed.consumer, fragile.pids["kafka"]

    async with reading(bureau):
        await until(lambda: handled(bureau, RECORDS // 4), PATIENCE_SECONDS)
        with frozen(fragile.pids["mongo"]):  # so that an effect is under way for certain
            os.kill(broker, signal.SIGKILL)
            await until(lambda: fragile.pids.get("kafka") not in (None, broker), PATIENCE_SECONDS)
        with frozen(fragile.pids["kafka"]):
            await until(lambda: not consumer.ready, PATIENCE_SECONDS)
        await fragile.wait_ready("kafka", broker)
        await bureau.handled(RECORDS)
        await until(lambda: consumer.ready and not consumer.lag, PATIENCE_SECONDS)

    assert await bureau.database["ncb_messages"].count_documents({}) == 2 * RECORDS
    assert await bureau.set_aside() == []
    for record in await bureau.database["notices"].find().to_list(None):
        assert [entry["what"] for entry in record["history"]] == ["observed", "changed"]


async def test_every_delivery_to_a_frozen_database_is_answered_in_time_and_taken_when_it_comes_again(
    bureau: Bureau, fragile: BackgroundStack
):
    deliveries = {f"msg_{uuid7()}": lines(notice(entity_id=f"2099/{number}")) for number in range(AT_ONCE)}

    async def post(webhook_id: str) -> int:
        body = deliveries[webhook_id]
        headers = signed(body, webhook_id=webhook_id)
        return (await bureau.http.post("/v1/ncb/messages", content=body, headers=headers)).status_code

    with frozen(fragile.pids["mongo"]):
        async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
            answers = await asyncio.gather(*map(post, deliveries))
    assert answers == [503] * AT_ONCE

    async def are_taken() -> bool:
        return await asyncio.gather(*map(post, deliveries)) == [200] * AT_ONCE

    await until(are_taken, PATIENCE_SECONDS)
    assert await bureau.database["ncb_messages"].count_documents({}) == AT_ONCE


async def handled(bureau: Bureau, number: int) -> bool:
    return await bureau.database["ncb_messages"].count_documents({}) >= number
