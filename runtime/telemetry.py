"""Spans and the context that travels with events: one trace from the first request to the last effect.

The creation context is stored with an event when it is written. Whoever handles the event starts its span as a
child of that context and links to it; whoever merely carries it leaves the header alone.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags, TraceState
from opentelemetry.util.types import Attributes

from runtime.settings import TelemetrySettings

TRACEPARENT = re.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")

EXPORT_WITHIN = 4
"""Seconds that a collector may take; a process that is asked to end waits for one that answers nothing."""

tracer = trace.get_tracer("dragoman")

_sharing: ContextVar[tuple[SpanContext, ...]] = ContextVar("sharing", default=())
"""The other traces that share what is being done now for the current one."""


class RateLimitedSampler(Sampler):
    """Records every new trace up to a rate; above it, as many each second as the rate allows."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._allowance = max(per_second, 1.0)
        self._last = clock()

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Take one from the allowance, which refills with time."""
        with self._lock:
            now = self._clock()
            refilled = self._allowance + (now - self._last) * self._per_second
            self._allowance, self._last = min(refilled, max(self._per_second, 1.0)), now
            taken = self._per_second > 0 and self._allowance >= 1.0
            if taken:
                self._allowance -= 1.0
        return SamplingResult(Decision.RECORD_AND_SAMPLE if taken else Decision.DROP)

    def get_description(self) -> str:
        """Name the sampler and its rate."""
        return f"RateLimited({self._per_second}/s)"


def start_telemetry(service: str, settings: TelemetrySettings) -> TracerProvider:
    """Set up tracing for this process and give its provider, which must be shut down at the end."""
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "dragoman"}),
        sampler=ParentBased(RateLimitedSampler(settings.traces_per_second)),
    )
    for exporter in _exporters(settings):
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1_000))
    trace.set_tracer_provider(provider)
    return provider


def _exporters(settings: TelemetrySettings) -> Iterator[SpanExporter]:
    if settings.otlp_endpoint:
        yield OTLPSpanExporter(f"{settings.otlp_endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_WITHIN)
    if settings.zipkin_endpoint:
        yield ZipkinExporter(endpoint=settings.zipkin_endpoint, timeout=EXPORT_WITHIN)


def current_traceparent() -> str | None:
    """Write the current span's context as a W3C traceparent; None outside any span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def read_traceparent(value: str | None) -> SpanContext | None:
    """Read a W3C traceparent; None when it is missing or malformed."""
    parts = TRACEPARENT.fullmatch(value or "")
    if parts is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in parts.groups())
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return context if context.is_valid else None


def child_of(context: SpanContext | None) -> Context:
    """Give a context whose next span is a child of a remote one, or a root when there is none."""
    if context is None:
        return Context()
    return trace.set_span_in_context(trace.NonRecordingSpan(context), Context())


def start_span(
    name: str,
    kind: SpanKind,
    creator: SpanContext | None,
    attributes: Mapping[str, str | int],
    started: int | None = None,
) -> trace.Span:
    """Start a span on behalf of an event: child of the context it was created in, and linked to it."""
    if creator is not None and not creator.trace_flags.sampled:
        # What the sampler would decide, without asking it: most events of a busy day are not recorded.
        return trace.NonRecordingSpan(creator)
    links = [Link(creator)] if creator is not None else []
    return tracer.start_span(name, child_of(creator), kind, attributes, links, started)


@contextmanager
def within(span: trace.Span) -> Iterator[None]:
    """Make a span the current one without ending it, and without noting exceptions' texts on it."""
    with trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False):
        yield


@contextmanager
def on_behalf_of(spans: Sequence[trace.Span]) -> Iterator[None]:
    """Make what is done once for many traces part of every one that is recorded: under load most are not."""
    recorded = [span for span in spans if span.is_recording()]
    token = _sharing.set(tuple(span.get_span_context() for span in recorded[1:]))
    try:
        with within(recorded[0] if recorded else trace.INVALID_SPAN):
            yield
    finally:
        _sharing.reset(token)


def recorded_here() -> tuple[SpanContext, ...]:
    """Give the context of every recorded trace on whose behalf we act now."""
    current = trace.get_current_span().get_span_context()
    return (current, *_sharing.get()) if current.trace_flags.sampled else ()


@contextmanager
def untraced() -> Iterator[None]:
    """Keep idle polling out of the traces."""
    with within(trace.INVALID_SPAN):
        yield
