"""What an office may do with an item that rests on a notice, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.events import Message
from runtime.store import Advance, Create, Work
from schemas.events import ItemQueued, NoticeFact, ReferralRerouted
from schemas.marks import Marks
from schemas.notices import Colour, Gate, NoticeAction, NoticeSource
from schemas.vocabulary.queues import ItemState, QueueRole
from schemas.vocabulary.requests import Urgency
from services.notify.handlers import move_items
from services.notify.moves import Stored
from services.notify.notices import Gates, Notice, notice_shown, read_notice, with_latest, written_notice
from services.notify.refusals import Refusal
from services.notify.standings import NotedGates, Standing
from services.notify.states import HELD_BACK, TABLE, Clock, Verb
from services.notify.steps import Held, Step, take

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=72)
ALL = tuple(Gate)
FACT = NoticeFact(notice_id=UUID(int=5), colour=Colour.RED, source=NoticeSource.NCB, action=NoticeAction.LOCATE)

TELLS = {
    Verb.SNOOZE: {"until": NOW},
    Verb.RETURN: {"question_id": UUID(int=1)},
    Verb.PAUSE: {"ground": "judicial_leave"},
    Verb.DELAY: {"ground": "field_work", "expected_until": LATER},
    Verb.TRANSFER: {"to": "SAC-NYC", "ground": "subject_moved"},
    Verb.DECLINE: {"ground": "wrong_office"},
    Verb.DECLINE_PART: {"ground": "not_held", "offence_numbers": (0,)},
    Verb.ANSWER_PART: {"answer_id": UUID(int=2), "kind": "partial"},
    Verb.ANSWER: {"answer_id": UUID(int=2), "kind": "final"},
    Verb.CLOSE: {"code": "nothing_found"},
}


def gates(said=1, open_gates=(), until=LATER, action=NoticeAction.LOCATE) -> Gates:
    return Gates(said, tuple(open_gates), until, action)


def notice(given_gates: Gates, **more) -> Notice:
    return Notice(FACT.notice_id, FACT.colour, FACT.source, given_gates, **more)


def item(on: Notice | None, state=ItemState.ACCEPTED, role=QueueRole.LEAD) -> Held:
    held = {"token": "t", "officer": "o", "lease_token": "t", "lease_officer": "o", "desk": "EUR", "notice": on}
    return Held("R.SAC-SAT", UUID(int=7), "SAC-SAT", role, 1, Urgency.PRIORITY, state, ItemState.CLAIMED, **held)


def refusal(verb: Verb, of: Held, now=NOW) -> str | None:
    """Give the code that a step is refused with because of a notice, if it is."""
    row = next(row for row in TABLE if row.verb is verb and row.source is of.state and of.role in row.roles)
    if row.clock is Clock.PAUSED:
        of = replace(of, is_paused=True)
    at = next((name for name in row.event.model_fields if name.endswith("_at")), "")
    found = take(Step(verb, TELLS.get(verb, {}), at=at, token="t", staff="o"), of, now)
    return str(found.code) if isinstance(found, Refusal) else None


STEPS = [
    (row.verb, row.source, role)
    for row in TABLE
    for role in row.roles
    if row.event is not None and row.source not in (ItemState.RECALLED,) and role is not QueueRole.TRIAGE
]


@pytest.mark.parametrize(("verb", "state", "role"), STEPS)
def test_with_a_gate_open_an_office_takes_no_step_that_acts_and_every_other_one(verb, state, role):
    found = refusal(verb, item(notice(gates(0, ALL, None)), state, role))

    assert (found == "notice_gates_open") == (verb in HELD_BACK)


@pytest.mark.parametrize("verb", sorted(HELD_BACK))
def test_a_stale_confirmation_stops_the_same_steps_at_its_moment(verb):
    state = next(row.source for row in TABLE if row.verb is verb)
    role = QueueRole.LEAD

    assert refusal(verb, item(notice(gates(until=NOW + timedelta(seconds=1))), state, role)) is None
    assert refusal(verb, item(notice(gates(until=NOW)), state, role)) == "notice_validity_stale"
    assert refusal(verb, item(notice(gates(open_gates=[Gate.VALIDITY], until=NOW)), state, role)) == (
        "notice_validity_stale"
    )
    assert refusal(verb, item(None, state, role)) is None


def test_a_desk_is_not_held_back_for_it_acts_on_nothing():
    closed = notice(gates(0, ALL, None))

    assert refusal(Verb.CLAIM, item(closed, ItemState.READY, QueueRole.TRIAGE)) is None
    assert refusal(Verb.ACCEPT, item(closed, ItemState.CLAIMED, QueueRole.TRIAGE)) is None


def test_a_release_for_life_lets_the_lead_act_until_it_must_be_confirmed():
    for_life = notice(gates(0, ALL, None), life_until=LATER)

    assert for_life.refusal(LATER - timedelta(seconds=1)) is None
    assert for_life.refusal(LATER).code == "notice_gates_open"


def test_a_refusal_names_what_is_missing():
    found = notice(gates(open_gates=[Gate.ABUSE_REVIEW])).refusal(NOW)

    assert "abuse_review" in found.mend
    assert "supervisor_approval" not in found.mend


GATES = st.builds(
    Gates,
    st.integers(0, 9),
    st.lists(st.sampled_from(Gate), unique=True).map(tuple),
    st.none() | st.integers(-9, 9).map(lambda hours: NOW + timedelta(hours=hours)),
    st.sampled_from(NoticeAction),
)
LIFE = st.none() | st.integers(-9, 9).map(lambda hours: NOW + timedelta(hours=hours))


@given(GATES, LIFE)
def test_what_a_query_asks_and_what_a_step_is_told_are_the_same(given_gates, life_until):
    on = notice(given_gates, life_until=life_until)
    passed = not given_gates.open and given_gates.valid_until is not None and given_gates.valid_until > NOW
    for_life = life_until is not None and life_until > NOW

    assert (on.refusal(NOW) is None) == (passed or for_life)
    assert (on.may_act_until is not None and on.may_act_until > NOW) == (passed or for_life)
    assert read_notice(written_notice(on)) == on


@given(st.permutations([gates(1, ALL, None), gates(2, [Gate.VALIDITY]), gates(3)]))
def test_whatever_the_order_the_gates_that_were_said_last_stand(order):
    on = notice(gates(0, ALL, None))

    for said in order:
        on = with_latest(on, [said])

    assert on.gates.said == 3


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (
            notice(gates()),
            "rests on an INTERPOL red notice, which is no warrant; action: locate; an office may act until",
        ),
        (notice(gates(open_gates=ALL, until=None)), "action: locate; no office may act yet"),
        (notice(gates(action=NoticeAction.ON_US_WARRANT)), "action: on US warrant"),
        (
            replace(notice(gates(1, ALL, None, action=NoticeAction.ON_US_WARRANT)), life_until=LATER),
            "action: locate; an office may act until",
        ),
    ],
)
def test_an_office_reads_what_an_item_rests_on(on, words):
    shown = notice_shown(written_notice(on), "R")

    assert words in shown["says"]
    assert "arrest" not in str(shown)
    assert shown["gates"] == "/v1/referrals/R/gates"
    assert "said" not in shown


class Known:
    """One referral whose gates were spoken of before it had an item."""

    def __init__(self, said: Gates | None, *stored: Stored) -> None:
        self.said = said
        self.stored = stored

    async def of(self, referral_id):
        return Standing(gates=NotedGates(self.said, NOW) if self.said else None)

    async def of_referral(self, referral_id):
        return list(self.stored)


@pytest.mark.parametrize(
    ("said", "open_gates"), [(None, [*ALL]), (gates(4), []), (gates(2, [Gate.VALIDITY]), [Gate.VALIDITY])]
)
async def test_an_item_opens_with_the_gates_that_are_known_and_with_none_passed_if_nothing_is(said, open_gates):
    known, work = Known(said), Work(message=_message())
    await move_items(_placed(), work, queues=known, standings=known)

    [write] = [write for write in work.writes if write.emits]
    assert isinstance(write.emits[0], ItemQueued)
    assert write.document["notice"]["open"] == [gate.value for gate in open_gates]


async def test_what_an_item_heard_while_another_opens_is_not_lost():
    """Word of gates may be noted between the look at what is known and the look at what is stored."""
    desk = Stored("R.EUR", 3, "EUR", QueueRole.TRIAGE, ItemState.READY, 1, 1, notice=notice(gates(5)))
    known, work = Known(gates(4, ALL, None), desk), Work(message=_message())

    await move_items(_placed(), work, queues=known, standings=known)

    [opened] = [write.document["notice"] for write in work.writes if isinstance(write, Create)]
    assert (opened["said"], opened["open"]) == (5, [])


async def test_an_item_that_is_kept_keeps_the_gates_it_has_heard_of():
    lead = Stored("R.SAC-SAT", 3, "SAC-SAT", QueueRole.LEAD, ItemState.ACCEPTED, 1, 1, notice=notice(gates(5)))
    known, work = Known(None, lead), Work(message=_message())

    await move_items(_placed(), work, queues=known, standings=known)

    [kept] = [write.changes["notice"] for write in work.writes if isinstance(write, Advance)]
    assert (kept["said"], kept["open"]) == (5, [])


def _placed() -> ReferralRerouted:
    return ReferralRerouted(
        referral_id=UUID(int=7),
        requester_country="IT",
        office="SAC-SAT",
        desk="EUR",
        category="bulk-cash",
        urgency="U2",
        marks=Marks(tlp="AMBER", handling=("H0",)),
        ruleset="2026-11-01",
        rule="R-DESK-ASSIGNED",
        because="SAC-SAT leads",
        cause="assigned",
        ground="flag_reviewed",
        placed_by="desk-1",
        notice=FACT,
    )


def _message() -> Message:
    return Message("routing.events", 0, 0, None, None, (), str(UUID(int=9)), "", "", 2, NOW, None)
