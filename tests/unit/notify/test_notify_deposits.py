"""Which steps count only with what they let out, and what is noted of a deposit."""

from uuid import UUID, uuid4

import pytest

from runtime.store import Work
from schemas.vocabulary.queues import AnswerKind, ItemState, QueueRole
from schemas.vocabulary.requests import Urgency
from services.notify.deposits import note_deposit, relied_on
from services.notify.step_requests import AcceptRequest, AnswerRequest, CloseRequest, ResumeRequest, ReturnRequest
from services.notify.steps import Held
from tests.support.queues import deposited

REFERRAL, PIECE = UUID(int=7), uuid4()
ITEM = Held(
    id="R.SAC-SAT",
    referral_id=REFERRAL,
    office="SAC-SAT",
    role=QueueRole.LEAD,
    decision=1,
    urgency=Urgency.PRIORITY,
    state=ItemState.ACCEPTED,
)


def noted(office="SAC-SAT", referral_id=REFERRAL, answer_kind=None):
    work = Work()
    note_deposit(deposited(referral_id, PIECE, office, answer_kind), work)
    [write] = work.writes
    return write.document


def test_a_return_counts_only_with_the_question_of_its_own_office_on_its_own_referral():
    wanted = relied_on(ReturnRequest(lease_token="t", question_id=PIECE).as_step(), ITEM)

    assert wanted == noted()
    assert wanted not in (noted("SAC-NYC"), noted(referral_id=uuid4()), noted(answer_kind="final"))


@pytest.mark.parametrize("kind", AnswerKind)
def test_an_answer_counts_only_with_what_was_deposited_as_that_kind(kind):
    wanted = relied_on(AnswerRequest(lease_token="t", answer_id=PIECE, kind=kind).as_step(), ITEM)

    others = [None, *(other for other in AnswerKind if other is not kind)]
    assert wanted == noted(answer_kind=kind)
    assert wanted not in [noted(answer_kind=other) for other in others]


@pytest.mark.parametrize(
    "request_",
    [AcceptRequest(lease_token="t"), ResumeRequest(lease_token="t"), CloseRequest(lease_token="t", code="case_opened")],
    ids=lambda request_: type(request_).__name__,
)
def test_a_step_that_lets_nothing_out_relies_on_nothing(request_):
    assert relied_on(request_.as_step(), ITEM) is None
