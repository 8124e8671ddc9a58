"""When the public service is not asked at all."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from services.referrals.feed.circuit import REFUSALS, Circuit, CircuitState

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def refused(times: int) -> Circuit:
    circuit = Circuit()
    for _ in range(times):
        circuit = circuit.refused(NOW, HALF_AN_HOUR)
    return circuit


def test_two_refusals_leave_it_closed():
    assert refused(2).state(NOW) is CircuitState.CLOSED


def test_the_third_refusal_in_a_row_opens_it():
    assert refused(3).state(NOW) is CircuitState.OPEN
    assert refused(3).times_opened == 1


def test_an_answer_between_begins_the_count_anew():
    circuit = refused(2).answered().refused(NOW, HALF_AN_HOUR).refused(NOW, HALF_AN_HOUR)

    assert circuit.state(NOW) is CircuitState.CLOSED


def test_it_is_open_for_its_time_and_then_lets_one_try_through():
    circuit = refused(3)

    assert circuit.state(NOW + HALF_AN_HOUR - timedelta(seconds=1)) is CircuitState.OPEN
    assert circuit.state(NOW + HALF_AN_HOUR) is CircuitState.HALF_OPEN


def test_a_try_that_is_refused_opens_it_again_at_once():
    later = NOW + HALF_AN_HOUR

    circuit = refused(3).refused(later, HALF_AN_HOUR)

    assert circuit.state(later) is CircuitState.OPEN
    assert (circuit.open_until, circuit.times_opened) == (later + HALF_AN_HOUR, 2)


def test_a_try_that_is_answered_closes_it():
    circuit = refused(3).answered()

    assert circuit.state(NOW) is CircuitState.CLOSED
    assert circuit.times_opened == 1


@given(some.lists(some.booleans(), max_size=40))
def test_it_is_open_exactly_after_three_refusals_without_an_answer_between(refusals: list[bool]):
    circuit, in_a_row = Circuit(), 0
    for is_refusal in refusals:
        circuit = circuit.refused(NOW, HALF_AN_HOUR) if is_refusal else circuit.answered()
        in_a_row = in_a_row + 1 if is_refusal else 0

        assert (circuit.state(NOW) is CircuitState.OPEN) is (in_a_row >= REFUSALS)
