"""Records as a consumer gets them, without a broker."""

from collections.abc import Sequence

from aiokafka.structs import ConsumerRecord, TopicPartition

PLACE = TopicPartition("notes", 0)


def record(
    offset: int = 0,
    key: bytes | None = b"key",
    value: bytes | None = b"{}",
    headers: Sequence[tuple[str, bytes | None]] = (),
    place: TopicPartition = PLACE,
) -> ConsumerRecord:
    """Make a record."""
    return ConsumerRecord(
        topic=place.topic,
        partition=place.partition,
        offset=offset,
        timestamp=1_700_000_000_000,
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=len(key or b""),
        serialized_value_size=len(value or b""),
        headers=tuple(headers),
    )
