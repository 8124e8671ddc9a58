"""Lists the dead letters of one topic: `python dead_letters.py routing.dlq`; with `--body`, the messages too."""

import asyncio
import os
import sys

from aiokafka import AIOKafkaConsumer

SERVERS = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")


async def main(topic: str, *, body: bool) -> None:
    """Read from the beginning to the end as it is now, in no group, so that nothing is marked as read."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=SERVERS, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    show(record, body=body)
    finally:
        await consumer.stop()


def show(record, *, body: bool) -> None:
    """Print one letter: where it came from and why it was set aside."""
    print(f"--- {record.topic} {record.partition}:{record.offset}")
    for name, value in record.headers:
        print(f"{name}: {(value or b'').decode(errors='replace')}")
    if body:
        print((record.value or b"").decode(errors="replace"))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], body="--body" in sys.argv[2:]))
