"""The checker on made-up histories: it is silent about a sound one, and names whatever is broken in it."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.checker import check, summary
from tests.support.client_log import ClientLog, read_log
from tests.support.history import DeadLetter, Event, GroupLag, History, Place

ONE, TWO = "01a0-one", "01a0-two"


def event(topic: str, offset: int, number: int, *, id: int, of: str, key: str | None = None, **body: object) -> Event:
    return Event(Place(topic, 0, offset), key or of, str(UUID(int=id)), "a fact", of, number, body)


def sound() -> History:
    """Two referrals: one led by Boston with a copy, its item claimed; one waiting in triage."""
    boston, copy, desk = f"{ONE}.SAC-BOS", f"{ONE}.LEP", f"{TWO}.EUR"
    item = {"outbox": [], "state": "ready"}
    decided = {"supporting": [], "copies": ["LEP"], "desk": "EUR", "standing": "placed"}
    queue = [
        (boston, "SAC-BOS", ONE, 1, 21),
        (copy, "LEP", ONE, 1, 22),
        (desk, "EUR", TWO, 1, 23),
        (boston, "SAC-BOS", ONE, 2, 24),
    ]
    return History(
        posts=[
            {"what": "sent", "key": "a", "digest": "da"},
            {"what": "answered", "key": "a", "digest": "da", "status": 201, "referral_id": ONE},
            {"what": "sent", "key": "b", "digest": "db"},
            {"what": "sent", "key": "b", "digest": "db"},
            {"what": "answered", "key": "b", "digest": "db", "status": 201, "referral_id": TWO},
            {"what": "sent", "key": "c", "digest": "dc"},
            {"what": "answered", "key": "c", "digest": "dc", "status": 422, "referral_id": None},
        ],
        told=[
            {"what": "subscribed", "subscriber": "s", "office": "SAC-BOS", "at": "0"},
            {"what": "told", "subscriber": "s", "office": "SAC-BOS", "at": "1", "event_id": str(UUID(int=21))},
            {"what": "told", "subscriber": "s", "office": "SAC-BOS", "at": "1", "event_id": str(UUID(int=21))},
            {"what": "told", "subscriber": "s", "office": "SAC-BOS", "at": "4", "event_id": str(UUID(int=24))},
        ],
        events=[
            event("referral.events", 0, 1, id=1, of=ONE),
            event("referral.events", 1, 1, id=2, of=TWO),
            event("routing.events", 0, 1, id=11, of=ONE, office="SAC-BOS", supporting=[], copies=["LEP"], desk="EUR"),
            event("routing.events", 1, 1, id=12, of=TWO, desk="EUR"),
            *(
                event(topic, at, number, id=id, of=of, key=key(office, of), item_id=item_id, office=office)
                for topic, key in (("queue.events", lambda _, of: of), ("office.feed", lambda office, _: office))
                for at, (item_id, office, of, number, id) in enumerate(queue)
            ),
        ],
        referrals={
            ONE: {"version": 5, "idempotency": {"key": "a", "digest": "da"}, "timeline": noted(11, 21, 22, 24)},
            TWO: {"version": 3, "idempotency": {"key": "b", "digest": "db"}, "timeline": noted(12, 23)},
        },
        decisions={
            ONE: {"version": 1, "outcome": "routed", "office": "SAC-BOS", **decided},
            TWO: {"version": 1, "outcome": "triage", "office": None, **decided},
        },
        items={
            boston: {**item, "referral_id": ONE, "role": "lead", "office": "SAC-BOS", "version": 2},
            copy: {**item, "referral_id": ONE, "role": "copy", "office": "LEP", "version": 1},
            desk: {**item, "referral_id": TWO, "role": "triage", "office": "EUR", "version": 1},
        },
        lag=[GroupLag("routing", "referral.events", 0, 2, 2)],
    )


def moved() -> History:
    """The second referral is assigned by its desk to New York with a copy, the first sent back by its desk."""
    history = sound()
    told = [
        (f"{TWO}.EUR", "EUR", TWO, 2, 31),
        (f"{TWO}.SAC-NYC", "SAC-NYC", TWO, 1, 32),
        (f"{ONE}.SAC-BOS", "SAC-BOS", ONE, 3, 33),
        (f"{ONE}.LEP", "LEP", ONE, 2, 34),
    ]
    placed = {"office": "SAC-NYC", "supporting": [], "copies": ["LEP"], "desk": "EUR"}
    history.events += [
        event("routing.events", 2, 2, id=13, of=TWO, **placed),
        event("routing.events", 3, 2, id=14, of=ONE, desk="EUR", sent_back_by="desk-1"),
        *(
            event(topic, at, number, id=id, of=of, key=key(office, of), item_id=item_id, office=office)
            for topic, key in (("queue.events", lambda _, of: of), ("office.feed", lambda office, _: office))
            for at, (item_id, office, of, number, id) in enumerate([*told, (f"{TWO}.LEP", "LEP", TWO, 1, 35)], 4)
        ),
    ]
    history.told.append(
        {"what": "told", "subscriber": "s", "office": "SAC-BOS", "at": "7", "event_id": str(UUID(int=33))}
    )
    history.decisions[TWO] |= {"version": 2, "holder": "SAC-NYC"}
    history.decisions[ONE] |= {"version": 2, "standing": "sent_back", "holder": None}
    for item_id, version in ((f"{TWO}.EUR", 2), (f"{ONE}.SAC-BOS", 3), (f"{ONE}.LEP", 2)):
        because = "placed_elsewhere" if item_id.startswith(TWO) else "sent_back"
        history.items[item_id] |= {"state": "closed", "closed_because": because, "version": version}
    item = {"outbox": [], "state": "ready", "referral_id": TWO, "version": 1}
    history.items[f"{TWO}.SAC-NYC"] = {**item, "role": "lead", "office": "SAC-NYC"}
    history.items[f"{TWO}.LEP"] = {**item, "role": "copy", "office": "LEP"}
    history.referrals[ONE]["timeline"] += noted(14, 33, 34)[1:]
    history.referrals[TWO]["timeline"] += noted(13, 31, 32, 35)[1:]
    return history


def noted(*ids: int) -> list[dict[str, str]]:
    return [{"type": "received"}, *({"type": "a fact", "event_id": str(UUID(int=id))} for id in ids)]


def at(history: History, topic: str, offset: int) -> int:
    """Find a record's place in the list of events."""
    return next(n for n, e in enumerate(history.events) if (e.place.topic, e.place.offset) == (topic, offset))


def renumber(history: History, topic: str, offset: int, number: int) -> None:
    found = at(history, topic, offset)
    history.events[found] = replace(history.events[found], sequence=number)


def again(history: History, topic: str, offset: int, **changes: object) -> None:
    """Let a record come once more at the end of its log."""
    record = history.events[at(history, topic, offset)]
    end = 1 + max(e.place.offset for e in history.events if e.place.topic == topic)
    history.events.append(replace(record, **{"place": replace(record.place, offset=end), **changes}))


def lose_record(history: History, topic: str, offset: int) -> None:
    del history.events[at(history, topic, offset)]


def test_a_sound_history_breaks_no_promise():
    assert check(sound()) == []


def test_a_sound_history_of_referrals_that_moved_breaks_no_promise():
    assert check(moved()) == []


def test_a_queue_that_a_referral_left_before_word_of_it_came_breaks_no_promise():
    history = moved()

    history.items[f"{ONE}.SAC-BOS"] |= {"version": 0}
    history.events = [each for each in history.events if each.aggregate != f"{ONE}.SAC-BOS"]
    history.referrals[ONE]["timeline"] = noted(11, 22, 14, 34)
    history.told = []

    assert check(history) == []


def test_what_was_sent_twice_with_the_same_id_breaks_no_promise():
    history = sound()

    again(history, "referral.events", 0)
    again(history, "queue.events", 0)

    assert check(history) == []
    assert "2 sent again" in summary(history)


def test_a_post_that_was_never_answered_may_be_stored_or_not():
    history = sound()

    history.posts.append({"what": "sent", "key": "d", "digest": "dd"})
    history.posts = [line for line in history.posts if line.get("referral_id") != TWO]

    assert check(history) == []


def lose_a_referral(history: History) -> None:
    del history.referrals[ONE]


def store_another_body(history: History) -> None:
    history.referrals[ONE]["idempotency"]["digest"] = "another"


def store_a_key_twice(history: History) -> None:
    history.referrals["three"] = deepcopy(history.referrals[ONE])


def acknowledge_a_key_twice(history: History) -> None:
    history.posts.append({**history.posts[1], "referral_id": "three"})


def lose_an_item(history: History) -> None:
    del history.items[f"{TWO}.EUR"]


def queue_a_second_lead(history: History) -> None:
    history.items[f"{ONE}.SAC-NYC"] = {**history.items[f"{ONE}.SAC-BOS"], "office": "SAC-NYC"}


def skip_a_number(history: History) -> None:
    renumber(history, "queue.events", 3, 3)


def begin_with_two(history: History) -> None:
    renumber(history, "routing.events", 0, 2)


def go_back(history: History) -> None:
    renumber(history, "queue.events", 0, 2)
    renumber(history, "queue.events", 3, 1)


def send_another_with_the_same_number(history: History) -> None:
    again(history, "referral.events", 0, id=str(UUID(int=99)))


def change_the_number_of_a_duplicate(history: History) -> None:
    again(history, "referral.events", 0, sequence=2)


def spread_over_partitions(history: History) -> None:
    again(history, "referral.events", 0, place=Place("referral.events", 7, 0))


def tell_a_subscriber_less(history: History) -> None:
    history.told = [line for line in history.told if line["at"] != "4"]


def tell_a_subscriber_of_another(history: History) -> None:
    history.told[2] = {**history.told[2], "event_id": str(UUID(int=77))}


def tell_a_subscriber_that_it_missed(history: History) -> None:
    history.told.append({"what": "missed", "subscriber": "s", "office": "SAC-BOS", "at": "9"})


def leave_an_outbox_full(history: History) -> None:
    history.items[f"{ONE}.LEP"]["outbox"] = [{"event_id": "x"}]


def leave_an_outbox_waiting(history: History) -> None:
    history.referrals[ONE]["outbox_since"] = "now"


def lose_a_received(history: History) -> None:
    lose_record(history, "referral.events", 1)


def lose_a_claimed_in_the_feed(history: History) -> None:
    lose_record(history, "office.feed", 3)


def tell_of_no_record(history: History) -> None:
    history.events.append(event("referral.events", 2, 1, id=98, of="three"))


def tell_of_more_than_is_stored(history: History) -> None:
    history.items[f"{ONE}.SAC-BOS"]["version"] = 1


def tell_of_another_office(history: History) -> None:
    history.decisions[ONE]["office"] = "SAC-CHI"


def lose_a_decision(history: History) -> None:
    del history.decisions[TWO]


def lose_a_copy(history: History) -> None:
    del history.items[f"{ONE}.LEP"]


def queue_what_nobody_decided(history: History) -> None:
    history.decisions[ONE]["copies"] = []


def change_a_role(history: History) -> None:
    history.items[f"{ONE}.LEP"]["role"] = "supporting"


def forget_a_timeline_entry(history: History) -> None:
    history.referrals[ONE]["timeline"].pop()


def note_twice(history: History) -> None:
    history.referrals[ONE]["timeline"].append(history.referrals[ONE]["timeline"][1])


def note_what_nobody_told(history: History) -> None:
    history.referrals[TWO]["timeline"] += noted(97)[1:]


def set_the_readable_aside(history: History) -> None:
    origin = Place("referral.events", 0, 1)
    history.dead_letters.append(DeadLetter(Place("routing.dlq", 0, 0), "routing", origin, "handler_failed"))


def drop_poison(history: History) -> None:
    poison = Place("routing.events", 3, 0)
    history.unreadable.append(poison)
    history.dead_letters.append(DeadLetter(Place("notify.dlq", 0, 0), "notify", poison, "envelope_unreadable"))


def fall_behind(history: History) -> None:
    history.lag.append(GroupLag("notify", "routing.events", 4, 7, 9))


@pytest.mark.parametrize(
    ("break_it", "promise", "about", "words"),
    [
        (lose_a_referral, "I1", f"referral {ONE}", "not stored"),
        (store_another_body, "I1", f"referral {ONE}", "another key or body"),
        (store_a_key_twice, "I2", "key a", "2 referrals: 01a0-one, three"),
        (acknowledge_a_key_twice, "I2", "key a", "2 referrals"),
        (lose_an_item, "I3", f"referral {TWO}", "is in no queue"),
        (queue_a_second_lead, "I3", f"referral {ONE}", f"2 queues to lead it or to triage it: {ONE}.SAC-BOS"),
        (skip_a_number, "I4", f"{ONE}.SAC-BOS in queue.events", "jumps to number 3"),
        (begin_with_two, "I4", f"{ONE} in routing.events", "jumps to number 2"),
        (go_back, "I4", f"{ONE}.SAC-BOS in queue.events", "goes back to number 1"),
        (send_another_with_the_same_number, "I4", f"{ONE} in referral.events", "goes back to number 1"),
        (change_the_number_of_a_duplicate, "I4", f"event {UUID(int=1)}", "came again as number 2"),
        (spread_over_partitions, "I4", f"{ONE} in referral.events", "partitions [0, 7]"),
        (tell_a_subscriber_less, "I5", "subscriber s of SAC-BOS", f"never told of event {UUID(int=24)}"),
        (tell_a_subscriber_of_another, "I5", "subscriber s of SAC-BOS", "was told of place 1 twice"),
        (tell_a_subscriber_that_it_missed, "I5", "subscriber s of SAC-BOS", "no longer kept"),
        (leave_an_outbox_full, "I6", f"item {ONE}.LEP", "1 events that were never sent"),
        (leave_an_outbox_waiting, "I6", f"referral {ONE}", "never sent"),
        (lose_a_received, "I6", f"referral {TWO}", "referral.events lacks its event number 1"),
        (lose_a_claimed_in_the_feed, "I6", f"item {ONE}.SAC-BOS", "office.feed lacks its event number 2"),
        (tell_of_no_record, "I6", f"event {UUID(int=98)}", "tells of referral three, which is not stored"),
        (
            tell_of_more_than_is_stored,
            "I6",
            f"event {UUID(int=24)}",
            "is number 2, and the item is stored in version 1",
        ),
        (tell_of_another_office, "I6", f"event {UUID(int=11)}", "names office SAC-BOS, the stored decision SAC-CHI"),
        (lose_a_decision, "I6", f"referral {TWO}", "nothing was decided on it"),
        (lose_a_copy, "I6", f"item {ONE}.LEP", "was decided on (copy), and is in no queue"),
        (queue_what_nobody_decided, "I6", f"item {ONE}.LEP", "no decision put it there"),
        (change_a_role, "I6", f"item {ONE}.LEP", "was decided on as copy, and is stored as supporting"),
        (forget_a_timeline_entry, "I6", f"referral {ONE}", f"has no event {UUID(int=24)} in its timeline"),
        (note_twice, "I6", f"referral {ONE}", f"has event {UUID(int=11)} 2 times in its timeline"),
        (note_what_nobody_told, "I6", f"referral {TWO}", "no topic has it"),
        (set_the_readable_aside, "I6", "record referral.events[0]@1", "was set aside by routing"),
        (drop_poison, "I6", "record routing.events[3]@0", "referrals did not set it aside"),
        (fall_behind, "I8", "group notify", "stands at 7 of 9 in routing.events[4]"),
    ],
)
def test_what_is_broken_is_found_and_named(
    break_it: Callable[[History], None], promise: str, about: str, words: str
) -> None:
    history = sound()

    break_it(history)

    found = [violation for violation in check(history) if (violation.promise, violation.about) == (promise, about)]
    assert any(words in violation.words for violation in found), check(history)


def leave_it_with_its_desk(history: History) -> None:
    history.items[f"{TWO}.EUR"]["state"] = "ready"


def lose_who_leads_now(history: History) -> None:
    history.items[f"{TWO}.SAC-NYC"] |= {"state": "closed", "closed_because": "placed_elsewhere"}


def keep_what_was_sent_back(history: History) -> None:
    history.items[f"{ONE}.SAC-BOS"]["state"] = "claimed"


def leave_a_copy_behind(history: History) -> None:
    history.items[f"{ONE}.LEP"]["state"] = "ready"


def close_what_nobody_decided(history: History) -> None:
    history.items[f"{ONE}.SAC-CHI"] = {**history.items[f"{ONE}.SAC-BOS"], "office": "SAC-CHI", "version": 0}


def hold_it_elsewhere(history: History) -> None:
    history.decisions[TWO]["holder"] = "SAC-CHI"


def lose_a_placement(history: History) -> None:
    history.decisions[TWO]["version"] = 3


def forget_that_it_was_placed(history: History) -> None:
    history.decisions[TWO]["version"] = 1


@pytest.mark.parametrize(
    ("break_it", "promise", "about", "words"),
    [
        (leave_it_with_its_desk, "I3", f"referral {TWO}", f"2 queues to lead it or to triage it: {TWO}.EUR"),
        (leave_it_with_its_desk, "I6", f"item {TWO}.EUR", "still in a queue that the referral has left"),
        (lose_who_leads_now, "I3", f"referral {TWO}", "is in no queue"),
        (lose_who_leads_now, "I6", f"item {TWO}.SAC-NYC", "was decided on (lead), and is in no queue"),
        (keep_what_was_sent_back, "I3", f"referral {ONE}", "was sent back, and is in a queue"),
        (leave_a_copy_behind, "I6", f"item {ONE}.LEP", "still in a queue that the referral has left"),
        (close_what_nobody_decided, "I6", f"item {ONE}.SAC-CHI", "no decision put it there"),
        (hold_it_elsewhere, "I6", f"event {UUID(int=13)}", "names office SAC-NYC, the stored decision SAC-CHI"),
        (lose_a_placement, "I6", f"decision {TWO}", "routing.events lacks its event number 3"),
        (forget_that_it_was_placed, "I6", f"event {UUID(int=13)}", "the decision is stored in version 1"),
    ],
)
def test_what_is_broken_about_referrals_that_moved_is_found_and_named(
    break_it: Callable[[History], None], promise: str, about: str, words: str
) -> None:
    history = moved()

    break_it(history)

    found = [violation for violation in check(history) if (violation.promise, violation.about) == (promise, about)]
    assert any(words in violation.words for violation in found), check(history)


def test_a_client_log_is_read_up_to_its_last_whole_line(tmp_path: Path):
    path = tmp_path / "client.log"
    with ClientLog(path) as log:
        log.write("sent", key="a")
        log.write("answered", key="a", status=201)
    with path.open("ab") as file:
        file.write(b'{"what": "sent", "ke')

    assert [line["what"] for line in read_log(path)] == ["sent", "answered"]


def test_a_referral_that_is_done_with_or_recalled_needs_no_place() -> None:
    history = sound()
    history.items[f"{ONE}.SAC-BOS"] |= {"state": "closed", "closed_because": "done"}
    history.decisions[TWO] |= {"standing": "recalled", "holder": None}
    history.items[f"{TWO}.EUR"]["state"] = "recalled"

    assert check(history) == []


def test_a_recalled_referral_that_is_still_worked_on_is_found() -> None:
    history = sound()
    history.decisions[TWO] |= {"standing": "recalled", "holder": None}

    assert [(found.promise, found.about) for found in check(history)] == [("I3", f"referral {TWO}")]
