"""Makes the topics that our services speak through, on whatever Kafka is used."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from deploy.local.problems import Problem
from schemas.topics import TOPICS, Topic

DAY_IN_MILLISECONDS = 24 * 60 * 60 * 1000
SECONDS_TO_ANSWER = 5.0
PATIENCE_SECONDS = 30.0
SECONDS_BETWEEN_TRIES = 0.1


@contextlib.asynccontextmanager
async def _admin(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=5000)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def serves_all(servers: str) -> bool:
    """Find out whether every partition has a leader, which a listening port alone does not say."""
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(SECONDS_TO_ANSWER), _admin(servers) as admin:
            brokers = (await admin.describe_cluster())["brokers"]
            topics = await admin.describe_topics()
            return bool(brokers) and all(
                partition["leader"] >= 0 for topic in topics for partition in topic["partitions"]
            )
    return False


async def create_topics(servers: str, prefix: str, topics: Iterable[Topic] = TOPICS) -> None:
    """Create the topics that are missing and wait until all are seen; those that exist are left as they are."""
    wanted = {prefix + topic.name: topic for topic in topics}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await _all_there(servers, wanted):  # noqa: ASYNC110 - Kafka sets no event
                await asyncio.sleep(SECONDS_BETWEEN_TRIES)
    except TimeoutError as exc:
        raise Problem(f"no topics could be made on Kafka at {servers}: does it run, and may we?") from exc


async def _all_there(servers: str, wanted: dict[str, Topic]) -> bool:
    """Create what is missing; brokers show a new topic a little after they have promised it."""
    with contextlib.suppress(KafkaError, OSError):
        async with _admin(servers) as admin:
            present = set(await admin.list_topics())
            missing = [_new_topic(name, topic) for name, topic in wanted.items() if name not in present]
            if missing:
                _raise_refusals(await admin.create_topics(missing))
            return not missing
    return False


def _new_topic(name: str, topic: Topic) -> NewTopic:
    # Brokers with several replicas drop a broker-wide min.insync.replicas, so the topic says it.
    configuration = {
        "retention.ms": str(topic.retention_days * DAY_IN_MILLISECONDS),
        "min.insync.replicas": "1",
        "max.message.bytes": str(topic.largest_message),
    }
    return NewTopic(name, topic.partitions, 1, topic_configs=configuration)


def _raise_refusals(response: Any) -> None:
    for _, code, *_ in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error
