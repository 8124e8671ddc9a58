"""An open-loop load: posts come at their own pace, however slow the answers are, and some come twice."""

import asyncio
import random
from collections import deque
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from tests.support.bodies import as_bytes, sound_bodies
from tests.support.liaison import Liaison

SENT_TWICE_AT_ONCE = 0.08
SENT_AGAIN_LATER = 0.05
MOST_REMEMBERED = 500


class Load:
    """Posts from entry to exit; at the exit it waits until every post has its answer."""

    def __init__(self, liaison: Liaison, chance: random.Random, per_second: float) -> None:
        self._liaison = liaison
        self._chance = chance
        self._pause = 1.0 / per_second
        self._bodies = sound_bodies(seed=5)
        self._lately: deque[tuple[bytes, str]] = deque(maxlen=MOST_REMEMBERED)
        self._under_way: set[asyncio.Task[Any]] = set()
        self._posting: asyncio.Task[None] | None = None
        self.errors: list[BaseException] = []

    async def __aenter__(self) -> Self:
        self._posting = asyncio.create_task(self._post())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._posting is not None
        self._posting.cancel()
        await asyncio.wait([self._posting, *self._under_way])
        if error is None and self.errors:
            raise self.errors[0]

    async def _post(self) -> None:
        clock = asyncio.get_running_loop()
        due = clock.time()
        while True:
            for body, key in self._next():
                self._start(body, key)
            due += self._pause
            await asyncio.sleep(due - clock.time())

    def _next(self) -> list[tuple[bytes, str]]:
        """Give what is sent now: something new, the same at once twice, or something that was sent before."""
        if self._lately and self._chance.random() < SENT_AGAIN_LATER:
            return [self._chance.choice(self._lately)]
        fresh = as_bytes(next(self._bodies)), str(UUID(int=self._chance.getrandbits(128)))
        self._lately.append(fresh)
        return [fresh, fresh] if self._chance.random() < SENT_TWICE_AT_ONCE else [fresh]

    def _start(self, body: bytes, key: str) -> None:
        task = asyncio.create_task(self._liaison.accepted(body, key))
        self._under_way.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.errors.append(error)
