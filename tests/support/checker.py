"""Holds what a run left behind to what was promised: design section 8, I1 to I6 and I8.

It reads client logs, topics and databases, and shares no code with the services. What it finds is a list of
violations in words, each with the ids to look for. `python -m tests.support.checker <var> <client log> ...`
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.history import READERS, Event, History, read_history

HOLDING_ROLES = ("lead", "triage")
"""The item in one of these roles is the referral's one place; supporting offices and copies come beside it."""
TOLD_BY_ITSELF = ("received", "supplemented", "question-answered", "recalled", "erased")
"""Entries of a timeline that the referrals service makes itself, under ids of its own."""
TOLD_AT_GATES = ("notice-", "us-warrant-")
"""How the names of those entries begin that say what was done at the gates of a notice."""
LEFT = ("closed", "recalled")
"""States of an item in which the referral is no longer worked on there."""
MOVED = ("placed_elsewhere", "sent_back")
"""Why an item is closed that a later decision took out of its queue; else its office was done with it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One promise broken, for one thing."""

    promise: str
    about: str
    words: str

    def __str__(self) -> str:
        return f"{self.promise} {self.about}: {self.words}"


Check = Callable[[History], Iterable[Violation]]


def check(history: History) -> list[Violation]:
    """Find every broken promise."""
    return [violation for find in CHECKS for violation in find(history)]


def acknowledged(history: History) -> Iterator[Mapping[str, Any]]:
    """Give the answers by which a client may believe that its referral is stored."""
    return (line for line in history.posts if line["what"] == "answered" and 200 <= line["status"] < 300)


def every_acknowledged_post_is_stored(history: History) -> Iterator[Violation]:
    """I1."""
    for answer in acknowledged(history):
        stored = history.referrals.get(answer["referral_id"])
        if stored is None:
            words = f"acknowledged with {answer['status']} under key {answer['key']}, and not stored"
            yield Violation("I1", f"referral {answer['referral_id']}", words)
        elif (stored["idempotency"]["key"], stored["idempotency"]["digest"]) != (answer["key"], answer["digest"]):
            words = f"acknowledged under key {answer['key']}, and stored with another key or body"
            yield Violation("I1", f"referral {answer['referral_id']}", words)


def one_referral_for_each_key(history: History) -> Iterator[Violation]:
    """I2."""
    of_key: dict[str, set[str]] = defaultdict(set)
    for answer in acknowledged(history):
        of_key[answer["key"]].add(answer["referral_id"])
    for referral_id, stored in history.referrals.items():
        of_key[stored["idempotency"]["key"]].add(referral_id)
    for key, referral_ids in of_key.items():
        if len(referral_ids) > 1:
            yield Violation("I2", f"key {key}", f"has {len(referral_ids)} referrals: {_listed(referral_ids)}")


def one_place_for_each_referral(history: History) -> Iterator[Violation]:
    """I3: no item holds a referral that was sent back, recalled or done with, and exactly one any other."""
    places: dict[str, list[str]] = {referral_id: [] for referral_id in history.referrals}
    done: set[str] = set()
    for item_id, item in history.items.items():
        if item["role"] in HOLDING_ROLES and item["state"] not in LEFT:
            places.setdefault(item["referral_id"], []).append(item_id)
        elif item["role"] == "lead" and item["state"] == "closed" and item["closed_because"] not in MOVED:
            done.add(item["referral_id"])
    for referral_id, items in places.items():
        standing = history.decisions.get(referral_id, {}).get("standing")
        over = standing in ("sent_back", "recalled")
        if over and items:
            words = f"was {standing.replace('_', ' ')}, and is in a queue to lead it or to triage it: {_listed(items)}"
            yield Violation("I3", f"referral {referral_id}", words)
        elif not over and not items and referral_id not in done:
            yield Violation("I3", f"referral {referral_id}", "is in no queue to lead it or to triage it")
        elif len(items) > 1:
            words = f"is in {len(items)} queues to lead it or to triage it: {_listed(items)}"
            yield Violation("I3", f"referral {referral_id}", words)


def events_are_in_order(history: History) -> Iterator[Violation]:
    """I4: the first time that each event of an aggregate is seen, its number is the next one."""
    seen: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    partitions: dict[tuple[str, str], set[int]] = defaultdict(set)
    for event in sorted(
        history.events, key=lambda event: (event.place.topic, event.place.partition, event.place.offset)
    ):
        stream = event.place.topic, event.aggregate
        partitions[stream].add(event.place.partition)
        numbers = seen[stream]
        if event.id in numbers:
            if numbers[event.id] != event.sequence:
                words = f"number {numbers[event.id]} came again as number {event.sequence} at {event.place}"
                yield Violation("I4", f"event {event.id}", words)
            continue
        expected = max(numbers.values(), default=0) + 1
        numbers[event.id] = event.sequence
        if event.sequence != expected:
            what = "goes back to" if event.sequence < expected else "jumps to"
            words = f"{what} number {event.sequence} (event {event.id} at {event.place}), where {expected} was due"
            yield Violation("I4", f"{event.aggregate} in {event.place.topic}", words)
    for (topic, aggregate), where in partitions.items():
        if len(where) > 1:
            yield Violation("I4", f"{aggregate} in {topic}", f"is spread over partitions {sorted(where)}")


def live_subscribers_are_told_everything(history: History) -> Iterator[Violation]:
    """I5."""
    feed: dict[str, dict[int, Event]] = defaultdict(dict)
    for event in history.events_of("office.feed"):
        feed[event.key][event.place.offset] = event
    since: dict[tuple[str, str], int] = {}
    told: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for line in history.told:
        who = line["subscriber"], line["office"]
        if line["what"] == "subscribed":
            since[who] = int(line["at"])
        elif line["what"] == "missed":
            yield Violation("I5", _name(who), f"was told at {line['at']} that facts are no longer kept")
        else:
            yield from _told(who, line, feed[line["office"]], told[who])
    for who, start in since.items():
        heard = set(told[who].values())
        for event in feed[who[1]].values():
            # A stream's place is one more than the offset of the last record before it.
            if event.place.offset >= start and event.id not in heard:
                words = (
                    f"was never told of event {event.id} ({event.aggregate} number {event.sequence}) at {event.place}"
                )
                yield Violation("I5", _name(who), words)


def _told(
    who: tuple[str, str], line: Mapping[str, Any], feed: Mapping[int, Event], told: dict[int, str]
) -> Iterator[Violation]:
    at = int(line["at"])
    if told.setdefault(at, line["event_id"]) != line["event_id"]:
        words = f"was told of place {at} twice, as event {told[at]} and as event {line['event_id']}"
        yield Violation("I5", _name(who), words)
    if line["event_id"] not in {event.id for event in (feed.get(at - 1),) if event is not None}:
        words = f"was told of event {line['event_id']} at {at}, where the feed has another or none"
        yield Violation("I5", _name(who), words)


def outboxes_are_empty(history: History) -> Iterator[Violation]:
    """I6."""
    for kind, documents in _documents(history):
        for document_id, document in documents.items():
            if document.get("outbox") or "outbox_since" in document:
                words = f"has {len(document.get('outbox') or ())} events that were never sent"
                yield Violation("I6", f"{kind} {document_id}", words)


def every_document_has_its_events(history: History) -> Iterator[Violation]:
    """I6: as many in each topic as the document has versions; a referral tells of itself once."""
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for event in history.events:
        numbers[event.place.topic, event.aggregate].add(event.sequence)
    for kind, topics, documents in (
        ("referral", ("referral.events",), history.referrals),
        ("decision", ("routing.events",), history.decisions),
        ("item", ("queue.events", "office.feed"), history.items),
        ("clock", ("queue.events", "office.feed"), {f"clock {id}": clock for id, clock in history.clocks.items()}),
    ):
        for document_id, document in documents.items():
            due = document["version"] if kind != "referral" else 1
            for topic in topics:
                if missing := set(range(1, due + 1)) - numbers[topic, document_id]:
                    words = f"is stored, and {topic} lacks its event number {_listed(sorted(missing))}"
                    yield Violation("I6", f"{kind} {document_id}", words)


def every_event_has_its_document(history: History) -> Iterator[Violation]:
    """I6."""
    kinds: Mapping[str, tuple[str, Mapping[str, Any]]] = {
        "referral.events": ("referral", history.referrals),
        "routing.events": ("decision", history.decisions),
        "queue.events": ("item", history.items),
        "office.feed": ("item", history.items),
    }
    for event in history.events:
        kind, documents = kinds[event.place.topic]
        if event.is_of_clock:
            kind, documents = "clock", {f"clock {id}": clock for id, clock in history.clocks.items()}
        document = documents.get(event.aggregate)
        if document is None:
            words = f"at {event.place} tells of {kind} {event.aggregate}, which is not stored"
            yield Violation("I6", f"event {event.id}", words)
        elif kind != "referral":
            yield from _differs(event, kind, document)


def _differs(event: Event, kind: str, document: Mapping[str, Any]) -> Iterator[Violation]:
    if event.sequence > document["version"]:
        words = (
            f"at {event.place} is number {event.sequence}, and the {kind} is stored in version {document['version']}"
        )
        yield Violation("I6", f"event {event.id}", words)
    if kind == "clock":
        return  # who held the referral when a deadline passed is only in the event
    if kind == "item" or event.sequence == 1:
        told, stored = event.body.get("office", document["office"]), document["office"]
    elif event.sequence == document["version"] and "sent_back_by" not in event.body:
        told, stored = event.body.get("office") or event.body["desk"], document["holder"]
    else:
        return  # who held it in between is only in the events
    if told != stored:
        yield Violation("I6", f"event {event.id}", f"at {event.place} names office {told}, the stored {kind} {stored}")


def everything_stored_went_on(history: History) -> Iterator[Violation]:
    """I6: a referral has its decision, a decision its items, and nothing is there without what it came from."""
    for referral_id in history.referrals.keys() - history.decisions.keys():
        yield Violation("I6", f"referral {referral_id}", "is stored, and nothing was decided on it")
    for referral_id in history.decisions.keys() - history.referrals.keys():
        yield Violation("I6", f"decision {referral_id}", "is on a referral that is not stored")
    placements = _placements(history)
    due = {
        (referral_id, queue): role for referral_id, places in placements.items() for queue, role in places[-1].items()
    }
    for item_id, item in history.items.items():
        place = item["referral_id"], item["office"]
        named = any(place[1] in roles for roles in placements.get(place[0], ()))
        if not named:
            yield Violation("I6", f"item {item_id}", "is in a queue, and no decision put it there")
        elif item["state"] in LEFT:
            if item.get("closed_because") not in MOVED:
                due.pop(place, None)
        else:
            role = due.pop(place, None)
            if role is None:
                yield Violation("I6", f"item {item_id}", "is still in a queue that the referral has left")
            elif item["role"] != role:
                yield Violation("I6", f"item {item_id}", f"was decided on as {role}, and is stored as {item['role']}")
    for (referral_id, queue), role in due.items():
        yield Violation("I6", f"item {referral_id}.{queue}", f"was decided on ({role}), and is in no queue")


def _placements(history: History) -> dict[str, list[dict[str, str]]]:
    """Give who was to have an item by each decision on a referral: as it was decided first, then as placed anew."""
    placements = {referral_id: [_roles(decision)] for referral_id, decision in history.decisions.items()}
    later = {(event.aggregate, event.sequence): event for event in history.events_of("routing.events")}
    for (referral_id, number), event in sorted(later.items(), key=lambda each: each[0]):
        if number > 1 and referral_id in placements:
            placements[referral_id].append(_roles(event.body))
    return placements


def _roles(decision: Mapping[str, Any]) -> dict[str, str]:
    """Say who must have an item, and in which role: the first role that names an office counts."""
    if "sent_back_by" in decision:
        return {}
    if decision.get("office") is None or decision.get("outcome") == "triage":
        return {decision["desk"]: "triage"}
    roles = dict.fromkeys(decision["copies"], "copy")
    return roles | dict.fromkeys(decision["supporting"], "supporting") | {decision["office"]: "lead"}


def _is_told_by_itself(type_: str) -> bool:
    return type_ in TOLD_BY_ITSELF or type_.startswith(TOLD_AT_GATES)


def timelines_are_whole(history: History) -> Iterator[Violation]:
    """I6: what routing and the queues tell of a referral is in its timeline, once."""
    due: dict[str, set[str]] = defaultdict(set)
    told: dict[str, set[str]] = defaultdict(set)
    for event in history.events:
        told[event.referral_id].add(event.id)
        if event.place.topic in ("routing.events", "queue.events"):
            due[event.referral_id].add(event.id)
    for referral_id, referral in history.referrals.items():
        entries = [entry for entry in referral["timeline"] if not _is_told_by_itself(entry.get("type", ""))]
        noted = Counter(entry["event_id"] for entry in entries if "event_id" in entry)
        for event_id in due[referral_id] - noted.keys():
            yield Violation("I6", f"referral {referral_id}", f"has no event {event_id} in its timeline")
        for event_id, times in noted.items():
            if times > 1:
                yield Violation("I6", f"referral {referral_id}", f"has event {event_id} {times} times in its timeline")
            if event_id not in told[referral_id]:
                words = f"has event {event_id} in its timeline, and no topic has it"
                yield Violation("I6", f"referral {referral_id}", words)


def only_the_unreadable_is_set_aside(history: History) -> Iterator[Violation]:
    """I6: what can be read has its effect; what cannot is kept for a person by each service that reads it."""
    unreadable = set(history.unreadable)
    kept = {(letter.service, letter.origin) for letter in history.dead_letters}
    for letter in history.dead_letters:
        if letter.origin not in unreadable:
            words = f"was set aside by {letter.service} ({letter.code}), and can be read"
            yield Violation("I6", f"record {letter.origin}", words)
    for place in history.unreadable:
        for service in READERS.get(place.topic, ()):
            if (service.split(".")[0], place) not in kept:
                words = f"cannot be read, and {service} did not set it aside"
                yield Violation("I6", f"record {place}", words)


def nothing_is_left_to_read(history: History) -> Iterator[Violation]:
    """I8."""
    for lag in history.lag:
        if lag.committed != lag.end:
            words = f"stands at {lag.committed} of {lag.end} in {lag.topic}[{lag.partition}]"
            yield Violation("I8", f"group {lag.group}", words)


CHECKS: tuple[Check, ...] = (
    every_acknowledged_post_is_stored,
    one_referral_for_each_key,
    one_place_for_each_referral,
    events_are_in_order,
    live_subscribers_are_told_everything,
    outboxes_are_empty,
    every_document_has_its_events,
    every_event_has_its_document,
    everything_stored_went_on,
    timelines_are_whole,
    only_the_unreadable_is_set_aside,
    nothing_is_left_to_read,
)


def summary(history: History) -> str:
    """Say in one line how much was looked at."""
    acked = {answer["referral_id"] for answer in acknowledged(history)}
    told = sum(line["what"] == "told" for line in history.told)
    again = len(history.events) - len({(event.place.topic, event.id) for event in history.events})
    return (
        f"{sum(line['what'] == 'sent' for line in history.posts)} POSTs sent, {len(acked)} referrals acknowledged,"
        f" {len(history.referrals)} stored, {len(history.decisions)} decisions, {len(history.items)} items,"
        f" {len(history.events)} records ({again} sent again), {told} facts told,"
        f" {len(history.dead_letters)} dead letters"
    )


def _documents(history: History) -> Iterator[tuple[str, Mapping[str, Mapping[str, Any]]]]:
    yield "referral", history.referrals
    yield "decision", history.decisions
    yield "item", history.items
    yield "clock", history.clocks


def _name(who: tuple[str, str]) -> str:
    return f"subscriber {who[0]} of {who[1]}"


def _listed(ids: Iterable[object]) -> str:
    return ", ".join(str(each) for each in sorted(ids, key=str))


def main() -> int:
    """Check a running stack by its folder, with the logs of the clients that used it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("var", type=Path, help="the stack's folder, with stack.json in it")
    parser.add_argument("log", type=Path, nargs="*", help="client logs")
    given = parser.parse_args()
    addresses = json.loads((given.var / "stack.json").read_text())["addresses"]
    history = read_history(addresses["kafka"], addresses["mongo"], given.log)
    print(summary(history))
    violations = check(history)
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
