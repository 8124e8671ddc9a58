"""What the clock keeps of each event, and what it takes no notice of."""

from datetime import UTC, datetime, timedelta

import pytest
from uuid6 import uuid7

from runtime.errors import Unreadable
from runtime.events import Message
from runtime.store import Work
from schemas.events import (
    DelayTold,
    ItemAccepted,
    ItemAnswered,
    ItemClaimed,
    ItemClosed,
    ItemPaused,
    ItemResumed,
    ItemReturned,
    QuestionAnswered,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from schemas.marks import Marks
from schemas.vocabulary.queues import QueueRole
from services.notify.clock.documents import read_fact, written_fact
from services.notify.clock.facts import Kind
from services.notify.clock.handlers import tell_clock
from services.notify.clock.store import CLOCKS
from services.notify.clock.told import OTHERS, TELLERS, TOPICS, fact_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REFERRAL, QUESTION = uuid7(), uuid7()
DECIDED = {
    "referral_id": REFERRAL,
    "requester_country": "IT",
    "desk": "EUR",
    "category": "bulk-cash",
    "urgency": "U1",
    "marks": Marks(tlp="AMBER", handling=("H0",)),
    "ruleset": "2026-11-01",
    "rule": "R-NEXUS-03",
    "because": "SAC-SAT leads",
}


def message(event, sequence=4):
    return Message("", 0, 0, None, None, (), str(uuid7()), event.type, str(REFERRAL), sequence, NOW, None)


def of_item(event, role="lead", **more):
    return event(referral_id=REFERRAL, item_id="item-1", office="SAC-SAT", role=role, **more)


def kept(event):
    return fact_of(event, message(event))


def test_every_event_of_the_three_topics_is_heard_or_passed_over_by_name():
    carried = {event for topic in TOPICS for event in topic.events}

    assert set(TELLERS) | set(OTHERS) == carried
    assert not set(TELLERS) & set(OTHERS)


def test_a_decision_counts_from_when_it_was_told_by_its_number():
    since = NOW - timedelta(hours=1)

    routed = kept(ReferralRouted(office="SAC-SAT", received_at=since, **DECIDED))
    triage = kept(ReferralSentToTriage(proposed="SAC-SAT", grounds=("article_3",), **DECIDED))
    back = kept(ReferralSentBack(referral_id=REFERRAL, desk="EUR", ground="not_held", sent_back_by="desk-1"))

    assert (routed.at, routed.sequence, routed.office, routed.since) == (NOW, 4, "SAC-SAT", since)
    assert (triage.kind, triage.office, triage.desk) == (Kind.PLACED, None, "EUR")
    assert (back.kind, back.desk) == (Kind.SENT_BACK, "EUR")


@pytest.mark.parametrize("kind", [ItemClaimed, ItemAccepted])
def test_a_claim_acknowledges_if_its_item_holds_the_referral(kind):
    at = {"claimed_at" if kind is ItemClaimed else "accepted_at": NOW}

    assert {role: kept(of_item(kind, role, **at)) is not None for role in QueueRole} == {
        QueueRole.LEAD: True,
        QueueRole.TRIAGE: True,
        QueueRole.SUPPORTING: False,
        QueueRole.COPY: False,
    }


def test_what_a_supporting_office_waits_for_stops_nothing_and_what_it_answers_counts():
    answer = {"answer_id": uuid7(), "kind": "partial", "answered_at": NOW}

    assert kept(of_item(ItemReturned, "supporting", question_id=QUESTION, returned_at=NOW)) is None
    assert kept(of_item(ItemPaused, "supporting", ground="judicial_leave", paused_at=NOW)) is None
    assert kept(of_item(ItemAnswered, "supporting", **answer)).kind is Kind.ANSWERED


def test_a_question_and_its_answer_are_known_by_their_id():
    asked = kept(of_item(ItemReturned, question_id=QUESTION, returned_at=NOW))
    answered = kept(QuestionAnswered(referral_id=REFERRAL, question_id=QUESTION, answered_at=NOW))

    assert asked.question == answered.question == str(QUESTION)


def test_an_item_that_was_done_and_one_that_only_left_are_different():
    done, moved = (kept(of_item(ItemClosed, closed_because=why, closed_at=NOW)) for why in ("done", "placed_elsewhere"))

    assert (done.kind, moved.kind) == (Kind.DONE, Kind.LEFT)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (
            of_item(DelayTold, ground="translation", expected_until=datetime(9999, 1, 1, tzinfo=UTC), told_at=NOW),
            "moment",
        ),
        (of_item(ItemResumed, ground="judicial_leave", resumed_at=datetime(1, 1, 1, tzinfo=UTC)), "moment"),
        (
            ReferralRerouted(office="SAC-XYZ", cause="moved", ground="wrong_desk", placed_by="desk-1", **DECIDED),
            "office_unknown",
        ),
    ],
)
def test_what_no_clock_can_be_reckoned_from_is_set_aside(event, code):
    with pytest.raises(Unreadable, match=code):
        kept(event)


def test_a_fact_is_read_as_it_was_written_and_names_nobody():
    paused = kept(of_item(ItemPaused, ground="judicial_leave", paused_at=NOW, expected_until=NOW + timedelta(days=1)))

    assert read_fact(written_fact(paused)) == paused
    assert set(written_fact(paused)) == {"kind", "at", "sequence", "item", "ground", "until"}


def test_a_fact_goes_to_the_clock_of_its_referral_under_the_id_of_its_event():
    event = of_item(ItemClaimed, claimed_at=NOW)
    heard, passed_over = Work(message(event)), Work(message(event))

    tell_clock(event, heard)
    tell_clock(event.model_copy(update={"role": QueueRole.SUPPORTING}), passed_over)

    [change] = heard.writes
    assert (change.collection, change.where, change.or_insert) == (CLOCKS, {"_id": str(REFERRAL)}, True)
    assert f"facts.{heard.message.event_id}" in change.update["$set"]
    assert passed_over.writes == []
