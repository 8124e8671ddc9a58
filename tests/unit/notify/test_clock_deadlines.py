"""What is owed by when, and who is told of what was missed."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from schemas.vocabulary.clocks import ClockStep, EscalationLevel
from services.notify.clock.deadlines import deadline, owed, tellings
from services.notify.clock.history import EndedBecause, read_history
from services.notify.clock.office_hours import load_office_hours
from tests.support.clocks import (
    MONDAY,
    after,
    answered,
    asked,
    claimed,
    delay,
    done,
    left,
    paused,
    placed,
    question_answered,
    recalled,
    received,
    resumed,
    sent_back,
    supplemented,
)

OFFICES = load_office_hours()
ACKNOWLEDGE, ASSIGN, ANSWER = ClockStep


def due(step: ClockStep, *facts) -> datetime | None:
    history = read_history(facts)
    assert history is not None
    return deadline(history, step, OFFICES).due_at


def what_is_due(*facts) -> dict[ClockStep, datetime | None]:
    history = read_history(facts)
    assert history is not None
    return {one.step: one.due_at for one in owed(history, OFFICES)}


@pytest.mark.parametrize(
    ("urgency", "wanted"),
    [
        ("U0", [after(minutes=15), after(hours=1), after(hours=8)]),
        ("U1", [after(hours=1), after(hours=4), after(hours=24)]),
        ("U2", [after(days=1), after(days=2), after(days=7)]),
        ("U3", [after(days=2), after(days=7), after(days=30)]),
    ],
)
def test_what_is_owed_by_when_follows_the_urgency(urgency, wanted):
    assert list(what_is_due(received(urgency)).values()) == wanted


def test_before_anybody_says_when_it_came_in_there_is_no_clock():
    assert read_history([claimed(after(hours=1))]) is None


def test_a_step_that_was_taken_is_not_owed_and_the_first_time_counts():
    facts = (received("U1"), claimed(after(minutes=20)), claimed(after(minutes=10), number=9))

    assert list(what_is_due(*facts)) == [ASSIGN, ANSWER]
    assert read_history(facts).steps == {ACKNOWLEDGE: after(minutes=10)}


def test_a_desk_has_a_referral_and_has_not_assigned_it():
    with_a_desk = (received("U1"), placed(after(minutes=1), None, urgency="U1"))

    assert ASSIGN in what_is_due(*with_a_desk)
    assert ASSIGN not in what_is_due(*with_a_desk, placed(after(minutes=9), "SAC-NYC", urgency="U1", number=2))


def test_a_question_back_stops_the_clock_until_the_requester_has_answered():
    waiting = (received("U0"), claimed(after(minutes=5)), asked(after(hours=2)))

    assert due(ANSWER, *waiting) is None
    assert due(ANSWER, *waiting, question_answered(after(hours=5))) == after(hours=11)
    assert due(ANSWER, *waiting, resumed(after(hours=5, seconds=1))) == after(hours=11, seconds=1)
    assert due(ANSWER, *waiting, resumed(after(hours=6)), question_answered(after(hours=5))) == after(hours=11)


def test_what_was_due_before_the_clock_stood_still_stays_due():
    assert due(ACKNOWLEDGE, received("U0"), asked(after(hours=2))) == after(minutes=15)


def test_judicial_leave_stops_the_clock_no_longer_than_the_office_has_said():
    facts = (received("U1"), paused(after(hours=1), until=after(hours=11)))

    assert due(ANSWER, *facts) == after(hours=34)
    assert due(ANSWER, *facts, resumed(after(hours=3))) == after(hours=26)


def test_pauses_that_overlap_count_once():
    one, other = paused(after(hours=1), until=after(hours=5)), paused(after(hours=3), until=after(hours=6), item="b")

    assert due(ANSWER, received("U0"), one, other) == after(hours=13)


def test_an_office_that_is_closed_stops_routine_work_only():
    storm = paused(after(hours=1), "office_closed", until=after(hours=25))

    assert due(ANSWER, received("U2"), storm) == after(days=7)
    assert due(ANSWER, received("U3"), storm) == after(days=31)


def test_an_item_that_leaves_its_queue_ends_what_it_waited_for():
    assert due(ANSWER, received("U0"), asked(after(hours=1)), left(after(hours=3))) == after(hours=10)


def test_a_pause_and_its_end_from_processes_whose_clocks_differ_belong_together_by_number():
    facts = (received("U0"), asked(after(hours=2)), resumed(after(hours=2) - timedelta(seconds=1)))

    assert due(ANSWER, *facts) == after(hours=8)


def test_working_days_are_those_of_whoever_holds_it():
    at_once, on_tuesday = placed(after(seconds=1), "SAC-HNL"), placed(after(days=1), "SAC-NYC", number=2)

    # The second before it was placed is the desk's; then a whole day of Honolulu ends at half past four there.
    assert due(ACKNOWLEDGE, received(), at_once) == datetime(2026, 11, 17, 2, 30, tzinfo=UTC) - timedelta(seconds=1)
    # Of the second day New York has had six hours and a half on Tuesday, and has two more on Wednesday morning.
    assert due(ASSIGN, received(), at_once, on_tuesday) == after(days=2) - timedelta(seconds=1)


def test_a_decision_that_had_not_heard_of_an_addition_does_not_lower_the_urgency_again():
    base = (received("U2"), placed(after(minutes=1), "SAC-NYC", urgency="U2"), supplemented(after(hours=1), "U1"))

    moved = due(ANSWER, *base, placed(after(hours=2), "SAC-BOS", urgency="U2", number=2))

    assert moved == due(ANSWER, *base)


def test_the_first_decision_on_urgency_holds_from_the_beginning():
    assert due(ACKNOWLEDGE, received("U2"), placed(after(minutes=3), "SAC-NYC", urgency="U0")) == after(minutes=15)


def test_what_is_raised_owes_the_shorter_time_from_then_on_and_never_later_than_before():
    raised = supplemented(after(days=6), "U1")

    assert due(ANSWER, received("U2"), raised) == after(days=7)
    assert due(ANSWER, received("U2"), supplemented(after(days=1), "U1")) == after(days=2)


def test_an_addition_does_not_lower_and_a_person_at_the_desk_can():
    base = (received("U1"), placed(after(minutes=1), "SAC-NYC", urgency="U1"))

    assert due(ANSWER, *base, supplemented(after(hours=1), "U3")) == after(hours=24)
    assert due(ANSWER, *base, placed(after(hours=1), "SAC-NYC", urgency="U3", number=2)) == after(days=30)


@pytest.mark.parametrize(
    ("ending", "because"),
    [
        (answered(after(hours=1)), EndedBecause.ANSWERED),
        (recalled(after(hours=1)), EndedBecause.RECALLED),
        (sent_back(after(hours=1)), EndedBecause.SENT_BACK),
        (done(after(hours=1)), EndedBecause.CLOSED),
    ],
)
def test_nothing_is_owed_any_more_once_it_has_ended(ending, because):
    facts = (received("U0"), placed(after(minutes=1), "SAC-NYC", urgency="U0"), ending)

    assert what_is_due(*facts) == {}
    assert read_history(facts).ended.because is because


def test_what_was_sent_back_and_placed_again_has_run_all_the_time():
    facts = (received("U1"), sent_back(after(hours=1)), placed(after(hours=9), "SAC-NYC", urgency="U1", number=3))

    assert what_is_due(*facts)[ANSWER] == after(hours=24)


def test_an_office_that_closed_its_item_before_it_was_placed_anew_has_not_ended_the_clock():
    again = placed(after(hours=2), "SAC-HOU", urgency="U1", number=2)

    assert ANSWER in what_is_due(received("U1"), done(after(hours=1), decision=1), again)


def test_supervisor_desk_and_headquarters_are_told_when_it_is_due_half_later_and_twice_as_late():
    told = tellings(owed(read_history([received("U1")]), OFFICES), ())

    first = [(telling.step, telling.level, telling.at) for telling in told[:3]]
    assert first == [
        (ACKNOWLEDGE, EscalationLevel.SUPERVISOR, after(hours=1)),
        (ACKNOWLEDGE, EscalationLevel.DESK, after(minutes=90)),
        (ACKNOWLEDGE, EscalationLevel.HEADQUARTERS, after(hours=2)),
    ]
    assert {telling.due_at for telling in told if telling.step is ANSWER} == {after(hours=24)}


def test_a_clock_that_stands_still_tells_nobody_more():
    facts = [received("U1"), asked(after(minutes=80))]

    told = tellings(owed(read_history(facts), OFFICES), {(ACKNOWLEDGE, EscalationLevel.SUPERVISOR)})

    assert told == []


def test_facts_in_any_order_make_the_same_clock():
    facts = (
        received("U1"),
        placed(after(minutes=1), None, urgency="U1"),
        placed(after(minutes=9), "SAC-NYC", urgency="U2", number=2),
        asked(after(minutes=30)),
        question_answered(after(hours=2)),
        delay(after(hours=3), after(days=9)),
    )
    wanted = read_history(facts)

    assert all(read_history(order) == wanted for order in permutations(facts))
    assert wanted.received_at == MONDAY
