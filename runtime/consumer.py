"""Reads topics: order for each key, many keys at once, one database write for a batch, offsets only after effects.

One task polls, and does nothing else. Messages wait in their partition by key; a batch takes the first message of
many keys; what must be read for them is read side by side and their works are written together; what fails is tried
again later while other keys go on. Only a work that must take effect at one moment is written by itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from pydantic import BaseModel

from runtime.apart import CancelledWithin, apart, result_of
from runtime.backlog import Backlog, Pending
from runtime.closing import close_consumer
from runtime.commits import COMMIT_WITHIN, Commits, CommitsHangError
from runtime.dead_letters import SetsAside
from runtime.errors import Permanent, Transient, Unreadable
from runtime.events import Message, as_it_came, read_event, read_message
from runtime.pace import Gather, Pace
from runtime.settings import KafkaSettings
from runtime.store import Prepared, Store, Work
from runtime.telemetry import on_behalf_of, read_traceparent, start_span, within

log = structlog.get_logger()

Handler = Callable[[Any, Work], Awaitable[None] | None]
"""Says what an event changes; asynchronous only when it must read what is stored first."""

Taker = Callable[[Message], Awaitable[None]]
"""Takes a record of somebody else's that is none of our events, as it came; its effect is done when it returns."""

BATCH = 200
"""Messages whose works are written together at most."""

MUCH = 64 * 1024
"""Bytes at which the broker hands over what a patient consumer waits for."""

FETCH_WAIT_MS = 500
"""How long the broker keeps the fetch of any other consumer when there is nothing at all."""

BETWEEN_BREATHS = 100
"""Messages of a batch decided before anything else in this process gets its turn."""

BATCHES_AT_ONCE = 2
"""While one batch waits for the database the next is decided."""

ATTEMPTS = 5
"""How often an error that nobody named is tried before the message is set aside."""

FULL, ROOM = 1_000, 250
"""Unfinished messages of a partition at which fetching it pauses, and goes on again."""

FULL_OF_OTHERS, ROOM_OF_OTHERS = 50, 10
"""The same where somebody else writes: how large each of those is, is for them to say."""

STALE_AFTER = 60.0
"""Seconds without a completed poll after which the library's consumer is built anew."""

END_WITHIN = 3.0
"""Seconds that each step of stopping may take; a poll and a commit can wait for minutes for a broker that is away."""


class Consumer:
    """Handles the events of some topics, as one member of a group.

    `gather` says how batches grow, by default only when more comes than can be handled one by one; `most` how far.
    With `patience` the broker itself gathers for so many seconds: each fetch costs both sides more than a message.
    With `takes` the topics are somebody else's: records are given to it as they came, those of a partition one after
    the other.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        store: Store,
        dead_letters: SetsAside,
        *,
        group: str,
        topics: Sequence[str],
        handlers: Mapping[type[BaseModel], Handler],
        ignores: Collection[type[BaseModel]] = (),
        subject: str,
        gather: Gather | None = None,
        takes: Taker | None = None,
        most: int = BATCH,
        patience: float = 0.0,
    ) -> None:
        self._settings = settings
        self._store = store
        self._dead_letters = dead_letters
        self.group = settings.topic_prefix + group
        self._topics = [settings.topic_prefix + topic for topic in topics]
        self._handlers = {_type_of(model): (model, handler) for model, handler in handlers.items()}
        self._ignores = {_type_of(model) for model in ignores}
        self._subject = subject
        self._takes = takes
        self._full, self._room = (FULL_OF_OTHERS, ROOM_OF_OTHERS) if takes is not None else (FULL, ROOM)
        self._backlog = Backlog(gather or Pace(), in_order=takes is not None)
        self._most = most
        self._patience = patience
        self._slots = asyncio.Semaphore(BATCHES_AT_ONCE)
        self._batches: set[asyncio.Task[None]] = set()
        self._setting_aside: set[asyncio.Task[None]] = set()
        self._client: AIOKafkaConsumer | None = None
        self._commits = Commits(self.group)
        self._last_poll = time.monotonic()
        self._joined = False
        self._stop_asked = asyncio.Event()
        self._broken: BaseException | None = None

    @property
    def ready(self) -> bool:
        """Whether this member belongs to its group and polls; the group may have nothing to give it."""
        return self._client is not None and self._joined and self._since_poll() < STALE_AFTER / 2

    @property
    def lag(self) -> int:
        """Messages of our partitions that are not finished."""
        client, lag = self._client, 0
        for partition in client.assignment() if client is not None else ():
            end = client.highwater(partition)  # type: ignore[union-attr]
            done = self._backlog.next_offset(partition)
            done = self._commits.last(partition) if done is None else done
            lag += max((end or 0) - done, 0) if done is not None else 0
        return lag

    @property
    def is_current(self) -> bool:
        """Whether this member has been given partitions, and has finished all that it knows to be in them."""
        assigned = self._client.assignment() if self._client is not None and self.ready else ()
        known = [self._client.highwater(partition) for partition in assigned]  # type: ignore[union-attr]
        return bool(known) and None not in known and not self.lag

    async def run(self) -> None:
        """Consume until stopped; builds the library's consumer anew when it fails or is stuck."""
        dispatching = asyncio.create_task(self._dispatch())
        dispatching.add_done_callback(self._look_for_a_bug)
        pause = 0.2
        try:
            while not self._stopping:
                started = time.monotonic()
                if dispatching.done():
                    result_of(dispatching)
                try:
                    await self._session()
                except (KafkaError, OSError, TimeoutError, CommitsHangError) as exc:
                    log.warning("consumer starts anew", group=self.group, error=type(exc).__name__)
                pause = 0.2 if time.monotonic() - started > STALE_AFTER else min(pause * 2, 5.0)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._stop_asked.wait()
        finally:
            for task in (dispatching, *self._setting_aside):
                task.cancel()
            await asyncio.wait([dispatching, *self._batches, *self._setting_aside])

    async def stop(self) -> None:
        """Ask `run` to finish what is under way, commit it, and end."""
        self._stop_asked.set()

    @property
    def _stopping(self) -> bool:
        return self._stop_asked.is_set()

    async def _session(self) -> None:
        """Live the life of one library consumer."""
        client, self._broken = self._new_client(), None
        polling: asyncio.Task[None] | None = None
        try:
            await apart(client.start(), STALE_AFTER)
            client.subscribe(self._topics, listener=_Rebalance(self))
            self._client, self._last_poll = client, time.monotonic()
            polling = asyncio.create_task(self._poll(client))
            while not polling.done() and self._since_poll() < (END_WITHIN if self._stopping else STALE_AFTER):
                await asyncio.wait([polling], timeout=0.5)
                await self._commit(client, self._backlog.committables())
                if self._broken is not None:
                    raise self._broken
                if self._commits.hang:
                    raise CommitsHangError(self.group)
            if polling.done():
                result_of(polling)
            elif not self._stopping:
                log.error("consumer is stuck", group=self.group, seconds=int(self._since_poll()))
        finally:
            await self._end_session(client, polling)

    async def _end_session(self, client: AIOKafkaConsumer, polling: "asyncio.Task[None] | None") -> None:
        if polling is not None and not polling.done():
            polling.cancel()
            await asyncio.wait([polling])
        # Not only what is assigned now: a revocation may be under way, and will not be finished.
        await self.let_go(self._backlog.places, None if self._commits.hang else client)
        self._client, self._joined = None, False
        self._commits = Commits(self.group)
        await close_consumer(client)

    def _new_client(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap_servers,
            group_id=self.group,
            client_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RoundRobinPartitionAssignor,),
            session_timeout_ms=self._settings.session_timeout_ms,
            heartbeat_interval_ms=min(3_000, self._settings.session_timeout_ms // 5),
            rebalance_timeout_ms=self._settings.rebalance_timeout_ms,
            max_poll_interval_ms=300_000,
            request_timeout_ms=max(self._settings.request_timeout_ms, self._settings.rebalance_timeout_ms + 5_000),
            retry_backoff_ms=100,
            fetch_min_bytes=MUCH if self._patience else 1,
            fetch_max_wait_ms=int(self._patience * 1_000) if self._patience else FETCH_WAIT_MS,
        )

    async def _poll(self, client: AIOKafkaConsumer) -> None:
        """Fetch, and nothing else: a poll must never wait for a handler, and is never cancelled while we live."""
        while not self._stopping:
            # Also with nothing assigned: a member that does not poll can never join again.
            fetched = await client.getmany(timeout_ms=500, max_records=1_000)
            self._last_poll = time.monotonic()
            for partition, records in fetched.items():
                self._backlog.add(partition, records)
            self._make_room(client)

    def _make_room(self, client: AIOKafkaConsumer) -> None:
        paused = client.paused()
        for partition in client.assignment():
            unfinished = self._backlog.unfinished(partition)
            if unfinished >= self._full and partition not in paused:
                client.pause(partition)
            elif unfinished <= self._room and partition in paused:
                client.resume(partition)

    def _since_poll(self) -> float:
        return time.monotonic() - self._last_poll

    async def _commit(self, client: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
        await self._commits.commit(client, offsets, within=END_WITHIN if self._stopping else COMMIT_WITHIN)

    async def let_go(self, partitions: Collection[TopicPartition], client: AIOKafkaConsumer | None) -> None:
        """Finish what is being written of some partitions, commit it, and forget the rest."""
        drained = self._backlog.let_go(partitions)
        patience = self._settings.rebalance_timeout_ms / 2_000
        with suppress(TimeoutError):
            async with asyncio.timeout(min(patience, END_WITHIN) if self._stopping else patience):
                await drained.wait()
        if client is not None:
            with suppress(KafkaError, OSError):
                await self._commit(client, self._backlog.committables(partitions))
        self._backlog.forget(partitions)
        self._commits.forget(partitions)

    def take_up(self, partitions: Collection[TopicPartition]) -> None:
        """Begin with newly assigned partitions."""
        self._backlog.begin(partitions)
        self._joined = True
        log.info("partitions assigned", group=self.group, partitions=len(partitions))

    async def _dispatch(self) -> None:
        while True:
            await self._slots.acquire()
            batch = await self._backlog.take(self._most)
            task = asyncio.create_task(self._handle_batch(batch))
            self._batches.add(task)
            task.add_done_callback(self._batch_done)

    def _batch_done(self, task: "asyncio.Task[None]") -> None:
        self._batches.discard(task)
        self._slots.release()
        self._look_for_a_bug(task)

    def _look_for_a_bug(self, task: "asyncio.Task[None]") -> None:
        # A bug of ours, or a cancellation that nobody asked for: its messages would never be finished.
        self._broken = CancelledWithin() if task.cancelled() else task.exception() or self._broken

    async def _handle_batch(self, batch: Sequence[Pending]) -> None:
        decided = await self._decide_all(batch)
        shared = [one for one in decided if not one.at_one_moment]
        if shared and not await self._write(shared):
            for one in shared:  # find the one that the others failed with
                await self._write([one], alone=True)
        for one in decided:
            if one.at_one_moment:
                await self._write([one], alone=True)

    async def _decide_all(self, batch: Sequence[Pending]) -> "list[_Decided]":
        """Let handlers say what the messages of a batch change; those that must read first do so side by side."""
        decided: list[_Decided] = []
        reading: list[tuple[Pending, Awaitable[_Decided]]] = []
        for number, pending in enumerate(batch, 1):
            if pending.doomed is not None:
                self._start_setting_aside(pending, pending.doomed)
                continue
            try:
                match self._decide(pending):
                    case None:
                        self._backlog.finish(pending)
                    case _Decided() as one:
                        decided.append(one)
                    case later:
                        reading.append((pending, later))
            except Exception as exc:
                self._failed(pending, exc)
            if number % BETWEEN_BREATHS == 0:
                await asyncio.sleep(0)
        outcomes = await asyncio.gather(*(later for _, later in reading), return_exceptions=True)
        for (pending, _), outcome in zip(reading, outcomes, strict=True):
            match outcome:
                case _Decided():
                    decided.append(outcome)
                case Exception():
                    self._failed(pending, outcome)
                case BaseException():  # not our own cancellation, which would have ended the waiting itself
                    self._failed(pending, CancelledWithin())
        return decided

    def _decide(self, pending: Pending) -> "_Decided | Awaitable[_Decided] | None":
        """Let the handler say what a message changes; nothing is written yet. None when it is nothing to us."""
        message = pending.message = as_it_came(pending.record) if self._takes else read_message(pending.record)
        if self._takes is not None:  # waits for its own effect, each partition for itself
            return self._decide_later(self._takes(message), pending, Work(message), self._start_span(message))
        if message.type in self._ignores:
            return None
        if message.type not in self._handlers:
            raise Unreadable("type_unknown")
        model, handler = self._handlers[message.type]
        work, span = Work(message), self._start_span(message)
        with _failing(span), within(span):
            reading = handler(read_event(message, model), work)
            if reading is None:
                return self._decided(pending, work, span)
        return self._decide_later(reading, pending, work, span)

    async def _decide_later(self, reading: Awaitable[None], pending: Pending, work: Work, span: Span) -> "_Decided":
        with _failing(span), within(span):
            await reading
            return self._decided(pending, work, span)

    def _decided(self, pending: Pending, work: Work, span: Span) -> "_Decided":
        assert work.message is not None
        return _Decided(pending, work.message, span, self._store.prepared(work), work.at_one_moment)

    async def _write(self, decided: Sequence["_Decided"], *, alone: bool = False) -> bool:
        """Write works together; false if the database refused one, so that they must be tried one by one."""
        write = self._store.write_at_one_moment if decided[0].at_one_moment else self._store.write
        try:
            with on_behalf_of([one.span for one in decided]):
                await write([prepared for one in decided for prepared in one.prepared])
        except Transient as exc:
            for one in decided:
                one.end(failed=True)
                self._later(one.pending, exc)
        except Exception as exc:
            if not alone and len(decided) > 1:
                return False
            decided[0].end(failed=True)
            self._failed(decided[0].pending, exc)
        else:
            for one in decided:
                self._finished(one)
        return True

    def _finished(self, one: "_Decided") -> None:
        one.end()
        self._backlog.finish(one.pending)
        log.info(
            "message handled",
            type=one.message.type,
            event_id=one.message.event_id,
            trace_id=f"{one.span.get_span_context().trace_id:032x}",
            **{self._subject: one.message.subject},
        )

    def _failed(self, pending: Pending, error: Exception) -> None:
        """Try a message again later, or set it aside; nothing else waits for it but its own key."""
        if isinstance(error, Transient):
            self._later(pending, error)
            return
        pending.attempts += 1
        if not isinstance(error, Permanent) and pending.attempts < ATTEMPTS:
            self._later(pending, error)
            return
        pending.doomed = error
        self._start_setting_aside(pending, error)

    def _start_setting_aside(self, pending: Pending, error: Exception) -> None:
        # In a task of its own: a dead letter can take as long as the broker likes, and its batch must not wait for it.
        task = asyncio.create_task(self._set_aside(pending, error))
        self._setting_aside.add(task)
        task.add_done_callback(self._set_aside_done)

    def _set_aside_done(self, task: "asyncio.Task[None]") -> None:
        self._setting_aside.discard(task)
        self._look_for_a_bug(task)

    async def _set_aside(self, pending: Pending, error: Exception) -> None:
        """Write a dead letter, or try again later; until it is written the offset stays where it is."""
        try:
            await self._dead_letters.set_aside(pending.record, error, pending.attempts)
        except Exception as exc:
            self._later(pending, exc)
            return
        log.error("message set aside", **self._place(pending), exc_info=error)
        self._backlog.finish(pending)

    def _later(self, pending: Pending, error: Exception) -> None:
        delay = min(0.05 * 2 ** min(pending.delays, 7), 5.0)
        pending.delays += 1
        log.warning("message tried again later", seconds=delay, **self._place(pending), exc_info=error)
        self._backlog.put_back(pending, delay)

    def _place(self, pending: Pending) -> dict[str, Any]:
        """Say which message it is: where it stands in the log and, if it could be read, what it is about."""
        record, message = pending.record, pending.message
        place = {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "attempts": pending.attempts,
        }
        if message is not None:
            trace = read_traceparent(message.traceparent)
            place |= {"event_id": message.event_id, self._subject: message.subject}
            place |= {"trace_id": f"{trace.trace_id:032x}"} if trace is not None else {}
        return place

    def _start_span(self, message: Message) -> Span:
        return start_span(
            f"process {message.topic}",
            SpanKind.CONSUMER,
            read_traceparent(message.traceparent),
            {
                "messaging.system": "kafka",
                "messaging.operation.name": "process",
                "messaging.operation.type": "process",
                "messaging.destination.name": message.topic,
                "messaging.destination.partition.id": str(message.partition),
                "messaging.kafka.offset": message.offset,
                "messaging.consumer.group.name": self.group,
                "messaging.message.id": message.event_id,
                self._subject: message.subject,
            },
        )


class _Decided:
    """A message with what it changes, before that is written."""

    __slots__ = ("at_one_moment", "message", "pending", "prepared", "span")

    def __init__(
        self, pending: Pending, message: Message, span: Span, prepared: list[Prepared], at_one_moment: bool
    ) -> None:
        self.pending = pending
        self.message = message
        self.span = span
        self.prepared = prepared
        self.at_one_moment = at_one_moment

    def end(self, *, failed: bool = False) -> None:
        if failed:
            self.span.set_status(Status(StatusCode.ERROR))
        self.span.end()


@contextmanager
def _failing(span: Span) -> Iterator[None]:
    """End a span as failed when an error leaves the block."""
    try:
        yield
    except BaseException:
        span.set_status(Status(StatusCode.ERROR))
        span.end()
        raise


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the consumer what comes and goes; the library swallows errors from here, so they are logged."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> Awaitable[None]:
        return self._consumer.let_go(revoked, self._consumer._client)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._consumer.take_up(assigned)


def _type_of(model: type[BaseModel]) -> str:
    return str(model.model_fields["type"].default)
