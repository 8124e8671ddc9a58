"""Waits until a stack has nothing left to do: no lag, no event waiting, and nothing new since that was asked."""

import asyncio

from confluent_kafka import KafkaException
from pymongo.errors import PyMongoError

from tests.support.history import count_waiting, read_ends, read_lag

PATIENCE_SECONDS = 90.0


async def until_drained(kafka: str, mongo: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Ask until it is so; a stack that is not drained in time fails with what it still has."""
    state = "it was never asked"
    try:
        async with asyncio.timeout(seconds):
            while state := await asyncio.to_thread(_left_to_do, kafka, mongo):  # noqa: ASYNC110 - it tells no event
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"not drained after {seconds:.0f} s: {state}") from None


def _left_to_do(kafka: str, mongo: str) -> str:
    """Say what is left; the order of the questions makes an empty answer certain.

    What is read to the end has had its effects, and those are stored; what is stored and waits nowhere has been
    sent; and if no topic has grown meanwhile, nothing came of it that was not read.
    """
    try:
        before = read_ends(kafka)
        behind = {each.group: each.end - each.committed for each in read_lag(kafka) if each.committed != each.end}
        if behind:
            return f"groups are behind: {behind}"
        if waiting := count_waiting(mongo):
            return f"{waiting} documents have events to send"
        return "" if read_ends(kafka) == before else "topics still grow"
    except (KafkaException, PyMongoError) as exc:
        return f"no answer: {type(exc).__name__}"
