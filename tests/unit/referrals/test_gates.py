"""The gates of a referral that rests on a notice: no order of acts lets anybody through whom the rules keep out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from schemas.notices import Colour, Gate, NoticeAction
from services.referrals.gates.gates import (
    Concern,
    ConfirmedWith,
    Gates,
    Outcome,
    Refusal,
    StaffRole,
    Validity,
    approved,
    confirmed,
    denied,
    is_same_person,
    lapsed,
    off_us_warrant,
    on_us_warrant,
    reopened,
    reviewed,
)
from services.referrals.gates.kept import action_of, kept, read_gates

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOLD = timedelta(hours=72)
HOUR = timedelta(hours=1)


def word(at, staff="V-1"):
    return Validity(ConfirmedWith.USNCB, at, at + HOLD, staff, "SAC-BOS")


def fresh(action=NoticeAction.LOCATE):
    return Gates(action)


def passed(now=NOW):
    gates = confirmed(fresh(), word(now), now)
    gates = reviewed(gates, Outcome.NO_CONCERN, None, "R-1", now)
    return approved(gates, StaffRole.SUPERVISOR, "S-1", now)


def test_a_new_referral_has_all_gates_open():
    assert fresh().open_at(NOW) == (Gate.VALIDITY, Gate.ABUSE_REVIEW, Gate.SUPERVISOR_APPROVAL)


def test_an_office_may_act_once_all_three_are_passed():
    assert passed().open_at(NOW) == ()


@pytest.mark.parametrize(
    ("confirmed_at", "refusal"),
    [(NOW + HOUR, Refusal.IN_FUTURE), (NOW - HOLD, Refusal.TOO_OLD), (NOW - HOLD - HOUR, Refusal.TOO_OLD)],
)
def test_a_word_from_the_future_or_long_ago_confirms_nothing(confirmed_at, refusal):
    assert confirmed(fresh(), word(confirmed_at), NOW) is refusal


def test_a_word_runs_out_after_its_hours_and_takes_the_approval_with_it():
    gates = passed()

    assert gates.open_at(NOW + HOLD - timedelta(milliseconds=1)) == ()
    assert gates.open_at(NOW + HOLD) == (Gate.VALIDITY, Gate.SUPERVISOR_APPROVAL)
    assert lapsed(gates).open_at(NOW + HOLD) == (Gate.VALIDITY, Gate.SUPERVISOR_APPROVAL)


def test_a_word_that_is_renewed_in_time_leaves_the_approval_standing():
    later = NOW + HOLD - HOUR

    assert confirmed(passed(), word(later), later).open_at(later) == ()


def test_a_word_that_is_renewed_too_late_needs_a_new_approval():
    later = NOW + HOLD

    assert confirmed(passed(), word(later), later).open_at(later) == (Gate.SUPERVISOR_APPROVAL,)


def test_no_word_from_before_the_notice_changed_counts():
    gates = reopened(passed(), NOW + HOUR)

    assert gates.open_at(NOW + HOUR) == tuple(Gate)
    assert confirmed(gates, word(NOW), NOW + 2 * HOUR) is Refusal.BEFORE_CHANGE


def test_an_older_word_takes_nothing_from_a_newer_one():
    assert confirmed(passed(), word(NOW - HOUR), NOW) is Refusal.NEWER_KNOWN
    assert denied(passed(), NOW - HOUR) == passed()


def test_the_bureau_may_deny_and_confirm_again():
    gates = denied(passed(), NOW + HOUR)

    assert gates.open_at(NOW + HOUR) == (Gate.VALIDITY, Gate.SUPERVISOR_APPROVAL)
    assert confirmed(gates, word(NOW + 2 * HOUR), NOW + 2 * HOUR).is_valid(NOW + 2 * HOUR)


def test_a_concern_keeps_the_gate_open_and_takes_an_approval_back():
    gates = reviewed(passed(), Outcome.CONCERN, Concern.REPRESSION, "R-2", NOW)

    assert gates.open_at(NOW) == (Gate.ABUSE_REVIEW, Gate.SUPERVISOR_APPROVAL)
    assert approved(gates, StaffRole.SUPERVISOR, "S-1", NOW) is Refusal.NOT_REVIEWED


def test_who_raised_a_concern_does_not_lift_it():
    gates = reviewed(fresh(), Outcome.CONCERN, Concern.ARTICLE_3, "R-1", NOW)

    assert reviewed(gates, Outcome.NO_CONCERN, None, "r-1", NOW) is Refusal.SAME_PERSON_LIFTS
    assert reviewed(gates, Outcome.NO_CONCERN, None, "R-2", NOW).is_reviewed


@pytest.mark.parametrize("staff", ["R-1", "r-1", " R-1 "])
def test_who_reviewed_a_notice_does_not_approve_it(staff):
    gates = reviewed(confirmed(fresh(), word(NOW), NOW), Outcome.NO_CONCERN, None, "R-1", NOW)

    assert approved(gates, StaffRole.SUPERVISOR, staff, NOW) is Refusal.SAME_PERSON_APPROVES


def test_only_a_supervisor_approves_and_only_what_is_valid_and_reviewed():
    valid = confirmed(fresh(), word(NOW), NOW)

    assert approved(valid, StaffRole.OFFICER, "S-1", NOW) is Refusal.NOT_A_SUPERVISOR
    assert approved(fresh(), StaffRole.SUPERVISOR, "S-1", NOW) is Refusal.NOT_VALID
    assert approved(valid, StaffRole.SUPERVISOR, "S-1", NOW) is Refusal.NOT_REVIEWED


def test_what_is_said_twice_changes_nothing():
    gates = passed()

    assert confirmed(gates, word(NOW), NOW) == gates
    assert reviewed(gates, Outcome.NO_CONCERN, None, "R-1", NOW + HOUR) == gates
    assert approved(gates, StaffRole.SUPERVISOR, "S-1", NOW + HOUR) == gates
    warranted = on_us_warrant(gates, "digest", "A-1", NOW)
    assert on_us_warrant(warranted, "digest", "A-1", NOW + HOUR) == warranted


def test_only_a_united_states_warrant_makes_more_of_a_notice_and_passes_no_gate():
    gates = on_us_warrant(fresh(), "digest", "A-1", NOW)

    assert gates.action is NoticeAction.ON_US_WARRANT
    assert gates.open_at(NOW) == tuple(Gate)
    assert reopened(gates, NOW).action is NoticeAction.ON_US_WARRANT
    assert off_us_warrant(gates).action is NoticeAction.LOCATE


@pytest.mark.parametrize("colour", Colour)
def test_no_colour_allows_more_than_to_locate_or_inform(colour):
    assert action_of(colour) in (NoticeAction.LOCATE, NoticeAction.INFORM)


@pytest.mark.parametrize(
    "gates",
    [
        fresh(),
        passed(),
        reopened(passed(), NOW),
        on_us_warrant(reviewed(fresh(), Outcome.CONCERN, Concern.CHARGE_UNCLEAR, "R-1", NOW), "d", "A-1", NOW),
    ],
)
def test_gates_are_read_as_they_were_kept(gates):
    assert read_gates({"gates": kept(gates)}) == gates


class AnyOrder(RuleBasedStateMachine):
    """Acts in any order, at any time, by anybody; the model remembers what was truly said since the last change."""

    staff = st.sampled_from(["A-1", "a-1", "B-2", "C-3"])

    @initialize()
    def begin(self):
        self.now = NOW
        self.gates = fresh()
        self.changed_at = NOW - timedelta(days=365)
        self.words: list[datetime] = []
        self.review: tuple[Outcome, str] | None = None

    def take(self, after):
        if isinstance(after, Refusal):
            return False
        self.gates = after
        return True

    @rule(hours=st.integers(0, 100))
    def time_passes(self, hours):
        self.now += hours * HOUR

    @rule(hours=st.integers(-5, 100), staff=staff)
    def somebody_confirms(self, hours, staff):
        at = self.now - hours * HOUR
        if self.take(confirmed(self.gates, word(at, staff), self.now)):
            self.words.append(at)

    @rule(staff=staff, concern=st.sampled_from([None, *Concern]))
    def somebody_reviews(self, staff, concern):
        outcome = Outcome.NO_CONCERN if concern is None else Outcome.CONCERN
        before = self.gates.review
        if self.take(reviewed(self.gates, outcome, concern, staff, self.now)):
            self.review = (outcome, staff)
            if before is not None and before.outcome is Outcome.CONCERN and outcome is Outcome.NO_CONCERN:
                assert not is_same_person(before.staff, staff)

    @rule(staff=staff, role=st.sampled_from(StaffRole))
    def somebody_approves(self, staff, role):
        if self.take(approved(self.gates, role, staff, self.now)):
            assert role is StaffRole.SUPERVISOR

    @rule()
    def the_notice_changes(self):
        self.changed_at, self.words, self.review = self.now, [], None
        self.take(reopened(self.gates, self.now))

    @rule()
    def the_bureau_denies(self):
        self.changed_at, self.words = self.now, [at for at in self.words if at > self.now]
        self.take(denied(self.gates, self.now))

    @rule()
    def it_lapses_if_it_is_due(self):
        if self.gates.validity is not None and not self.gates.is_valid(self.now):
            self.take(lapsed(self.gates))

    @rule(staff=staff)
    def a_warrant_comes(self, staff):
        self.take(on_us_warrant(self.gates, staff, staff, self.now))

    @invariant()
    def nobody_acts_unless_everything_was_said_and_still_holds(self):
        if self.gates.open_at(self.now):
            return
        assert any(self.changed_at <= at <= self.now < at + HOLD for at in self.words)
        assert self.review is not None
        assert self.review[0] is Outcome.NO_CONCERN
        assert self.gates.approval is not None
        assert not is_same_person(self.gates.approval.staff, self.review[1])

    @invariant()
    def approval_is_never_passed_without_the_others(self):
        open_ = self.gates.open_at(self.now)
        if Gate.VALIDITY in open_ or Gate.ABUSE_REVIEW in open_:
            assert Gate.SUPERVISOR_APPROVAL in open_

    @invariant()
    def more_than_to_locate_needs_a_warrant(self):
        assert (self.gates.action is NoticeAction.ON_US_WARRANT) == (self.gates.us_warrant is not None)

    @invariant()
    def what_is_kept_is_what_there_is(self):
        assert read_gates({"gates": kept(self.gates)}) == replace(self.gates)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
