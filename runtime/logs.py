"""Log lines: a constant phrase and fields, one JSON object a line, with the trace they belong to.

An exception is written as its type and the places it passed through. Its text is left out: drivers and validators
put values into it.
"""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO

import structlog
from opentelemetry import trace
from pydantic_core import to_json

from runtime.settings import TelemetrySettings

_SEES_NO_DOCUMENTS = ("aiokafka", "uvicorn", "opentelemetry.exporter")


class Output:
    """Where lines go; a full disk or a reader that has gone costs lines, and never the work that they tell of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.late = 0
        """How many lines could not be written since the last that was."""

    def write(self, text: str) -> None:
        """Take a line, or a part of one."""
        with suppress(OSError):  # to be met again, and counted, at the end of the line
            self._stream.write(text)

    def flush(self) -> None:
        """Let a line go out."""
        try:
            self._stream.flush()
        except OSError:
            self.late += 1
        else:
            self.late = 0

    def tell(self, _: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Say in the first line that can be written again how many before it are late or lost."""
        return {**line, "lines_late": self.late} if self.late else line


def start_logs(service: str, settings: TelemetrySettings) -> None:
    """Send this process's own and its libraries' log lines to standard output in one form."""
    renderer: Any = (
        structlog.processors.JSONRenderer(_json)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    output = Output(sys.stdout)
    stream: Any = output
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        name_exception,
        _named(service),
        output.tell,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level.upper()),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _library_line],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _json(line: Any, **options: Any) -> str:
    """Write a line as JSON in ASCII: the quick way as a rule, the sure way for what that refuses or does not escape."""
    try:
        text = to_json(line).decode()
    except ValueError:
        return json.dumps(line, **options)
    return text if text.isascii() else json.dumps(line, **options)


def _named(service: str) -> Any:
    def add(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["service"] = service
        return line

    return add


def _add_trace(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid and "trace_id" not in line:
        line["trace_id"] = f"{context.trace_id:032x}"
    return line


def name_exception(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put an exception's types and places into a line, in the place of the exception."""
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["error"] = describe(error)
        line["at"] = where(error)
    return line


def _library_line(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep only a library's constant phrase, unless it never holds a document: arguments may be values.

    Of several lines the first is kept: asyncio writes what failed, with the exception's text, into the others.
    """
    record = line.get("_record")
    if isinstance(record, logging.LogRecord):
        line["logger"] = record.name
        harmless = record.name.startswith(_SEES_NO_DOCUMENTS)
        line["event"] = line["event"] if harmless else str(record.msg).partition("\n")[0]
    return line


def describe(error: BaseException) -> str:
    """Name an error and its causes by type, without their texts."""
    names: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(names) < 5:
        names.append(type(seen).__qualname__)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " from ".join(names)


def where(error: BaseException) -> list[str]:
    """List the places an error passed through, innermost last."""
    return [f"{frame.name} {frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
