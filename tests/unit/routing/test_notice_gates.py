"""Nothing that rests on a notice goes out before its gates are passed, whatever the act and whoever asks for it."""

from datetime import timedelta

import pytest
from desk_cases import NOW, OTHER, assign, held
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import Part
from schemas.notices import Colour, Gate, NoticeAction, lacking
from schemas.vocabulary.placements import PlacementGround
from schemas.vocabulary.queues import RefusalGround, TransferGround
from services.routing.domain.acts import Assign, Merge, Move, SendBack, Split
from services.routing.domain.desk import Step, ask, call_back, confirm
from services.routing.domain.faults import Refused
from services.routing.domain.handovers import NOT_HANDED_ON, Decline, HandOn, decline, hand_on
from services.routing.domain.notice_gates import Notice
from services.routing.domain.placements import Seat, Standing
from services.routing.domain.release import CONFIRM_WITHIN

LATER = NOW + timedelta(hours=72)
OPEN = ["gate_validity", "gate_abuse_review", "gate_supervisor_approval"]
BOTH = (Part(office="SAC-SAT", offence_numbers=(0, 1)), Part(office="SAC-BOS", nexus_numbers=(0, 1)))
ELSEWHERE = Seat("ASIA", held().seat.category, held().seat.urgency, held().seat.marks, "SAC-BOS")


def notice(colour=Colour.RED, action=NoticeAction.LOCATE, **more) -> Notice:
    return Notice(colour, action, **more)


def passed(colour=Colour.RED, until=LATER) -> Notice:
    return notice(colour, open=(), valid_until=until)


def resting(on: Notice, **more):
    return held(flags=("cites_notice", *more.pop("flags", ())), notice=on, **more)


def codes(refusal) -> list[str]:
    assert isinstance(refusal, Refused), refusal
    return [fault.code for fault in refusal.faults]


@pytest.mark.parametrize(
    "act",
    [
        assign(supporting=("SAC-BOS",), copies=("C3",)),
        assign(ground="wrong_office"),
        assign(ground="protection_of_life"),
        Split(BOTH, "SAC-SAT"),
        Merge(OTHER, ELSEWHERE),
    ],
    ids=lambda act: type(act).__name__,
)
def test_every_act_that_would_let_it_out_is_refused_and_each_open_gate_is_named(ruleset, act):
    refusal = ask(resting(notice(), urgency="U0"), act, "ana-1", ruleset, NOW)

    assert codes(refusal) == OPEN
    assert (refusal.conflict, refusal.code) == (True, "notice_gates_open")
    assert [fault.pointer for fault in refusal.faults] == [f"/gates/{gate}" for gate in Gate]
    assert all(fault.mend for fault in refusal.faults)


@pytest.mark.parametrize("act", [Move("ASIA"), SendBack(RefusalGround.NOT_HELD)])
def test_what_lets_nothing_out_is_done_with_gates_open(ruleset, act):
    assert isinstance(ask(resting(notice()), act, "ana-1", ruleset, NOW), Step)


def test_once_all_gates_are_passed_it_goes_out_until_the_confirmation_is_stale(ruleset):
    before = ask(resting(passed()), assign(), "ana-1", ruleset, LATER - timedelta(seconds=1))
    after = ask(resting(passed()), assign(), "ana-1", ruleset, LATER)

    assert before.after.standing is Standing.PLACED
    assert codes(after) == ["gate_validity"]


def test_a_second_person_does_not_confirm_what_has_lapsed_meanwhile(ruleset):
    waits = ask(resting(passed(), flags=("article_3",)), assign(), "ana-1", ruleset, NOW).after

    assert codes(confirm(waits, "ben-2", ruleset, LATER)) == ["gate_validity"]
    assert confirm(waits, "ben-2", ruleset, NOW).after.standing is Standing.PLACED


def test_an_office_hands_it_on_only_while_its_gates_are_passed(ruleset):
    act = HandOn("SAC-SAT", "SAC-BOS", TransferGround.SUBJECT_MOVED, "B-7")

    allowed = hand_on(resting(passed(), office="SAC-SAT"), act, ruleset, NOW)
    refused = hand_on(resting(passed(), office="SAC-SAT"), act, ruleset, LATER)

    assert allowed.after.seat.office == "SAC-BOS"
    assert (refused.after.seat.office, refused.placement.rule) == ("SAC-SAT", NOT_HANDED_ON)
    assert "gates of its notice are open" in refused.placement.because


def test_an_office_gives_it_up_with_gates_open(ruleset):
    step = decline(resting(notice(), office="SAC-SAT"), Decline("SAC-SAT", RefusalGround.WRONG_OFFICE), ruleset)

    assert step.after.standing is Standing.TRIAGE


FOR_LIFE = assign(ground="protection_of_life", supporting=("SAC-BOS",))


@pytest.mark.parametrize("flags", [(), ("minor_subject",)])
def test_one_person_lets_a_missing_person_out_for_life_to_the_lead_and_the_second_confirms_with_gates_passed(
    ruleset, flags
):
    step = ask(resting(notice(Colour.YELLOW), urgency="U0", flags=flags), FOR_LIFE, "ana-1", ruleset, NOW)

    assert step.placement.seat.recipients == ("SAC-SAT",)
    assert step.after.waiting.confirm_by == NOW + CONFIRM_WITHIN
    assert codes(confirm(step.after, "ben-2", ruleset, NOW)) == OPEN


def test_a_release_for_life_is_called_back_and_goes_out_again_only_with_gates_passed(ruleset):
    out = ask(resting(notice(Colour.YELLOW), urgency="U0"), FOR_LIFE, "ana-1", ruleset, NOW).after

    back = call_back(out, ruleset, NOW + CONFIRM_WITHIN).after

    assert (back.standing, back.life_used) == (Standing.TRIAGE, True)
    assert codes(ask(back, FOR_LIFE, "ana-1", ruleset, NOW + CONFIRM_WITHIN)) == OPEN


@pytest.mark.parametrize(
    ("on", "urgency"),
    [
        (notice(Colour.YELLOW), "U1"),
        (notice(Colour.RED), "U0"),
        (notice(Colour.YELLOW, NoticeAction.ON_US_WARRANT), "U0"),
    ],
    ids=["not stated by the requester", "wanted", "on a warrant"],
)
def test_nothing_else_goes_out_for_life_with_gates_open(ruleset, on, urgency):
    assert isinstance(ask(resting(on, urgency=urgency), FOR_LIFE, "ana-1", ruleset, NOW), Refused)


GATES = st.lists(st.sampled_from(Gate), unique=True).map(tuple)
MOMENTS = st.none() | st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours))


@given(GATES, MOMENTS)
def test_nothing_is_lacking_only_when_every_gate_is_passed_and_validity_lasts(open_gates, until):
    missing = lacking(open_gates, until, NOW)

    assert (missing == ()) == (not open_gates and until is not None and until > NOW)
    assert set(open_gates) <= set(missing)
    assert len(set(missing)) == len(missing)


@given(st.sampled_from(Colour), st.sampled_from(NoticeAction), GATES, MOMENTS, st.sampled_from(PlacementGround))
def test_no_ground_lets_a_wanted_persons_notice_out_with_a_gate_open(ruleset, colour, action, gates, until, ground):
    on = Notice(colour, action, gates, until)
    step = ask(resting(on, urgency="U0"), Assign("SAC-SAT", ground), "ana-1", ruleset, NOW)

    if on.lacking(NOW) and isinstance(step, Step):
        assert (colour, ground) == (Colour.YELLOW, PlacementGround.PROTECTION_OF_LIFE)
        assert step.after.waiting is not None
        assert step.after.waiting.is_for_life
