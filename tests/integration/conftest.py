"""What tests of one part on real systems share."""

from collections.abc import AsyncIterator, Iterator

import pytest

from runtime.mongo import Database
from runtime.settings import KafkaSettings
from tests.conftest import own_environment
from tests.support.background_stack import BackgroundStack, kafka_and_mongo
from tests.support.kafka import KafkaDesk, open_kafka_desk
from tests.support.names import unique_name
from tests.support.office import Office


@pytest.fixture
async def kafka(kafka_settings: KafkaSettings) -> AsyncIterator[KafkaDesk]:
    """The other side of this test's topics."""
    async with open_kafka_desk(kafka_settings) as desk:
        yield desk


@pytest.fixture
async def office(kafka_settings: KafkaSettings, database: Database) -> AsyncIterator[Office]:
    """A consumer with all that it stands on."""
    opened = Office(kafka_settings, database)
    yield opened
    await opened.producer.close()


@pytest.fixture(scope="session")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundStack]:
    """A Kafka and a MongoDB that a test may freeze and kill, beside those that the others rely on."""
    with BackgroundStack(kafka_and_mongo(tmp_path_factory.mktemp("fragile"), own_environment())) as stack:
        yield stack


@pytest.fixture
def fragile_kafka(fragile: BackgroundStack) -> KafkaSettings:
    """Settings of the Kafka that may be frozen; impatient, so that its absence is noticed soon."""
    return KafkaSettings(
        bootstrap_servers=fragile.addresses["kafka"],
        topic_prefix=f"{unique_name()}.",
        request_timeout_ms=2_000,
        session_timeout_ms=6_000,
        rebalance_timeout_ms=6_000,
    )
