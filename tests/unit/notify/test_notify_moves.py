"""Which items a later decision closes, keeps and opens, however often and in whatever order decisions come."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from schemas.events import Part, ReferralRerouted, ReferralRouted, ReferralSentBack, ReferralSentToTriage
from schemas.marks import Marks
from schemas.vocabulary.queues import ClosedBecause, ItemState, QueueRole
from schemas.vocabulary.requests import Urgency
from services.notify.domain import item_id, item_of_triage, items_of_routed
from services.notify.moves import Stored, move, send_back

REFERRAL = UUID("0193f3a0-0000-7000-8000-000000000007")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
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
PLACED = {**DECIDED, "cause": "assigned", "ground": "nexus_confirmed", "placed_by": "desk-1"}
HOLDING = (QueueRole.LEAD, QueueRole.TRIAGE)


class Board:
    """The items of one referral, changed as a store would."""

    def __init__(self) -> None:
        self.items: dict[str, Stored] = {}

    def hear(self, event, decision: int) -> None:
        if isinstance(event, ReferralRouted):
            self._open(items_of_routed(event, NOW))
        elif isinstance(event, ReferralSentToTriage):
            self._open([item_of_triage(event, NOW)])
        else:
            self._carry_out(self.asked(event, decision), decision)

    def asked(self, event, decision: int):
        stored = list(self.items.values())
        if isinstance(event, ReferralSentBack):
            return send_back(event, decision, stored)
        return move(event, decision, stored, NOW)

    def _open(self, items) -> None:
        for item in items:
            self.items.setdefault(item.id, as_stored(item))

    def _carry_out(self, moving, decision: int) -> None:
        for item in moving.stamps:
            self.items[item.id] = replace(item, decision=decision)
        for item in moving.closes:
            assert self.items[item.id].is_open
            self.items[item.id] = replace(item, state=ItemState.CLOSED, decision=decision)
        for item, wanted in moving.keeps:
            assert item.id == wanted.id
            self.items[item.id] = as_stored(wanted)
        for wanted in moving.opens:
            assert wanted.id not in self.items
            self.items[wanted.id] = as_stored(wanted)
        for office in moving.never_opened:
            named = item_id(REFERRAL, office)
            assert named not in self.items
            self.items[named] = Stored(named, 0, office, QueueRole.COPY, ItemState.CLOSED, decision, 1)

    @property
    def open(self) -> dict[str, QueueRole]:
        found = [item for item in self.items.values() if item.is_open]
        assert len({item.office for item in found}) == len(found), "an office has a referral once"
        return {item.office: item.role for item in found}

    @property
    def holders(self) -> list[str]:
        return [office for office, role in self.open.items() if role in HOLDING]


def as_stored(item) -> Stored:
    return Stored(
        item.id,
        1,
        item.office,
        item.role,
        ItemState.READY,
        item.decision,
        item.stay,
        item.category,
        item.urgency,
        item.marks,
        item.part,
        item.joins,
    )


def rerouted(office: str | None = None, **more) -> ReferralRerouted:
    return ReferralRerouted(**{**PLACED, "office": office, **more})


def sent_back(**more) -> ReferralSentBack:
    return ReferralSentBack(referral_id=REFERRAL, desk="EUR", ground="wrong_office", sent_back_by="desk-1", **more)


def board(*events) -> Board:
    made = Board()
    for decision, event in enumerate(events, 1):
        made.hear(event, decision)
    return made


def triage() -> ReferralSentToTriage:
    return ReferralSentToTriage(proposed="SAC-SAT", grounds=("article_3",), **DECIDED)


def routed(office: str = "SAC-SAT", **more) -> ReferralRouted:
    return ReferralRouted(office=office, **{**DECIDED, **more})


def test_an_assigned_referral_leaves_the_desk_and_waits_with_its_offices():
    moved = board(triage(), rerouted("SAC-SAT", supporting=("SAC-HOU",), copies=("BCSC",), leaves=("EUR",)))

    assert moved.open == {
        "SAC-SAT": QueueRole.LEAD,
        "SAC-HOU": QueueRole.SUPPORTING,
        "BCSC": QueueRole.COPY,
    }


def test_an_item_that_leaves_says_why_and_who_holds_the_referral_now():
    moving = board(triage()).asked(rerouted("SAC-SAT", leaves=("EUR",)), 2)

    assert [item.office for item in moving.closes] == ["EUR"]
    assert (moving.because, moving.holder) == (ClosedBecause.PLACED_ELSEWHERE, "SAC-SAT")


def test_an_office_that_stays_in_its_role_keeps_its_item_with_what_is_asked_now():
    board_before = board(routed(supporting=("SAC-HOU",)))

    moving = board_before.asked(rerouted("SAC-NYC", supporting=("SAC-HOU",), urgency="U0", leaves=("SAC-SAT",)), 2)

    [(before, after)] = moving.keeps
    assert before.id == after.id == item_id(REFERRAL, "SAC-HOU")
    assert (before.urgency, after.urgency, after.decision) == (Urgency.URGENT, Urgency.LIFE, 2)
    assert not before.asks_the_same_as(after)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"urgency": "U0"}, False),
        ({"category": "narcotics-smuggling"}, False),
        ({"marks": Marks(tlp="RED", handling=("H2",))}, False),
        ({"parts": (Part(office="SAC-SAT", offence_numbers=(0,)),)}, False),
        ({"parts": (Part(office="SAC-HOU", offence_numbers=(0,)),)}, True),
        ({"joins": (UUID(int=7),)}, False),
        ({"because": "SAC-SAT still leads"}, True),
    ],
)
def test_an_office_is_asked_something_else_when_what_it_has_to_do_changes(changes, same):
    [(before, after)] = board(routed()).asked(rerouted("SAC-SAT", **changes), 2).keeps

    assert before.asks_the_same_as(after) is same


def test_an_office_that_supported_and_now_leads_has_a_new_item():
    moved = board(routed(supporting=("SAC-HOU",)), rerouted("SAC-HOU", leaves=("SAC-SAT",)))

    assert moved.open == {"SAC-HOU": QueueRole.LEAD}
    assert not moved.items[item_id(REFERRAL, "SAC-HOU")].is_open
    assert moved.items[item_id(REFERRAL, "SAC-HOU", 2)].is_open


def test_a_split_referral_gives_each_office_its_own_part():
    parts = (
        Part(office="SAC-SAT", offence_numbers=(0,), nexus_numbers=(1,)),
        Part(office="SAC-NYC", offence_numbers=(1,), nexus_numbers=(0,)),
    )

    moving = board(triage()).asked(rerouted("SAC-SAT", supporting=("SAC-NYC",), parts=parts, leaves=("EUR",)), 2)

    assert [item.part for item in moving.opens] == list(parts)


def test_a_referral_that_comes_back_to_a_queue_is_there_anew():
    moved = board(triage(), rerouted("SAC-SAT", leaves=("EUR",)), rerouted(leaves=("SAC-SAT",)))

    assert moved.open == {"EUR": QueueRole.TRIAGE}
    assert {item.id: item.is_open for item in moved.items.values()} == {
        item_id(REFERRAL, "EUR"): False,
        item_id(REFERRAL, "SAC-SAT"): False,
        item_id(REFERRAL, "EUR", 2): True,
    }


def test_a_referral_sent_back_waits_nowhere_until_it_is_placed_again():
    back = board(routed(copies=("BCSC",)), sent_back(leaves=("SAC-SAT", "BCSC")))
    assert back.open == {}

    back.hear(rerouted("SAC-NYC"), 3)

    assert back.open == {"SAC-NYC": QueueRole.LEAD}


def test_a_decision_that_comes_after_the_referral_was_sent_back_for_the_second_time_opens_nothing():
    twice_back = board(triage(), sent_back(leaves=("EUR",)))
    twice_back.hear(sent_back(leaves=("EUR",)), 4)

    twice_back.hear(rerouted(), 3)

    assert twice_back.open == {}


def test_a_queue_named_twice_among_those_that_are_left_is_closed_once():
    moving = Board().asked(rerouted("SAC-NYC", leaves=("EUR", "EUR")), 2)

    assert moving.never_opened == ("EUR",)


OFFICES = st.sampled_from(["SAC-SAT", "SAC-HOU", "SAC-NYC", "BCSC"])
DESKS = st.sampled_from(["EUR", "ASIA"])
MORE = st.lists(OFFICES, max_size=3).map(tuple)


def queues_of(event) -> set[str]:
    if isinstance(event, ReferralSentBack):
        return set()
    office = getattr(event, "office", None)
    if office is None:
        return {event.desk}
    return {office, *event.supporting, *event.copies}


@st.composite
def histories(draw):
    """Decisions as routing tells them: each later one names every queue that an earlier one named and it does not."""
    names = {"supporting": draw(MORE), "copies": draw(MORE)}
    first = draw(st.sampled_from([triage(), routed(draw(OFFICES), **names)]))
    events, seen = [first], queues_of(first)
    for _ in range(draw(st.integers(0, 5))):
        names = {"supporting": draw(MORE), "copies": draw(MORE), "desk": draw(DESKS)}
        event = draw(st.sampled_from([sent_back(), rerouted(**names), rerouted(draw(OFFICES), **names)]))
        now = queues_of(event)
        events.append(event.model_copy(update={"leaves": tuple(sorted(seen - now))}))
        seen |= now
    return events


@given(histories(), st.data())
def test_decisions_that_come_twice_or_late_leave_the_queues_as_the_latest_one_says(events, data):
    whole = board(*events)
    numbers = list(range(1, len(events) + 1))
    order = data.draw(st.permutations(numbers + data.draw(st.lists(st.sampled_from(numbers), max_size=6))))
    heard = Board()

    for at, decision in enumerate(order):
        heard.hear(events[decision - 1], decision)
        latest = board(*events[: max(order[: at + 1])])
        assert heard.open == latest.open

    assert heard.open == whole.open


@given(histories())
def test_after_each_decision_one_queue_holds_the_referral_or_none_once_it_was_sent_back(events):
    for count in range(1, len(events) + 1):
        holders = board(*events[:count]).holders
        assert len(holders) == (0 if isinstance(events[count - 1], ReferralSentBack) else 1)


@given(histories())
def test_a_decision_that_was_carried_out_asks_for_nothing_again(events):
    done = board(*events)

    for decision, event in enumerate(events[1:], 2):
        moving = done.asked(event, decision)
        changed = (moving.closes, moving.keeps, moving.opens, moving.never_opened, moving.stamps)
        assert changed == ((), (), (), (), ())
