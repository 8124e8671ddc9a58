"""What may be said about a referral that stands already, under which marks, and what follows from a timeline."""

from datetime import UTC, datetime, timedelta

import pytest
from exchange_cases import NEXUS, REFUSED_ANSWERS, REFUSED_SUPPLEMENTS
from hypothesis import given
from hypothesis import strategies as st
from referral_bodies import SECRET, TODAY, as_bytes, put, sound

from schemas.marks import TLP_LABELS, Condition, Consent, HandlingCode, InterpolMarks, Marks, UsMarks
from schemas.strictness import combined
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.recalls import RecallOutcome
from schemas.vocabulary.requests import SupplementKind
from services.referrals.answers import faults_of_answer
from services.referrals.model.exchange import OfficeAnswer
from services.referrals.model.referral import read_strictly
from services.referrals.recall import all_have_erased, holders_of
from services.referrals.supplements import NextVersion, looser_parts, merge, next_version
from services.referrals.timeline import QuestionState, View, answers_in, questions_in, seen_by

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OFFICES = ("SAC-BOS", "SAC-NYC", "CPAA")


def answer_under(marks):
    said = {"office": "SAC-BOS", "staff": "B-1", "kind": "final", "text": "Done."}
    return read_strictly(OfficeAnswer, as_bytes(said | {"marks": {"tlp": "AMBER", "handling": ["H1"]} | marks}))


def entry(type_, minute=0, **more):
    return {"type": type_, "at": NOW + timedelta(minutes=minute), "sequence": minute, **more}


def queued(office, minute=1, role="lead"):
    return entry("queued", minute, office=office, role=role, inside={"item_id": f"r.{office}.1"})


def acknowledged(office, outcome, minute=9, stay=1):
    said = {"outcome": outcome, "ground": None, "inside": {"item_id": f"r.{office}.{stay}"}}
    return entry("recall-acknowledged", minute, office=office, role="lead", **said)


days = st.none() | st.dates()
marks = st.builds(
    Marks,
    tlp=st.sampled_from(TLP_LABELS),
    handling=st.sets(st.sampled_from(HandlingCode)).map(tuple),
    conditions=st.sets(st.sampled_from(Condition)).map(tuple),
    interpol=st.none()
    | st.builds(
        InterpolMarks,
        level=st.sampled_from(["FOR OFFICIAL USE ONLY", "RESTRICTED", "CONFIDENTIAL"]),
        denied_members=st.sets(st.sampled_from(["FR", "DE", "ZW"])).map(tuple),
        purposes=st.sets(st.sampled_from(["locate", "arrest"])).map(tuple),
    ),
    us=st.builds(
        UsMarks,
        cui=st.sets(st.sampled_from(["LEI", "JUV"])).map(tuple),
        ldc=st.sets(st.sampled_from(["NOFORN", "NOCON"])).map(tuple),
        protected_person=st.booleans(),
    ),
    release_to=st.none() | st.sets(st.sampled_from(OFFICES)).map(tuple),
    consent=st.none() | st.builds(Consent, recipients=st.sets(st.sampled_from(OFFICES), min_size=1).map(tuple)),
    expires=days,
    review_due=days,
)


@given(one=marks, other=marks)
def test_what_holds_for_two_marks_is_looser_than_neither(one, other):
    both = combined(one, other)

    assert looser_parts(one, both) == []
    assert looser_parts(other, both) == []


@given(one=marks)
def test_marks_are_not_looser_than_themselves(one):
    assert looser_parts(one, one) == []


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"tlp": "GREEN"}, "tlp"),
        ({"handling": ()}, "handling"),
        ({"us": UsMarks()}, "us"),
        ({"release_to": None}, "release_to"),
        ({"release_to": ("SAC-BOS", "SAC-NYC")}, "release_to"),
        ({"consent": Consent(recipients=("SAC-BOS", "SAC-NYC"))}, "consent"),
        ({"expires": None}, "expires"),
        ({"retention_rule": None}, "retention_rule"),
    ],
)
def test_each_mark_that_is_loosened_is_named(change, part):
    before = Marks(
        tlp="AMBER",
        handling=("H1",),
        us=UsMarks(ldc=("NOFORN",)),
        release_to=("SAC-BOS",),
        consent=Consent(recipients=("SAC-BOS",)),
        expires=TODAY,
        retention_rule="CASE-CLOSED",
    )

    assert looser_parts(before, before.model_copy(update=change)) == [part]


@pytest.mark.parametrize(("kind", "changes", "code", "pointer"), REFUSED_SUPPLEMENTS)
def test_a_supplement_is_held_to_what_a_post_is_held_to_and_to_what_was_said(kind, changes, code, pointer):
    faults = next_version(sound(), SupplementKind(kind), changes, TODAY)

    assert not isinstance(faults, NextVersion)
    assert (code, pointer) in {(fault.code, fault.pointer) for fault in faults}
    assert SECRET not in repr(faults)


def test_a_supplement_adds_behind_what_was_there():
    changes = {"narrative": "Segue ancora.", "nexus": [NEXUS], "link": "And signed again."}

    whole = merge(sound(), SupplementKind.SUPPLEMENT, changes)

    assert whole["narrative"] == f"{sound()['narrative']}\n\nSegue ancora."
    assert whole["nexus"] == [*sound()["nexus"], NEXUS]
    assert whole["subjects"] == sound()["subjects"]


def test_a_correction_takes_the_place_of_the_part_it_names_and_of_no_other():
    whole = merge(sound(), SupplementKind.CORRECTION, {"narrative": "Altro."})

    assert whole == sound(put("/narrative", "Altro."))


def test_the_first_nexus_takes_the_place_of_there_being_none():
    before = sound(put("/nexus", [{"kind": "none"}]))

    after = next_version(before, SupplementKind.SUPPLEMENT, {"nexus": [NEXUS]}, TODAY)

    assert isinstance(after, NextVersion)
    assert [nexus.kind for nexus in after.referral.nexus] == ["conveyance_arrival"]


def test_marks_that_have_run_out_since_do_not_keep_the_requester_from_adding():
    before = sound(put("/marks/expires", "2026-11-23"))

    after = next_version(before, SupplementKind.SUPPLEMENT, {"nexus": [NEXUS]}, TODAY + timedelta(days=30))

    assert isinstance(after, NextVersion)


def test_what_is_added_is_looked_at_for_what_a_person_must_see():
    child = {"type": "person", "role": "suspect", "names": [{"text": "Test"}], "birth": "2015"}

    after = next_version(sound(), SupplementKind.SUPPLEMENT, {"subjects": [child]}, TODAY)

    assert isinstance(after, NextVersion)
    assert Flag.MINOR_SUBJECT in after.flags


@pytest.mark.parametrize(("given_marks", "code", "pointer"), REFUSED_ANSWERS)
def test_an_answer_that_the_requester_may_not_have_is_refused_when_it_is_deposited(given_marks, code, pointer):
    faults = faults_of_answer(answer_under(given_marks), "IT", TODAY)

    assert [(fault.code, fault.pointer) for fault in faults] == [(code, pointer)]


@pytest.mark.parametrize("controls", [[], ["RELIDO"], ["REL TO USA, ITA"]])
def test_an_answer_that_the_requester_may_have_is_taken(controls):
    assert faults_of_answer(answer_under({"us": {"ldc": controls}}), "IT", TODAY) == ()


def test_an_office_that_there_is_not_cannot_answer():
    answer = answer_under({}).model_copy(update={"office": "SAC-ROM"})

    assert [fault.code for fault in faults_of_answer(answer, "IT", TODAY)] == ["unknown_office"]


def test_a_question_is_asked_only_once_it_is_released_and_stands_as_the_last_word_on_it():
    timeline = [
        entry("returned", 1, question_id="a", released=True),
        entry("returned", 2, question_id="b", released=True),
        entry("returned", 3, question_id="c", released=True),
        entry("returned", 4, question_id="d", released=False),
        entry("question-answered", 5, question_id="b"),
        entry("resumed", 6, question_id="b"),
        entry("resumed", 7, question_id="c"),
        entry("resumed", 8, question_id=None),
    ]

    states = {question: state for question, (state, _) in questions_in(timeline).items()}

    assert states == {"a": QuestionState.ASKED, "b": QuestionState.ANSWERED, "c": QuestionState.WITHDRAWN}


def test_an_answer_that_is_not_released_is_no_answer():
    timeline = [
        entry("answered", 1, answer_id="a", released=True),
        entry("answered", 2, answer_id="b", released=False),
    ]

    assert list(answers_in(timeline)) == ["a"]


def test_what_is_only_ours_is_left_out_of_the_liaisons_view():
    timeline = [
        entry("snoozed", 2, hidden=True, inside={"item_id": "i"}),
        entry("transfer-asked", 1, to="SAC-NYC", inside={"asked_by": "B-1"}, moves_to="queued"),
    ]

    liaison, all_of_it = seen_by(View.LIAISON, timeline), seen_by(View.ALL, timeline)

    assert [{"type", "at", "to"}] == [set(seen) for seen in liaison]
    assert [seen["type"] for seen in all_of_it] == ["transfer-asked", "snoozed"]
    assert all_of_it[0]["asked_by"] == "B-1"


@pytest.mark.parametrize(
    ("said", "outcomes", "erased"),
    [
        ([], {"SAC-BOS": None, "CPAA": None}, False),
        ([acknowledged("SAC-BOS", "erased")], {"SAC-BOS": "erased", "CPAA": None}, False),
        (
            [acknowledged("SAC-BOS", "erased"), acknowledged("CPAA", "kept")],
            {"SAC-BOS": "erased", "CPAA": "kept"},
            False,
        ),
        (
            [acknowledged("CPAA", "kept"), acknowledged("SAC-BOS", "erased"), acknowledged("CPAA", "erased", 10)],
            {"SAC-BOS": "erased", "CPAA": "erased"},
            True,
        ),
        (
            [acknowledged("SAC-BOS", "kept"), acknowledged("SAC-BOS", "erased", 10, stay=2)],
            {"SAC-BOS": "kept", "CPAA": None},
            False,
        ),
    ],
)
def test_a_referral_may_be_erased_once_every_holder_has_erased_it(said, outcomes, erased):
    timeline = [queued("SAC-BOS"), queued("CPAA", 2, "copy"), *said]

    holders = holders_of(timeline, NOW + timedelta(minutes=5))

    assert {holder.office: holder.outcome for holder in holders} == outcomes
    assert all_have_erased(holders) is erased
    assert {holder.outcome for holder in holders} <= {None, *RecallOutcome}


def test_who_is_told_of_the_recall_alone_must_say_something_too():
    told = entry("closed", 6, office="SAC-NYC", role="lead", closed_because="recalled", inside={"item_id": "i"})
    elsewhere = entry(
        "closed", 3, office="EUR", role="triage", closed_because="placed_elsewhere", inside={"item_id": "j"}
    )

    holders = holders_of([queued("SAC-BOS"), elsewhere, told], NOW + timedelta(minutes=5))

    assert [(holder.office, holder.outstanding) for holder in holders] == [("SAC-BOS", True), ("SAC-NYC", True)]


def test_who_hears_of_it_after_the_recall_is_asked_from_then_on():
    [early, late] = holders_of([queued("SAC-BOS", 1), queued("CPAA", 7)], NOW + timedelta(minutes=5))

    assert (early.asked_at, late.asked_at) == (NOW + timedelta(minutes=5), NOW + timedelta(minutes=7))


def test_whoever_a_decision_names_is_asked_before_its_queue_has_told_of_it():
    routed = entry("routed", 1, office="SAC-BOS", supporting=["SAC-NYC"], copies=["CPAA"], sequence=1)
    timeline = [routed, queued("SAC-BOS", 2), acknowledged("SAC-BOS", "erased")]

    holders = holders_of(timeline, NOW + timedelta(minutes=5))

    assert [(holder.office, holder.roles, holder.outstanding) for holder in holders] == [
        ("SAC-BOS", ("lead",), False),
        ("SAC-NYC", ("supporting",), True),
        ("CPAA", ("copy",), True),
    ]
    assert not all_have_erased(holders)


def test_of_decisions_the_latest_says_who_is_asked():
    routed = entry("routed", 3, office="SAC-BOS", supporting=[], copies=[], sequence=1)
    at_desk = entry("rerouted", 2, office=None, desk="EUR", supporting=[], copies=[], sequence=2)
    sent_back = entry("sent-back", 4, desk="EUR", sequence=3)

    assert [holder.office for holder in holders_of([at_desk, routed], NOW)] == ["EUR"]
    assert holders_of([routed, at_desk, sent_back], NOW) == []
