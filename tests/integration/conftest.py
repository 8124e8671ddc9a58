"""What tests of one part on real systems share."""

from collections.abc import AsyncIterator, Iterator

import pytest

from runtime.mongo import Database, open_database
from runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import OFFICE_FEED, TOPICS
from tests.support.background_stack import BackgroundStack, kafka_and_mongo
from tests.support.kafka import KafkaDesk, open_kafka_desk
from tests.support.leads import Leads
from tests.support.names import unique_name
from tests.support.notices import Shelf
from tests.support.office import Office
from tests.support.queues import Notify, running
from tests.support.referrals_service import running_referrals
from tests.support.whole_stack import QUICK_TO_START, own_environment


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


@pytest.fixture
async def notify(
    kafka: KafkaDesk, kafka_settings: KafkaSettings, mongo_settings: MongoSettings
) -> AsyncIterator[Notify]:
    """The notify service, running."""
    await kafka.make(*(topic.name for topic in TOPICS if topic is not OFFICE_FEED))
    await kafka.make(OFFICE_FEED.name, partitions=OFFICE_FEED.partitions)
    async with (
        running(kafka_settings, mongo_settings) as http,
        open_database(mongo_settings, "notify") as database,
    ):
        yield Notify(http, database, kafka)
        await database.client.drop_database(database.name)


@pytest.fixture
async def leads(kafka: KafkaDesk, kafka_settings: KafkaSettings, mongo_settings: MongoSettings) -> AsyncIterator[Leads]:
    """The referrals service, running, and the book of notices that another process would write."""
    async with running_referrals(kafka, kafka_settings, mongo_settings) as service:
        yield Leads(service, await Shelf(service.database).prepare())


@pytest.fixture(scope="session")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundStack]:
    """A Kafka and a MongoDB that a test may freeze and kill, beside those that the others rely on."""
    environment = own_environment() | QUICK_TO_START
    with BackgroundStack(kafka_and_mongo(tmp_path_factory.mktemp("fragile"), environment)) as stack:
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
