from datetime import timedelta

import pytest
from desk_cases import CLOSED, NOW, OTHER, assign, held

from schemas.events import Part
from schemas.marks import Consent
from schemas.vocabulary.facts import Category
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.queues import RefusalGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.acts import Merge, Move, SendBack, Split
from services.routing.domain.desk import CLOCK, Step, ask, call_back, confirm, refuse, withdraw
from services.routing.domain.faults import Refused
from services.routing.domain.placements import Seat, Standing
from services.routing.domain.release import CONFIRM_WITHIN, is_same_person

FLAGGED = ("article_3",)
BOTH = (Part(office="SAC-SAT", offence_numbers=(0, 1)), Part(office="SAC-BOS", nexus_numbers=(0, 1)))


@pytest.fixture
def do(ruleset):
    """Ask for an act that must be in order."""

    def act(held, act, staff="ana-1"):
        step = ask(held, act, staff, ruleset, NOW)
        assert isinstance(step, Step), step
        return step

    return act


@pytest.fixture
def faults(ruleset):
    """Ask for an act that must be refused, and give the codes with their pointers."""

    def of(held, act):
        refusal = ask(held, act, "ana-1", ruleset, NOW)
        assert isinstance(refusal, Refused), refusal
        return [(fault.code, fault.pointer) for fault in refusal.faults]

    return of


def test_an_assignment_lets_a_plain_referral_out_at_once(do):
    step = do(held(), assign(supporting=("SAC-BOS",), copies=("C3",)))

    assert step.after.standing is Standing.PLACED
    assert step.after.holder == "SAC-SAT"
    assert step.placement.cause is PlacementCause.ASSIGNED
    assert step.placement.seat.recipients == ("SAC-SAT", "SAC-BOS", "C3")
    assert step.placement.because.startswith(
        "SAC-SAT leads: assigned on the ground of nexus confirmed by desk EUR; SAC-"
    )


def test_an_officer_confirms_a_category_and_raises_the_urgency(do):
    step = do(held(), assign(ground="category_confirmed", category=Category.BULK_CASH, urgency=Urgency.LIFE))

    assert (step.placement.seat.category, step.placement.seat.urgency) == (Category.BULK_CASH, Urgency.LIFE)


def test_every_fault_of_an_assignment_is_told_at_once(faults):
    act = assign(
        "SAC-XXX",
        "same_matter",
        supporting=("SAC-BOS", "SAC-BOS", "EUR"),
        copies=("SAC-NYC", "C3", "C3"),
        category=Category.UNCLASSIFIED,
        urgency=Urgency.ROUTINE,
        consent=Consent(recipients=("SAC-BOS", "SAC-YYY"), until=NOW),
    )

    found = faults(held(), act)

    assert found == [
        ("ground_not_for_act", "/ground"),
        ("unknown_office", "/office"),
        ("named_twice", "/supporting/1"),
        ("unknown_office", "/supporting/2"),
        ("unknown_programme", "/copies/0"),
        ("named_twice", "/copies/2"),
        ("urgency_lowered", "/urgency"),
        ("category_unclassified", "/category"),
        ("consent_without_ground", "/consent"),
        ("consent_ended", "/consent/until"),
        ("unknown_office", "/consent/recipients/1"),
    ]


@pytest.mark.parametrize(
    ("ground", "fault"),
    [("category_confirmed", ("category_missing", "/category")), ("consent_given", ("consent_missing", "/consent"))],
)
def test_a_ground_that_speaks_of_something_wants_it_stated(faults, ground, fault):
    found = faults(held(), assign(ground=ground))

    assert found == [fault]


@pytest.mark.parametrize("standing", ["placed", "sent_back"])
def test_a_referral_at_no_desk_is_placed_anew_only_as_an_explicit_correction(do, faults, standing):
    away = held(office="SAC-BOS", standing=standing)

    silently = faults(away, assign())
    corrected = do(away, assign(ground="wrong_office"))
    moved = do(away, Move("EUR", PlacementGround.WRONG_OFFICE))

    assert silently == [("not_in_triage", "")]
    assert corrected.after.holder == "SAC-SAT"
    assert moved.after.holder == "EUR"


@pytest.mark.parametrize("act", [SendBack(RefusalGround.NO_US_NEXUS), Split(BOTH, "SAC-SAT")])
def test_a_referral_at_no_desk_is_neither_sent_back_nor_split(faults, act):
    found = faults(held(office="SAC-BOS"), act)

    assert found == [("not_in_triage", "")]


def test_a_referral_sent_back_is_in_no_queue(do):
    step = do(held(), SendBack(RefusalGround.NO_US_NEXUS))

    assert step.sent_back.ground is RefusalGround.NO_US_NEXUS
    assert (step.after.holder, step.after.queues) == (None, ())


def test_a_split_gives_each_office_its_part_and_one_the_lead(do):
    step = do(held(), Split(BOTH, "SAC-BOS"))

    assert step.placement.seat.office == "SAC-BOS"
    assert step.placement.seat.supporting == ("SAC-SAT",)
    assert step.placement.seat.parts == BOTH


def test_a_split_leaves_nothing_out_and_invents_nothing(faults):
    parts = (
        Part(office="SAC-SAT", offence_numbers=(0, 7)),
        Part(office="SAC-SAT", nexus_numbers=(1,)),
        Part(office="SAC-XXX"),
    )

    found = faults(held(), Split(parts, "SAC-BOS"))

    assert found == [
        ("lead_without_part", "/lead"),
        ("named_twice", "/parts/1/office"),
        ("unknown_office", "/parts/2/office"),
        ("part_empty", "/parts/2"),
        ("number_unknown", "/parts/0/offence_numbers"),
        ("left_out", "/parts/*/offence_numbers"),
        ("left_out", "/parts/*/nexus_numbers"),
    ]


def test_a_merged_referral_goes_where_the_other_one_is(do):
    with_office = held(office="SAC-NYC").seat
    at_desk = Seat("ASIA", Category.TOBACCO, Urgency.ROUTINE, with_office.marks)

    to_office, to_desk = do(held(), Merge(OTHER, with_office)), do(held(), Merge(OTHER, at_desk))

    assert (to_office.after.holder, to_office.placement.seat.joins) == ("SAC-NYC", (OTHER,))
    assert (to_desk.after.holder, to_desk.after.standing) == ("ASIA", Standing.TRIAGE)
    assert to_office.placement.seat.category is Category.MONEY_LAUNDERING


def test_a_merge_never_gives_a_referral_to_whom_its_own_marks_forbid_it(faults):
    strict = held(marks={"tlp": "GREEN", "handling": ["H0"], "release_to": ["SAC-BOS"]})

    found = faults(strict, Merge(OTHER, held(office="SAC-NYC").seat))

    assert found == [("recipient_not_allowed", "/into")]


def test_a_referral_moves_to_another_desk_and_never_to_where_it_is(do, faults):
    moved, same, unknown = do(held(), Move("ASIA")), faults(held(), Move("EUR")), faults(held(), Move("SAC-BOS"))

    assert (moved.after.holder, moved.after.seat.grounds) == ("ASIA", ("below_floor",))
    assert (same, unknown) == ([("same_desk", "/desk")], [("unknown_desk", "/desk")])


@pytest.mark.parametrize("flag", ["article_3", "repression", "protected_person", "minor_subject"])
def test_a_flag_keeps_an_assignment_until_a_second_person_confirms_it(do, ruleset, flag):
    asked = do(held(flags=(flag,)), assign())

    released = confirm(asked.after, "bo-2", ruleset, NOW)

    assert (asked.placement, asked.after.holder) == (None, "EUR")
    assert (released.after.holder, released.placed_by, released.released_by) == ("SAC-SAT", "ana-1", "bo-2")


def test_a_protected_person_in_the_marks_alone_asks_for_two_people(do):
    asked = do(held(marks={"tlp": "GREEN", "handling": ["H0"], "us": {"protected_person": True}}), assign())

    assert asked.placement is None


@pytest.mark.parametrize("other_flag", ["private_dispute", "criterion_unknown"])
def test_other_flags_need_one_person_only(do, other_flag):
    step = do(held(flags=(other_flag,)), assign())

    assert step.after.holder == "SAC-SAT"


@pytest.mark.parametrize("spelling", ["ana-1", "ANA-1"])
def test_nobody_is_the_second_person_to_their_own_act(do, ruleset, spelling):
    asked = do(held(flags=FLAGGED), assign())

    confirmed, refused_by_self = confirm(asked.after, spelling, ruleset, NOW), refuse(asked.after, spelling, ruleset)

    assert [fault.code for fault in confirmed.faults + refused_by_self.faults] == ["same_person"] * 2
    assert is_same_person("ana-1", spelling)


def test_only_who_asked_withdraws(do, ruleset):
    asked = do(held(flags=FLAGGED), assign())

    by_other, by_self = withdraw(asked.after, "bo-2", ruleset), withdraw(asked.after, "ana-1", ruleset)

    assert [fault.code for fault in by_other.faults] == ["not_your_act"]
    assert (by_self.after.waiting, by_self.placement) == (None, None)


def test_nothing_else_happens_while_a_second_person_is_awaited(do, faults):
    asked = do(held(flags=FLAGGED), assign())

    found = faults(asked.after, Move("ASIA"))

    assert found == [("second_person_awaited", "")]


def test_moving_and_sending_back_let_nothing_out_so_one_person_may(do):
    moved, returned = do(held(flags=FLAGGED), Move("ASIA")), do(held(flags=FLAGGED), SendBack(RefusalGround.ARTICLE_3))

    assert (moved.after.holder, returned.after.holder) == ("ASIA", None)


def test_for_life_one_person_releases_to_the_lead_alone_and_the_rest_waits(do, ruleset):
    act = assign(ground="protection_of_life", supporting=("SAC-BOS",), copies=("C3",))

    step = do(held(flags=FLAGGED, urgency="U0"), act)
    confirmed = confirm(step.after, "bo-2", ruleset, NOW)

    assert step.placement.seat.recipients == ("SAC-SAT",)
    assert "SAC-BOS" not in step.placement.because
    assert step.after.waiting.confirm_by == NOW + CONFIRM_WITHIN
    assert confirmed.placement.seat.recipients == ("SAC-SAT", "SAC-BOS", "C3")
    assert (confirmed.placed_by, confirmed.released_by, confirmed.after.waiting) == ("ana-1", "bo-2", None)


def test_a_release_for_life_that_nobody_confirms_comes_back_to_the_desk(do, ruleset):
    step = do(held(flags=FLAGGED, urgency="U0"), assign(ground="protection_of_life"))

    in_time = call_back(step.after, ruleset, NOW + CONFIRM_WITHIN - timedelta(milliseconds=1))
    too_late = call_back(step.after, ruleset, NOW + CONFIRM_WITHIN)

    assert in_time is None
    assert (too_late.after.holder, too_late.placed_by) == ("EUR", CLOCK)
    assert too_late.placement.cause is PlacementCause.CALLED_BACK
    assert too_late.placement.seat.proposed == "SAC-SAT"
    assert call_back(too_late.after, ruleset, NOW + 2 * CONFIRM_WITHIN) is None


@pytest.mark.parametrize(("verb", "staff"), [(refuse, "bo-2"), (withdraw, "ana-1")])
def test_a_release_for_life_that_is_refused_or_withdrawn_is_called_back(do, ruleset, verb, staff):
    step = do(held(flags=FLAGGED, urgency="U0"), assign(ground="protection_of_life"))

    undone = verb(step.after, staff, ruleset)

    assert (undone.after.holder, undone.placement.cause) == ("EUR", PlacementCause.CALLED_BACK)


def test_what_was_called_back_goes_out_again_only_by_two(do, ruleset):
    act = assign(ground="protection_of_life")
    called = refuse(do(held(flags=FLAGGED, urgency="U0"), act).after, "bo-2", ruleset)

    again = do(called.after, act)

    assert again.placement is None


def test_raising_the_urgency_does_not_open_the_way_for_life(do, faults):
    plain = held(flags=FLAGGED, urgency="U1")

    at_once = faults(plain, assign(ground="protection_of_life", urgency=Urgency.LIFE))
    raised = do(plain, assign(urgency=Urgency.LIFE))

    assert at_once == [("not_for_life", "/ground")]
    assert raised.placement is None


def test_without_consent_an_officer_releases_to_the_lead_alone_and_says_so(do, faults):
    silent = faults(held(marks=CLOSED), assign(supporting=("SAC-BOS",), copies=("C3",)))
    released = do(held(marks=CLOSED), assign(acknowledges=frozenset({"consent_missing"})))

    assert silent == [
        ("not_acknowledged", "/acknowledges"),
        ("recipient_not_allowed", "/supporting"),
        ("recipient_not_allowed", "/copies"),
    ]
    assert released.placement.seat.recipients == ("SAC-SAT",)


def test_recorded_consent_lets_out_to_exactly_whom_it_names(do, faults):
    consent = Consent(recipients=("SAC-SAT", "C3"))

    exact = do(held(marks=CLOSED), assign(ground="consent_given", copies=("C3",), consent=consent))
    beyond = faults(held(marks=CLOSED), assign("SAC-BOS", "consent_given", copies=("TTU",), consent=consent))

    assert exact.placement.seat.marks.consent == consent
    assert beyond == [("recipient_not_allowed", "/office"), ("recipient_not_allowed", "/copies")]


def test_consent_that_has_ended_before_the_second_person_comes_no_longer_counts(do, ruleset):
    consent = Consent(recipients=("SAC-SAT",), until=NOW + timedelta(hours=1))
    asked = do(held(flags=FLAGGED, marks=CLOSED), assign(ground="consent_given", consent=consent))

    late = confirm(asked.after, "bo-2", ruleset, NOW + timedelta(hours=2))

    assert [fault.code for fault in late.faults] == ["not_acknowledged"]


@pytest.mark.parametrize(
    ("marks", "fault"),
    [
        ({"interpol": {"denied_members": ["US"]}}, ("united_states_denied", "")),
        ({"expires": "2026-11-19"}, ("marks_expired", "")),
        ({"release_to": ["SAC-BOS"]}, ("recipient_not_allowed", "/office")),
        ({"review_due": "2026-11-19"}, ("not_acknowledged", "/acknowledges")),
        ({"handling": ["H3"]}, ("not_acknowledged", "/acknowledges")),
        ({"conditions": ["named_recipients"]}, ("not_acknowledged", "/acknowledges")),
    ],
)
def test_marks_hold_an_assignment_back(faults, marks, fault):
    found = faults(held(marks={"tlp": "GREEN", "handling": ["H0"], **marks}), assign())

    assert found == [fault]


@pytest.mark.parametrize(
    ("marks", "office"),
    [
        ({"tlp": "RED"}, "USNCB"),
        ({"tlp": "AMBER+STRICT"}, "USNCB"),
    ],
)
def test_no_acknowledgement_opens_the_way_out_of_the_organisation(faults, marks, office):
    found = faults(held(marks=marks), assign(office, acknowledges=frozenset({"consent_missing"})))

    assert found == [("recipient_not_allowed", "/office")]


def test_a_foreign_programme_may_get_a_copy_and_never_leads(do, faults):
    copied = do(held(), assign(copies=("TCIU",)))
    closed = faults(held(marks={"tlp": "GREEN", "handling": ["H0"], "us": {"ldc": ["NOFORN"]}}), assign("TCIU"))

    assert copied.placement.seat.copies == ("TCIU",)
    assert faults(held(), assign("TCIU")) == closed == [("foreign_lead", "/office")]


def test_a_merge_that_awaits_a_second_person_fails_when_the_other_one_has_moved(do, ruleset):
    asked = do(held(flags=FLAGGED), Merge(OTHER, held(office="SAC-NYC").seat))

    elsewhere = confirm(asked.after, "bo-2", ruleset, NOW, held(office="SAC-LAX").seat)
    still_there = confirm(asked.after, "bo-2", ruleset, NOW, held(office="SAC-NYC").seat)

    assert [fault.code for fault in elsewhere.faults] == ["target_moved"]
    assert still_there.after.holder == "SAC-NYC"


@pytest.mark.parametrize("verb", [confirm, refuse, withdraw])
def test_there_is_nothing_to_say_where_nothing_is_awaited(ruleset, verb):
    more = (NOW,) if verb is confirm else ()

    refusal = verb(held(), "bo-2", ruleset, *more)

    assert [fault.code for fault in refusal.faults] == ["nothing_awaited"]
