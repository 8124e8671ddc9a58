"""What an office may do with an item, and what each step writes and tells."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from schemas.events import ItemAnswered, ItemClosed, ItemDeclined, ItemResumed, ItemTransferAsked
from schemas.vocabulary.clocks import PauseGround
from schemas.vocabulary.queues import ClosedBecause, ItemState, QueueRole
from schemas.vocabulary.requests import Urgency
from services.notify.refusals import Refusal
from services.notify.states import TABLE, Hand, Happening, Verb, after
from services.notify.step_requests import (
    AcceptRequest,
    AcknowledgeRecallRequest,
    AnswerRequest,
    ClaimRequest,
    CloseRequest,
    DeclineRequest,
    GiveBackRequest,
    PauseRequest,
    ResumeRequest,
    ReturnRequest,
    SnoozeRequest,
    TransferRequest,
)
from services.notify.steps import Held, Taken, take, was_taken

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
TOKEN = "token-1"
QUESTION, ANSWER = uuid4(), uuid4()


def item(state: ItemState = ItemState.ACCEPTED, role: QueueRole = QueueRole.LEAD, **more) -> Held:
    made = Held(
        id="R.SAC-SAT",
        referral_id=UUID(int=7),
        office="SAC-SAT",
        role=role,
        decision=1,
        urgency=Urgency.PRIORITY,
        state=state,
        desk="EUR",
    )
    if state is ItemState.READY:
        return replace(made, **{"lease_token": TOKEN, "lease_officer": "officer-1", **more})
    return replace(made, **{"token": TOKEN, "officer": "officer-1", **more})


def step(request, **said):
    return request(**said).as_step()


def held(request, **said):
    return step(request, lease_token=TOKEN, **said)


def taken(asked, of: Held) -> Taken:
    found = take(asked, of, NOW)
    assert isinstance(found, Taken), found
    return found


def refused(asked, of: Held) -> str:
    found = take(asked, of, NOW)
    assert isinstance(found, Refusal), found
    return found.code


def after_step(asked, of: Held) -> Held:
    """The item as the step leaves it, as far as repetition and state go."""
    changes = taken(asked, of).changes
    token = None if "token" in taken(asked, of).removes else changes.get("token", of.token)
    return replace(
        of, state=ItemState(changes["state"]), made=ItemState(changes["made"]), done=tuple(changes["done"]), token=token
    )


FROM_EVERY_STATE = [(state, role) for state in ItemState for role in QueueRole]


@pytest.mark.parametrize(("state", "role"), FROM_EVERY_STATE)
def test_a_foreign_token_opens_nothing_in_any_state(state, role):
    for request, said in (
        (AcceptRequest, {}),
        (ReturnRequest, {"question_id": QUESTION}),
        (ResumeRequest, {}),
        (TransferRequest, {"to": "SAC-NYC", "ground": "capacity"}),
        (DeclineRequest, {"ground": "not_held"}),
        (AnswerRequest, {"answer_id": ANSWER, "kind": "final"}),
        (CloseRequest, {"code": "information_given"}),
        (GiveBackRequest, {}),
    ):
        assert refused(step(request, lease_token="another", **said), item(state, role))


def test_every_row_is_there_once_and_says_who_may_and_which_event_tells():
    places = [(row.verb, row.source, role, row.clock) for row in TABLE for role in row.roles]

    assert len(places) == len(set(places))
    assert {row.verb for row in TABLE if row.event is None} == {Verb.LEASE, Verb.EXTEND}
    assert {row.verb for row in TABLE} == set(Verb)


def test_a_copy_can_only_be_acknowledged_when_it_is_recalled():
    assert {row.verb for row in TABLE if QueueRole.COPY in row.roles} == {Verb.KEPT, Verb.ERASED}


def test_nobody_acts_on_an_item_that_moves_or_is_closed():
    assert [row for row in TABLE if row.source in (ItemState.MOVING, ItemState.CLOSED)] == []


def test_only_leasing_giving_back_and_acknowledging_need_no_token():
    assert {row.verb for row in TABLE if row.hand is Hand.OFFICE} == {
        Verb.LEASE,
        Verb.GIVE_BACK,
        Verb.KEPT,
        Verb.ERASED,
    }


def test_a_claim_takes_the_token_of_the_lease_and_the_lease_with_it():
    claim = held(ClaimRequest, officer="officer-1")

    found = taken(claim, item(ItemState.READY))

    assert found.changes["token"] == TOKEN
    assert found.changes["claimed_by"] == "officer-1"
    assert "lease" in found.removes
    assert refused(held(ClaimRequest, officer="officer-2"), item(ItemState.READY)) == "leased_to_another"


def test_an_item_given_back_by_a_colleague_is_under_no_token_any_more():
    found = taken(step(GiveBackRequest, staff="supervisor"), item())

    assert found.changes["state"] == "ready"
    assert found.changes["given_back_by"] == "supervisor"
    assert {"token", "claimed_by"} <= set(found.removes)


def test_a_lead_office_that_declines_waits_until_the_desk_has_the_referral():
    found = taken(held(DeclineRequest, ground="wrong_office"), item())

    assert (found.changes["state"], found.changes["moving_to"]) == ("moving", "EUR")
    assert found.changes["declined"]["ground"] == "wrong_office"
    assert isinstance(found.event, ItemDeclined)


def test_a_supporting_office_that_declines_closes_only_its_own_item():
    found = taken(held(DeclineRequest, ground="not_held"), item(role=QueueRole.SUPPORTING))

    assert (found.changes["state"], found.changes["code"]) == ("closed", "declined")
    assert found.changes["closed_because"] == "done"


def test_a_part_that_is_declined_leaves_the_item_where_it_is():
    found = taken(held(DeclineRequest, ground="not_held", offence_numbers=(1,)), item(offence_numbers=(0, 1)))

    assert found.changes["state"] == "accepted"
    assert found.event.offence_numbers == (1,)


@pytest.mark.parametrize(("numbers", "code"), [((5,), "not_your_part"), ((0, 1), "nothing_left")])
def test_a_part_must_be_the_offices_own_and_leave_something(numbers, code):
    decline = held(DeclineRequest, ground="not_held", offence_numbers=numbers)

    assert refused(decline, item(offence_numbers=(0, 1))) == code


def test_a_transfer_says_to_whom_and_by_whom_and_never_to_the_office_itself():
    found = taken(held(TransferRequest, to="SAC-NYC", ground="subject_moved"), item())

    assert isinstance(found.event, ItemTransferAsked)
    assert (found.event.to, found.event.asked_by) == ("SAC-NYC", "officer-1")
    assert (found.changes["state"], found.changes["before"]) == ("moving", "accepted")
    assert refused(held(TransferRequest, to="SAC-SAT", ground="capacity"), item()) == "transfer_to_itself"


@pytest.mark.parametrize("role", [QueueRole.TRIAGE, QueueRole.SUPPORTING])
def test_only_the_lead_office_hands_a_referral_on(role):
    assert refused(held(TransferRequest, to="SAC-NYC", ground="capacity"), item(role=role)) == "wrong_role"


def test_a_question_back_remembers_where_the_office_stood_and_its_withdrawal_goes_back_there():
    returned = taken(held(ReturnRequest, question_id=QUESTION), item(ItemState.CLAIMED))
    resumed = taken(held(ResumeRequest), item(ItemState.RETURNED, before=ItemState.CLAIMED, question_id=QUESTION))

    assert (returned.changes["state"], returned.changes["before"]) == ("returned", "claimed")
    assert resumed.changes["state"] == "claimed"
    assert isinstance(resumed.event, ItemResumed)
    assert (resumed.event.ground, resumed.event.question_id) == (PauseGround.QUESTION_BACK, QUESTION)


def test_while_a_court_decides_nothing_ends_the_offices_work():
    paused = item(is_paused=True)

    assert refused(held(TransferRequest, to="SAC-NYC", ground="capacity"), paused) == "clock_paused"
    assert refused(held(AnswerRequest, answer_id=ANSWER, kind="final"), paused) == "clock_paused"
    assert refused(held(PauseRequest, expected_until=LATER), paused) == "clock_paused"
    assert taken(held(AnswerRequest, answer_id=ANSWER, kind="partial"), paused).changes["state"] == "accepted"
    assert taken(held(ResumeRequest), paused).event.ground is PauseGround.JUDICIAL_LEAVE
    assert refused(held(ResumeRequest), item()) == "not_paused"


@pytest.mark.parametrize(("kind", "state"), [("partial", "accepted"), ("final", "answered"), ("negative", "answered")])
def test_only_a_partial_answer_leaves_the_office_owing_one(kind, state):
    found = taken(held(AnswerRequest, answer_id=ANSWER, kind=kind), item())

    assert isinstance(found.event, ItemAnswered)
    assert found.changes["state"] == state


def test_a_lead_office_closes_only_what_it_has_answered_and_a_supporting_office_may_without():
    close = held(CloseRequest, code="support_given")

    assert refused(close, item()) == "wrong_state"
    assert taken(close, item(role=QueueRole.SUPPORTING)).changes["state"] == "closed"
    closed = taken(close, item(ItemState.ANSWERED)).event
    assert isinstance(closed, ItemClosed)
    assert closed.closed_because is ClosedBecause.DONE


def test_an_office_that_kept_a_copy_can_still_say_later_that_it_erased_it_and_not_the_other_way_round():
    kept = step(AcknowledgeRecallRequest, staff="s", outcome="kept", ground="us_case")
    erased = step(AcknowledgeRecallRequest, staff="s", outcome="erased")

    first = after_step(kept, item(ItemState.RECALLED, QueueRole.COPY, token=None))
    second = after_step(erased, first)

    assert (first.state, second.state) == (ItemState.RECALLED, ItemState.CLOSED)
    assert refused(kept, second) == "not_recalled"
    assert was_taken(erased, second)


def test_who_acts_on_a_recalled_item_is_told_to_stop():
    assert refused(held(AcceptRequest), item(ItemState.RECALLED, token=None)) == "item_recalled"


def test_life_cannot_be_put_off_and_nothing_longer_than_it_may_wait_for_its_acknowledgement():
    snooze = held(SnoozeRequest, officer="officer-1", until=NOW + timedelta(minutes=30))

    assert refused(snooze, item(ItemState.READY, urgency=Urgency.LIFE)) == "snoozed_too_long"
    assert taken(snooze, item(ItemState.READY)).changes["snoozed_until"] == NOW + timedelta(minutes=30)


def test_the_same_step_again_is_known_and_the_same_step_meant_anew_is_not():
    pause, resume = held(PauseRequest, expected_until=LATER), held(ResumeRequest)
    answer = held(AnswerRequest, answer_id=ANSWER, kind="partial")

    paused = after_step(pause, after_step(answer, item()))
    resumed = after_step(resume, replace(paused, is_paused=True))

    assert was_taken(pause, paused)
    assert not was_taken(pause, resumed), "the court may be asked twice"
    assert was_taken(answer, resumed), "an answer goes out once, however late it is sent again"
    assert not was_taken(answer, replace(resumed, token="of the next claim"))


def test_a_token_used_again_for_a_new_lease_makes_its_steps_new_ones():
    accept, give_back = held(AcceptRequest), held(GiveBackRequest)
    given_back = after_step(give_back, after_step(accept, item(ItemState.CLAIMED)))

    claimed_again = replace(given_back, state=ItemState.CLAIMED, token=TOKEN)

    assert was_taken(give_back, given_back)
    assert not was_taken(accept, claimed_again)


def test_what_others_do_leaves_an_item_where_the_table_says():
    assert after(Happening.KEPT, ItemState.MOVING, ItemState.ACCEPTED) is ItemState.ACCEPTED
    assert after(Happening.KEPT, ItemState.RETURNED, ItemState.CLAIMED) is ItemState.RETURNED
    assert after(Happening.QUESTION_ANSWERED, ItemState.RETURNED, ItemState.CLAIMED) is ItemState.CLAIMED
    assert after(Happening.QUESTION_ANSWERED, ItemState.ACCEPTED, None) is None
    assert after(Happening.RECALLED, ItemState.CLOSED, None) is ItemState.RECALLED
    assert after(Happening.LEFT, ItemState.RECALLED, None) is None
