"""Which receipts a referral is given, which one stands, and how they hang together."""

import hashlib

import pytest

from services.referrals.evidence.page import Standing, next_look
from services.referrals.evidence.receipts import receipt_digest, standing
from services.referrals.evidence.stages import RANKS, Stage
from tests.support.evidence import (
    BODY,
    RECEIVED,
    WAITS,
    at,
    chain,
    claimed,
    noted,
    page,
    queued,
    reading,
    receipts,
    record,
    routed,
    stages,
)

ANSWERED = {"office": "SAC-BOS", "role": "lead", "answer_id": "a", "answer_kind": "final"}
CLOSED = {"office": "SAC-BOS", "role": "lead", "moved_to": None, "code": None}


def missed(step: str, minutes: float = 4) -> dict[str, object]:
    return noted("deadline-missed", minutes, 4, office="SAC-BOS", step=step, urgency="U2", due_at=at(minutes))


def test_the_ranks_are_those_of_the_pairs():
    assert [(stage.value, stage.rank) for stage in Stage][:9] == [
        ("SUBMISSION_ACCEPTANCE", 1),
        ("SUBMISSION_REJECTION", 2),
        ("RELAY_ACCEPTANCE", 3),
        ("RELAY_FAILURE", 4),
        ("RELAY_REJECTION", 5),
        ("DELIVERY", 6),
        ("NON_DELIVERY", 7),
        ("RETRIEVAL", 8),
        ("NON_RETRIEVAL", 9),
    ]
    assert sorted(RANKS, key=Stage.rank.fget)[9:] == [Stage.ANSWERED, Stage.CLOSED, Stage.RECALLED, Stage.ERASED]


@pytest.mark.parametrize(
    ("timeline", "proved"),
    [
        ([], ["SUBMISSION_ACCEPTANCE"]),
        ([routed()], ["SUBMISSION_ACCEPTANCE", "RELAY_ACCEPTANCE"]),
        ([noted("sent-to-triage", 1, desk="EUR")], ["SUBMISSION_ACCEPTANCE", "RELAY_ACCEPTANCE"]),
        ([noted("sent-back", 1, desk="EUR", ground="no_us_nexus")], ["SUBMISSION_ACCEPTANCE", "RELAY_REJECTION"]),
        ([queued(role="triage", office="EUR")], ["SUBMISSION_ACCEPTANCE"]),
        ([queued(role="copy")], ["SUBMISSION_ACCEPTANCE"]),
        ([claimed(role="supporting")], ["SUBMISSION_ACCEPTANCE"]),
        ([queued(), claimed()], ["SUBMISSION_ACCEPTANCE", "DELIVERY", "RETRIEVAL"]),
        ([queued(), claimed(), claimed(3.5)], ["SUBMISSION_ACCEPTANCE", "DELIVERY", "RETRIEVAL"]),
        ([queued(), queued(4, "SAC-NYC")], ["SUBMISSION_ACCEPTANCE", "DELIVERY", "DELIVERY"]),
        ([missed("acknowledge")], ["SUBMISSION_ACCEPTANCE", "NON_RETRIEVAL"]),
        ([missed("acknowledge"), missed("acknowledge", 4.5)], ["SUBMISSION_ACCEPTANCE", "NON_RETRIEVAL"]),
        ([missed("assign")], ["SUBMISSION_ACCEPTANCE", "NON_DELIVERY"]),
        ([missed("answer")], ["SUBMISSION_ACCEPTANCE"]),
        ([claimed(), missed("acknowledge")], ["SUBMISSION_ACCEPTANCE", "RETRIEVAL"]),
        ([missed("acknowledge"), claimed(4.5)], ["SUBMISSION_ACCEPTANCE", "NON_RETRIEVAL", "RETRIEVAL"]),
        ([queued(), missed("assign")], ["SUBMISSION_ACCEPTANCE", "DELIVERY"]),
        (
            [noted("answered", 4, **ANSWERED), noted("answered", 4.5, **ANSWERED)],
            ["SUBMISSION_ACCEPTANCE", *["ANSWERED"] * 2],
        ),
        ([noted("answered", 4, **ANSWERED, released=False)], ["SUBMISSION_ACCEPTANCE"]),
        ([noted("closed", 4, **CLOSED, closed_because="done")], ["SUBMISSION_ACCEPTANCE", "CLOSED"]),
        ([noted("closed", 4, **CLOSED, closed_because="placed_elsewhere")], ["SUBMISSION_ACCEPTANCE"]),
        (
            [noted("recalled", 4, ground="data_wrong"), noted("erased", 5)],
            ["SUBMISSION_ACCEPTANCE", "RECALLED", "ERASED"],
        ),
        ([noted("changed", 4)], ["SUBMISSION_ACCEPTANCE"]),
    ],
)
def test_what_the_timeline_tells_is_proved(timeline, proved):
    assert stages(chain(*timeline)) == proved


def test_the_one_of_the_highest_rank_stands_whatever_came_later():
    late = receipts(chain(missed("acknowledge"), claimed(4.5)))
    answered = receipts(chain(missed("acknowledge"), claimed(4.5), noted("answered", 4.7, **ANSWERED)))

    assert standing(late)["stage"] == "NON_RETRIEVAL"
    assert standing(answered)["stage"] == "ANSWERED"
    assert standing([]) is None


def test_of_two_of_one_rank_the_newer_stands():
    moved = receipts(chain(queued(), queued(4, "SAC-NYC")))

    assert standing(moved)["actor"] == "SAC-NYC"


def test_each_receipt_names_the_one_before_it_its_content_and_what_it_proves():
    entries = chain(routed(), queued())

    first, second, third = receipts(entries)

    signed = [entry["body"]["receipt"] for entry in entries if entry["kind"] == "receipt"]
    assert [first["previous"], second["previous"], third["previous"]] == [None, *map(receipt_digest, signed[:2])]
    assert {claims["content"] for claims in (first, second, third)} == {f"sha-256:{hashlib.sha256(BODY).hexdigest()}"}
    assert [claims["number"] for claims in (first, second, third)] == [1, 2, 3]
    assert [entries[claims["proves"] - 1]["body"]["type"] for claims in (first, second, third)] == [
        "received",
        "routed",
        "queued",
    ]


def test_the_first_receipt_of_the_chain_is_the_one_that_the_post_was_answered_with():
    stored = record(routed())

    entries = page(stored, at(5)).entries

    assert entries[1]["body"]["receipt"] == stored["receipt"]


def test_a_referral_stored_before_there_were_receipts_is_given_its_first_one_late():
    stored = {name: value for name, value in record(routed()).items() if name != "receipt"}

    assert stages(page(stored, at(5)).entries) == ["SUBMISSION_ACCEPTANCE", "RELAY_ACCEPTANCE"]


# ---- silence ----


def test_silence_of_the_routing_is_put_on_record():
    entries = page(record(), at(15)).entries

    assert stages(entries) == ["SUBMISSION_ACCEPTANCE", "RELAY_FAILURE"]
    assert (receipts(entries)[1]["code"], receipts(entries)[1]["proves"]) == ("E301", None)


def test_silence_of_a_queue_is_put_on_record_from_when_the_office_was_chosen():
    stored = record(routed(10))

    assert stages(page(stored, at(24.9)).entries)[-1] == "RELAY_ACCEPTANCE"
    assert stages(page(stored, at(25)).entries)[-1] == "NON_DELIVERY"
    assert receipts(page(stored, at(25)).entries)[-1]["code"] == "E300"


def test_what_comes_after_the_silence_is_proved_as_well():
    stored = record()
    silent = page(stored, at(15))
    stored["custody"] = silent.standing.kept()
    stored["timeline"] += [routed(16), queued(17)]

    assert stages(page(stored, at(18)).entries) == ["RELAY_ACCEPTANCE", "DELIVERY"]


def test_silence_is_put_on_record_once():
    stored = record()
    stored["custody"] = page(stored, at(15)).standing.kept()
    stored["timeline"].append(noted("changed", 16))

    assert stages(page(stored, at(60)).entries) == []


@pytest.mark.parametrize(
    "last",
    [
        noted("sent-back", 2, 2, desk="EUR", ground="no_us_nexus"),
        noted("rerouted", 2, 2, office=None, desk="EUR", supporting=[], copies=[]),
        noted("recalled", 2, 2, ground="data_wrong"),
        queued(),
    ],
    ids=["sent back", "with a desk", "recalled", "delivered"],
)
def test_where_no_queue_is_awaited_its_silence_says_nothing(last):
    entries = page(record(routed(), last), at(60)).entries

    assert "NON_DELIVERY" not in stages(entries)


def test_the_decision_of_the_highest_number_is_the_one_whose_queue_is_awaited():
    late = page(record(routed(1, "SAC-NYC", sequence=2), routed(0.5, "SAC-BOS", sequence=1)), at(60))

    assert receipts(late.entries)[-1]["actor"] == "SAC-NYC"


def test_the_next_look_is_when_silence_would_have_to_be_proved():
    new, after = record(), record(routed(3))
    done = page(record(routed(3), queued(4)), at(5))

    assert next_look(new, Standing.of(new).issued, WAITS, RECEIVED) == at(15)
    assert new["notary_at"] == at(15)
    assert next_look(after, page(after, at(5)).standing.issued, WAITS, at(5)) == at(18)
    assert next_look(done.record, done.standing.issued, WAITS, at(5)) is None


# ---- pages ----


def test_pages_written_one_after_another_are_one_chain():
    stored = record(routed())
    first = page(stored, at(2))
    stored["custody"] = first.standing.kept()
    stored["timeline"] += [queued(), claimed()]

    second = page(stored, at(4), [reading()])

    numbers = [entry["number"] for entry in [*first.entries, *second.entries]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert stages([*first.entries, *second.entries]) == [
        "SUBMISSION_ACCEPTANCE",
        "RELAY_ACCEPTANCE",
        "DELIVERY",
        "RETRIEVAL",
    ]
    assert (second.standing.page, second.standing.timeline) == (2, 4)


def test_a_page_that_does_not_end_with_a_receipt_ends_with_a_signed_mark():
    entries = page(record(routed()), at(5), [reading()]).entries

    assert [entry["kind"] for entry in entries[-2:]] == ["reading", "mark"]


def test_the_same_content_is_sealed_differently_each_time():
    [one], [other] = ([entry for entry in chain(claimed()) if "sealed" in entry] for _ in range(2))

    assert one["opened"]["inside"] == other["opened"]["inside"]
    assert one["sealed"] != other["sealed"]
