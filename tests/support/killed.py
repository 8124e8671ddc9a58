"""The referrals service as a process of its own, ended so that it can finish nothing."""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runtime.settings import KafkaSettings, MongoSettings
from tests.support.notices import MASTER_KEY


def environment_of(kafka: KafkaSettings, mongo: MongoSettings) -> dict[str, str]:
    """Give the environment in which the service finds a test's systems."""
    key = base64.b64encode(MASTER_KEY).decode()
    return {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
        "KAFKA_SESSION_TIMEOUT_MS": str(kafka.session_timeout_ms),
        "MONGO_URI": mongo.uri,
        "MONGO_DATABASE_PREFIX": mongo.database_prefix,
        "REFERRALS_HTTP_PORT": "0",
        "REFERRALS_MASTER_KEY": key,
        "REFERRALS_SIGNING_KEY": key,
    }


@asynccontextmanager
async def killed_at_the_end(environment: dict[str, str]) -> AsyncIterator[None]:
    """Run the service, and kill it with -9."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.referrals", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()
