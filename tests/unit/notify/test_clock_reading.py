"""How a clock reads: gross and net, share used, and what is to be expected."""

from datetime import timedelta
from fractions import Fraction

from schemas.vocabulary.clocks import ClockStep
from services.notify.clock.history import read_history
from services.notify.clock.office_hours import load_office_hours
from services.notify.clock.reading import Basis, read_steps, times
from tests.support.clocks import (
    after,
    answered,
    asked,
    claimed,
    delay,
    paused,
    placed,
    question_answered,
    received,
    resumed,
)

OFFICES = load_office_hours()
ACKNOWLEDGE, ASSIGN, ANSWER = ClockStep


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def time_taken(now, *facts):
    return times(read_history(facts), OFFICES, now)


def steps(now, *facts):
    return read_steps(read_history(facts), OFFICES, now)


def test_net_time_is_what_is_left_without_the_pauses():
    taken = time_taken(after(hours=10), received("U1"), asked(after(hours=2)), question_answered(after(hours=5)))

    assert (taken.gross, taken.paused, taken.closed, taken.net) == (hours(10), hours(3), hours(0), hours(7))


def test_a_pause_that_lasts_is_counted_until_now():
    taken = time_taken(after(hours=10), received("U1"), asked(after(hours=2)))

    assert (taken.gross, taken.net) == (hours(10), hours(2))


def test_for_a_routine_referral_alone_the_nights_are_no_net_time():
    routine, priority = (
        time_taken(after(days=1), received(urgency), placed(after(), "SAC-NYC", urgency=urgency))
        for urgency in ("U3", "U2")
    )

    assert (routine.gross, routine.closed, routine.net) == (hours(24), hours(15.5), hours(8.5))
    assert (priority.closed, priority.net) == (hours(0), hours(24))


def test_time_stands_at_what_it_was_when_the_answer_came():
    facts = (received("U1"), answered(after(hours=4)))

    assert time_taken(after(days=9), *facts).gross == hours(4)


def test_a_clock_read_before_the_request_came_in_reads_nothing():
    taken = time_taken(after(hours=-3), received("U3"), asked(after(hours=-9)), resumed(after(hours=-8)))

    assert (taken.gross, taken.paused, taken.net) == (hours(0), hours(0), hours(0))


def test_the_share_used_is_that_of_the_span_without_pauses():
    facts = (received("U0"), paused(after(hours=2), until=after(hours=4)))

    assert steps(after(hours=6), *facts)[ANSWER].share == Fraction(1, 2)


def test_a_step_taken_late_stays_late_and_has_no_forecast():
    read = steps(after(hours=3), received("U1"), claimed(after(hours=2)))

    assert (read[ACKNOWLEDGE].late, read[ACKNOWLEDGE].share, read[ACKNOWLEDGE].forecast) == (True, 2, None)
    assert not read[ANSWER].late


def test_what_comes_after_a_step_was_taken_does_not_change_how_it_was_taken():
    late = (received("U0"), placed(after(minutes=1), "SAC-NYC", urgency="U0"), claimed(after(minutes=20)))
    lowered = placed(after(hours=1), "SAC-NYC", urgency="U3", number=2)

    read = steps(after(hours=9), *late, lowered, asked(after(hours=2)))[ACKNOWLEDGE]

    assert (read.late, read.deadline.due_at, read.deadline.span.words) == (True, after(minutes=15), "15 min")


def test_at_the_pace_of_the_steps_before_it_an_answer_is_expected_late():
    read = steps(
        after(hours=3), received("U1"), claimed(after(minutes=90)), placed(after(seconds=2), "SAC-NYC", urgency="U1")
    )

    forecast = read[ANSWER].forecast

    assert (forecast.expected_at, forecast.breach, forecast.basis) == (after(hours=36), True, Basis.PACE)


def test_a_quick_start_lets_an_answer_be_expected_in_time_but_never_in_the_past():
    facts = (received("U1"), claimed(after(minutes=6)))

    assert steps(after(hours=1), *facts)[ANSWER].forecast.expected_at == after(hours=2.4)
    later = steps(after(hours=12), *facts)[ANSWER].forecast
    assert (later.expected_at, later.breach) == (after(hours=12), False)


def test_a_delay_that_was_told_is_what_is_expected():
    facts = (received("U1"), claimed(after(minutes=6)), delay(after(hours=2), after(hours=40)))

    forecast = steps(after(hours=3), *facts)[ANSWER].forecast
    assert (forecast.expected_at, forecast.breach, forecast.basis) == (after(hours=40), True, Basis.DELAY_TOLD)
    longer = delay(after(hours=4), after(hours=10), number=5)
    assert not steps(after(hours=5), *facts, longer)[ANSWER].forecast.breach, "the latest word counts"
    assert steps(after(hours=5), *facts)[ASSIGN].forecast.basis is Basis.OVERDUE, "it was told of the answer alone"


def test_a_told_moment_that_has_passed_is_expected_no_more():
    facts = (received("U1"), claimed(after(minutes=6)), delay(after(hours=1), after(hours=3)))

    assert steps(after(hours=4), *facts)[ANSWER].forecast.basis is Basis.PACE


def test_what_waits_for_the_requester_and_what_has_just_come_have_no_forecast_of_breach():
    waiting = steps(after(hours=3), received("U1"), claimed(after(minutes=6)), asked(after(hours=1)))[ANSWER].forecast
    fresh = steps(after(minutes=1), received("U1"))[ANSWER].forecast

    assert (waiting.expected_at, waiting.breach, waiting.basis) == (None, False, Basis.PAUSED)
    assert (fresh.expected_at, fresh.breach, fresh.basis) == (None, False, Basis.NOTHING_YET)
