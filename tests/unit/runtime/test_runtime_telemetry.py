import hypothesis.strategies as st
from hypothesis import example, given
from opentelemetry.sdk.trace.sampling import Decision

from runtime.telemetry import RateLimitedSampler, child_of, read_traceparent

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Clock:
    """Stands still until it is turned."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def taken(sampler, traces):
    decisions = [sampler.should_sample(None, number, "name").decision for number in range(traces)]
    return decisions.count(Decision.RECORD_AND_SAMPLE)


def test_below_its_rate_the_sampler_takes_every_trace():
    clock = Clock()
    sampler = RateLimitedSampler(5, clock)

    recorded = 0
    for _ in range(40):
        clock.now += 0.25
        recorded += taken(sampler, 1)

    assert recorded == 40


@given(st.floats(0.1, 50), st.lists(st.tuples(st.floats(0, 3), st.integers(0, 40)), min_size=1, max_size=30))
def test_above_its_rate_the_sampler_takes_what_the_rate_allows_and_no_more(rate, bursts):
    clock = Clock()
    sampler = RateLimitedSampler(rate, clock)

    recorded = 0
    for pause, traces in bursts:
        clock.now += pause
        recorded += taken(sampler, traces)

    assert recorded <= max(rate, 1) + rate * (clock.now - 100) + 1e-6


def test_a_burst_after_a_quiet_hour_is_still_held_to_one_second_s_worth():
    clock = Clock()
    sampler = RateLimitedSampler(5, clock)

    clock.now += 3_600

    assert taken(sampler, 100) == 5


def test_a_rate_below_one_a_second_still_takes_one_now_and_then():
    clock = Clock()
    sampler = RateLimitedSampler(0.5, clock)

    recorded = 0
    for _ in range(20):
        clock.now += 1
        recorded += taken(sampler, 3)

    assert 9 <= recorded <= 11


def test_a_rate_of_nothing_takes_nothing():
    assert taken(RateLimitedSampler(0, Clock()), 10) == 0


def test_a_traceparent_is_read():
    context = read_traceparent(GOOD)

    assert f"{context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert f"{context.span_id:016x}" == "b7ad6b7169203331"
    assert context.trace_flags.sampled
    assert context.is_remote


HEX = st.text("0123456789abcdefABCDEF+-_ x\n٣", min_size=0, max_size=40)


@given(st.none() | st.text() | st.tuples(HEX, HEX, HEX, HEX).map("-".join))
@example("00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
@example("00-0af7651916cd43dd8448eb211c8_319c-b7ad6b7169203331-01")
@example("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")
@example("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331- 1")
@example("00-00000000000000000000000000000000-b7ad6b7169203331-01")
@example("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")
@example("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
@example(GOOD + "\n")
@example(GOOD + "-more")
def test_whatever_is_not_exactly_a_traceparent_is_none(value):
    assert read_traceparent(value) is None


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8), st.binary(min_size=1, max_size=1))
def test_a_traceparent_that_is_read_would_be_written_the_same(trace_id, span_id, flags):
    context = read_traceparent(f"00-{trace_id.hex()}-{span_id.hex()}-{flags.hex()}")

    if not any(trace_id) or not any(span_id):
        assert context is None
    else:
        assert f"{context.trace_id:032x}-{context.span_id:016x}" == f"{trace_id.hex()}-{span_id.hex()}"


def test_without_a_context_a_new_trace_begins():
    assert child_of(None) == {}
