"""`python -m deploy.topics`: makes the topics that are missing on the Kafka of the environment, and ends."""

import asyncio
import sys

from deploy.local.problems import Problem
from deploy.local.topics import create_topics
from runtime.environment import read_environment
from runtime.settings import KafkaSettings


def main() -> int:
    """Make the topics, and say when they are there."""
    kafka = read_environment(KafkaSettings)
    try:
        asyncio.run(create_topics(kafka.bootstrap_servers, kafka.topic_prefix))
    except Problem as problem:
        print(f"topics: {problem}", file=sys.stderr)
        return 1
    print("topics: all there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
