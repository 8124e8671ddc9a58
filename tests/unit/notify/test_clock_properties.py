"""What holds for every clock, whatever happens to its referral and in whatever order that is heard."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary.clocks import ClockStep, EscalationLevel
from services.notify.clock.deadlines import deadline, owed, tellings
from services.notify.clock.facts import Fact, Kind
from services.notify.clock.history import History, read_history
from services.notify.clock.office_hours import load_office_hours
from services.notify.clock.reading import read_steps, times
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
WALKS, STEPS = 50, 210
LEVELS = list(EscalationLevel)
PLACES = (None, "SAC-NYC", "SAC-HNL", "SAC-PHX", "SAC-SJU", "C3")


class Walk:
    """A referral to which things happen at random; its clock is looked at after each."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.facts: list[Fact] = [received(self.random.choice(["U0", "U1", "U2", "U3"]))]
        self.now = MONDAY
        self.number = 1
        self.told: Counter[tuple[ClockStep, EscalationLevel]] = Counter()

    @property
    def history(self) -> History:
        found = read_history(self.facts)
        assert found is not None
        return found

    def step(self) -> None:
        """Let some time pass, something happen, and whoever is due be told."""
        before = self.history
        self.now += timedelta(minutes=self.random.choice([0, 1, 30, 300, 1_500, 6_000]))
        fact = self.happens()
        if fact is not None:
            self.facts.insert(self.random.randrange(len(self.facts) + 1), fact)
        self.is_sound(self.history)
        if fact is not None and fact.kind is Kind.PAUSED:
            self.is_no_sooner(before, self.history)
        self.tells()

    def happens(self) -> Fact | None:
        """Make up a fact; some are told late, and of others the end comes before the beginning."""
        self.number += 1
        number, item = self.number, self.random.choice(["item-1", "item-2"])
        at = self.now - timedelta(minutes=self.random.choice([0, 0, 0, 20, 2_000]))
        until = at + timedelta(minutes=self.random.choice([10, 3_000]))
        question = self.random.choice(["question-1", "question-2"])
        rare = [recalled(at), answered(at), done(at, number, item, number), sent_back(at, number)]
        usual = [
            None,
            claimed(at, item, number),
            asked(at, question, item, number),
            paused(at, self.random.choice(["judicial_leave", "office_closed"]), None, item, number),
            paused(at, self.random.choice(["judicial_leave", "office_closed"]), until, item, number),
            resumed(at, item, number),
            resumed(at, item, number),
            question_answered(at, question),
            left(at, item, number),
            delay(at, until, number),
            supplemented(at, self.random.choice(["U0", "U1", "U2", "U3"]), number),
            placed(at, self.random.choice(PLACES), urgency=self.random.choice(["U0", "U1", "U2", "U3"]), number=number),
        ]
        return self.random.choice(rare if self.random.random() < 0.01 else usual)

    def is_sound(self, history: History) -> None:
        taken = times(history, OFFICES, self.now)
        nothing = timedelta(0)
        assert nothing <= taken.net <= taken.gross
        assert nothing <= taken.paused
        assert nothing <= taken.closed
        for read in read_steps(history, OFFICES, self.now).values():
            assert read.share >= 0
            assert read.deadline.due_at is None or read.deadline.due_at > history.received_at
            assert read.taken_at is None or read.taken_at >= history.received_at

    def is_no_sooner(self, before: History, now: History) -> None:
        for step in ClockStep:
            was, is_now = (deadline(history, step, OFFICES).due_at for history in (before, now))
            assert is_now is None or (was is not None and is_now >= was), "a pause makes nothing due sooner"

    def tells(self) -> None:
        for telling in tellings(owed(self.history, OFFICES), set(self.told)):
            assert telling.at >= telling.due_at
            if telling.at <= self.now:
                self.told[telling.step, telling.level] += 1


@pytest.mark.parametrize("seed", range(WALKS))
def test_a_clock_is_never_negative_its_pauses_only_put_off_and_it_tells_each_once(seed):
    walk = Walk(seed)

    for _ in range(STEPS):
        walk.step()

    assert WALKS * STEPS >= 10_000
    assert set(walk.told.values()) <= {1}
    for step, level in walk.told:
        assert all((step, lower) in walk.told for lower in LEVELS[: LEVELS.index(level)]), "from the lowest up"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_whatever_the_order_in_which_topics_are_read_the_clock_is_the_same(seed, order):
    walk = Walk(seed)
    for _ in range(25):
        walk.step()
    heard_otherwise = list(walk.facts)
    order.shuffle(heard_otherwise)

    assert read_history(heard_otherwise) == walk.history
    assert owed(read_history(heard_otherwise), OFFICES) == owed(walk.history, OFFICES)
    assert times(walk.history, OFFICES, after(days=90)) == times(read_history(heard_otherwise), OFFICES, after(days=90))
