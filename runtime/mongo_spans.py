"""Spans of database commands, without statements: noted while the command runs, made afterwards.

The contributed instrumentation makes its spans between the reply and whoever waits for it. Of a lone insert that was
a millisecond in four (docs/performance.md), so here a command only leaves its times behind, and its span
is made from them half a second later.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode
from pymongo import monitoring

from runtime.telemetry import child_of, recorded_here, tracer

MADE_EVERY = 0.5
"""Seconds between the times at which spans are made."""

MOST_NOTED = 10_000


@dataclass(frozen=True, slots=True)
class Noted:
    """A command that began, or one that has ended; several traces may share it."""

    parents: tuple[SpanContext, ...]
    name: str
    database: str
    collection: str
    began: int
    ended: int = 0
    failed: str = ""


class CommandNotes(monitoring.CommandListener):
    """Notes the commands of recorded traces."""

    def __init__(self) -> None:
        self._running: dict[tuple[int, Any], Noted] = {}
        self._ended: deque[Noted] = deque(maxlen=MOST_NOTED)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note when a command began, and for which traces."""
        parents = recorded_here()
        if not parents:
            return
        collection = event.command.get(event.command_name)
        self._running[event.request_id, event.connection_id] = Noted(
            parents,
            event.command_name,
            event.database_name,
            collection if isinstance(collection, str) else "",
            time.time_ns(),
        )

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Note when it ended."""
        self._note_end(event, "")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Note that it failed, by the code's name alone: the message may hold values."""
        self._note_end(event, str(event.failure.get("codeName") or "failed"))

    def _note_end(self, event: Any, failed: str) -> None:
        noted = self._running.pop((event.request_id, event.connection_id), None)
        if noted is not None:
            self._ended.append(replace(noted, ended=time.time_ns(), failed=failed))

    def make_spans(self) -> None:
        """Make the spans of all commands that have ended."""
        while self._ended:
            noted = self._ended.popleft()
            for parent in noted.parents:
                _make_span(noted, parent)


def _make_span(noted: Noted, parent: SpanContext) -> None:
    span = tracer.start_span(
        f"{noted.database}.{noted.name}",
        child_of(parent),
        SpanKind.CLIENT,
        {"db.system": "mongodb", "db.name": noted.database, "db.operation": noted.name},
        start_time=noted.began,
    )
    if noted.collection:
        span.set_attribute("db.mongodb.collection", noted.collection)
    if noted.failed:
        span.set_status(Status(StatusCode.ERROR, noted.failed))
    span.end(noted.ended)


class CommandSpans:
    """Makes spans of every client's commands from `start` on, until `stop`."""

    def __init__(self) -> None:
        self._notes = CommandNotes()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="command-spans", daemon=True)

    def start(self) -> None:
        """Listen to every client that is opened from now on."""
        monitoring.register(self._notes)
        self._thread.start()

    def stop(self) -> None:
        """Make the last spans; whoever exports them must still be there."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(MADE_EVERY):
            self._notes.make_spans()
        self._notes.make_spans()
