"""Tells the broker how far a member of a group has come, and notices when it is not answered any more."""

from collections.abc import Collection, Mapping

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    IllegalStateError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from aiokafka.structs import TopicPartition

from runtime.apart import apart

log = structlog.get_logger()

COMMIT_WITHIN = 5.0
"""Seconds that a commit may take. The library tries for ever what may pass, also when it never will."""

COMMITS_UNANSWERED = 2
"""Commits in a row without an answer after which the library's consumer is built anew: after a broker's death it was
seen to fetch on happily while every commit waited for a coordinator that it never found again."""

LEFT_TO_REDELIVERY = (
    CommitFailedError,
    IllegalStateError,
    IllegalGenerationError,
    UnknownMemberIdError,
    RebalanceInProgressError,
)
"""What the library raises where a rebalance overtook a commit."""


class CommitsHangError(Exception):
    """The library's consumer gets no answer to its commits any more."""


class Commits:
    """The offsets that one library consumer has committed."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._committed: dict[TopicPartition, int] = {}
        self._unanswered = 0

    @property
    def hang(self) -> bool:
        """Whether the broker has left several in a row unanswered."""
        return self._unanswered >= COMMITS_UNANSWERED

    def last(self, partition: TopicPartition) -> int | None:
        """Give the offset that was committed last; None when there was none yet."""
        return self._committed.get(partition)

    async def commit(self, client: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int], *, within: float) -> None:
        """Commit offsets that moved; a commit that a rebalance overtook is left to redelivery."""
        assigned = client.assignment()
        moved = {p: o for p, o in offsets.items() if p in assigned and self._committed.get(p) != o}
        if not moved:
            return
        try:
            await apart(client.commit(moved), within)
        except TimeoutError:
            self._unanswered += 1
            log.warning("commit not answered", group=self._group, times=self._unanswered)
        except LEFT_TO_REDELIVERY as exc:
            log.info("commit left to redelivery", group=self._group, error=type(exc).__name__)
        else:
            self._committed.update(moved)
            self._unanswered = 0

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Forget partitions that are another member's from now on."""
        for partition in partitions:
            self._committed.pop(partition, None)
