"""What all tests may use: a real Kafka and a real MongoDB, started once for the run."""

import gc
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from runtime.logs import name_exception
from runtime.mongo import Database, open_database
from runtime.settings import KafkaSettings, MongoSettings
from tests.support.background_stack import BackgroundStack, kafka_and_mongo
from tests.support.described import all_answers_held
from tests.support.names import unique_name
from tests.support.whole_stack import QUICK_TO_START, own_environment


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """Log as services do; left alone, structlog draws each exception with all its variables, which takes seconds."""
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, name_exception, structlog.processors.JSONRenderer()]
    )


def pytest_sessionfinish() -> None:
    """Let what libraries have left behind be reported before pytest says how all went.

    A task that failed unheard writes its traceback when it is collected. Where that is while a module is parsed,
    CPython 3.11 takes the two parsings for one, and a run in which every test has passed ends with a SystemError.
    """
    gc.collect()


@pytest.fixture(scope="session", autouse=True)
def _answers_held() -> Iterator[None]:
    """Hold each answer that a test gets through our doors to what the interface says of it."""
    with all_answers_held():
        yield


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundStack]:
    """Kafka and MongoDB on free ports, with data of their own."""
    environment = own_environment() | QUICK_TO_START
    with BackgroundStack(kafka_and_mongo(tmp_path_factory.mktemp("systems"), environment)) as stack:
        yield stack


@pytest.fixture
def kafka_settings(systems: BackgroundStack) -> KafkaSettings:
    """Settings with a prefix of this test's own, so that its topics and groups are nobody else's."""
    return KafkaSettings(
        bootstrap_servers=systems.addresses["kafka"],
        topic_prefix=f"{unique_name()}.",
        session_timeout_ms=6_000,
        rebalance_timeout_ms=10_000,
    )


@pytest.fixture
def mongo_settings(systems: BackgroundStack) -> MongoSettings:
    """Settings with a prefix of this test's own, so that its databases are nobody else's."""
    return MongoSettings(uri=systems.addresses["mongo"], database_prefix=f"{unique_name()}_")


@pytest.fixture
async def database(mongo_settings: MongoSettings) -> AsyncIterator[Database]:
    """An empty database."""
    async with open_database(mongo_settings, "test") as opened:
        yield opened
        await opened.client.drop_database(opened.name)
