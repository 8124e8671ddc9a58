"""One flipped byte anywhere in a custody bundle is found and named; so is whatever is removed, doubled or moved."""

import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referrals.evidence.bundle import LINES_AROUND
from services.referrals.evidence.canonical import canonical
from services.referrals.evidence.chain import ChainEntry, link_digest
from services.referrals.evidence.signing import Signer
from services.referrals.evidence.verify import verify
from tests.support.evidence import (
    RECEIVED,
    SIGNER,
    bundle,
    chain,
    claimed,
    noted,
    page,
    queued,
    reading,
    record,
    routed,
)

HIDDEN = noted("snoozed", 3.5, 3, office="SAC-BOS", role="lead", hidden=True, inside={"item_id": "item-1"})
ENTRIES = chain(routed(), queued(), claimed(), HIDDEN, readings=[reading()])
WHOLE = bundle(ENTRIES)
WITH_OPENED = bundle(ENTRIES, opened=True)
KEYS = json.loads(canonical(SIGNER.jwks))

FORGER = Signer(b"\x01" * 32)


def named_at(content: bytes, position: int) -> set[str]:
    """What may be named when the byte at a position is another: the part whose line it is in.

    A line feed belongs to the lines on both sides of it.
    """
    line = content.count(b"\n", 0, position)
    places = {place_of(line, content.count(b"\n") + 1)}
    if content[position : position + 1] == b"\n":
        places.add(place_of(line + 1, content.count(b"\n") + 1))
    return places


def place_of(line: int, lines: int) -> str:
    around = {0: "The beginning", 1: "The record", 2: "The beginning", lines - 4: "The end", lines - 3: "The keys"}
    around |= {lines - 2: "The seal", lines - 1: "The end"}
    return around.get(line, f"Entry {line - 2}")


def flipped(content: bytes, position: int, mask: int) -> bytes:
    return content[:position] + bytes([content[position] ^ mask]) + content[position + 1 :]


@pytest.mark.parametrize("whole", [WHOLE, WITH_OPENED], ids=["liaison", "all"])
def test_a_bundle_as_it_was_written_is_valid(whole: bytes):
    verdict = verify(whole)

    assert (verdict.valid, verdict.entries, verdict.receipts) == (True, len(ENTRIES), 4)
    assert verify(whole, KEYS).valid


def test_the_bundle_is_one_json_document_with_an_entry_a_line():
    whole = json.loads(WITH_OPENED)

    assert [entry["number"] for entry in whole["entries"]] == list(range(1, len(ENTRIES) + 1))
    assert WITH_OPENED.count(b"\n") + 1 == len(ENTRIES) + LINES_AROUND


def positions_of_own_lines(whole: bytes, other: bytes) -> list[int]:
    """Give the places of all bytes in those lines that another bundle does not have in the same place."""
    lines = zip(whole.splitlines(keepends=True), other.splitlines(keepends=True), strict=True)
    positions, start = [], 0
    for line, others in lines:
        positions += range(start, start + len(line)) if line != others else ()
        start += len(line)
    return positions


@pytest.mark.parametrize(
    ("whole", "positions"),
    [(WITH_OPENED, range(len(WITH_OPENED))), (WHOLE, positions_of_own_lines(WHOLE, WITH_OPENED))],
    ids=["all", "liaison, where it is another"],
)
def test_one_flipped_bit_of_any_byte_is_found_and_named(whole: bytes, positions: Sequence[int]):
    missed = []

    for position in positions:
        verdict = verify(flipped(whole, position, 1 << position % 8))
        if verdict.valid or verdict.where not in named_at(whole, position):
            missed.append((position, verdict.where, verdict.sentence))

    assert missed == []


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, len(WITH_OPENED) - 1), mask=st.integers(1, 255))
def test_any_other_value_of_any_byte_is_found_and_named(position: int, mask: int):
    verdict = verify(flipped(WITH_OPENED, position, mask), KEYS)

    assert not verdict.valid
    assert verdict.where in named_at(WITH_OPENED, position)


def test_every_other_last_character_of_the_seal_is_found():
    end = WHOLE.rindex(b'"}')
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    others = [WHOLE[: end - 1] + bytes([letter]) + WHOLE[end:] for letter in alphabet]

    assert [verify(other).valid for other in others].count(True) == 1


@settings(max_examples=100, deadline=None)
@given(position=st.integers(0, len(WHOLE)), more=st.binary(min_size=1, max_size=3))
def test_bytes_put_in_anywhere_are_found(position: int, more: bytes):
    assert not verify(WHOLE[:position] + more + WHOLE[position:]).valid


@settings(max_examples=100, deadline=None)
@given(position=st.integers(0, len(WHOLE) - 1), length=st.integers(1, 400))
def test_bytes_taken_out_anywhere_are_found(position: int, length: int):
    assert not verify(WHOLE[:position] + WHOLE[position + length :]).valid


@pytest.mark.parametrize("at", range(len(ENTRIES)))
def test_an_entry_taken_out_is_missed_where_it_was(at: int):
    verdict = verify(resealed_by_nobody([*ENTRIES[:at], *ENTRIES[at + 1 :]]))

    assert (verdict.valid, verdict.entry) == (False, at + 1)


@pytest.mark.parametrize("at", range(len(ENTRIES)))
def test_an_entry_that_stands_twice_is_found(at: int):
    verdict = verify(resealed_by_nobody([*ENTRIES[: at + 1], *ENTRIES[at:]]))

    assert (verdict.valid, verdict.entry) == (False, at + 2)


@pytest.mark.parametrize("at", range(len(ENTRIES) - 1))
def test_two_entries_that_changed_places_are_found(at: int):
    verdict = verify(resealed_by_nobody([*ENTRIES[:at], ENTRIES[at + 1], ENTRIES[at], *ENTRIES[at + 2 :]]))

    assert (verdict.valid, verdict.entry) == (False, at + 1)


def test_a_chain_cut_short_and_sealed_anew_by_somebody_else_is_found_by_the_published_keys():
    verdict = verify(bundle(ENTRIES[:4], signer=FORGER), KEYS)

    assert (verdict.valid, verdict.where) == (False, "The seal")


def test_a_chain_that_was_changed_and_linked_anew_is_found_at_what_was_signed_over_it():
    verdict = verify(bundle(linked_anew(ENTRIES, 2, lambda entry: entry["body"].update(office="SAC-NYC"))))

    assert (verdict.valid, verdict.entry) == (False, 4)
    assert "`after`" in verdict.sentence


def test_a_receipt_of_another_referral_is_found():
    other = page(record(referral_id="019ab0c4-0000-7000-8000-000000000002"), RECEIVED).entries[1]

    verdict = verify(bundle(linked_anew(ENTRIES, 1, lambda entry: entry["body"].update(other["body"]))))

    assert (verdict.valid, verdict.entry) == (False, 2)


def test_a_mark_is_no_receipt_though_the_same_key_signed_it():
    mark = chain(noted("changed", 1))[-1]["body"]["mark"]

    verdict = verify(bundle(linked_anew(ENTRIES, 1, lambda entry: entry["body"].update(receipt=mark))))

    assert (verdict.valid, verdict.entry) == (False, 2)
    assert "another kind" in verdict.sentence


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\n" * 20, WHOLE.replace(b"\n", b""), WHOLE + b"\n", WHOLE[:-1], b"[" * 100_000],
    ids=["empty", "no bundle", "lines only", "in one line", "a line more", "no end", "deep"],
)
def test_what_is_no_bundle_is_refused_in_a_sentence(content: bytes):
    verdict = verify(content)

    assert not verdict.valid
    assert verdict.sentence.endswith(".")


def test_what_only_our_side_may_see_is_not_in_the_file_of_the_liaison():
    assert b"B-2207" in WITH_OPENED
    assert b"B-2207" not in WHOLE
    assert b"snoozed" not in WHOLE
    assert b"item-1" not in WHOLE


def resealed_by_nobody(entries: list[ChainEntry]) -> bytes:
    """The bundle with other entries and the old seal."""
    old, new = bundle(ENTRIES), bundle(entries)
    return b"\n".join([*new.split(b"\n")[:-2], *old.split(b"\n")[-2:]])


def linked_anew(entries: list[ChainEntry], at: int, change: Callable[[ChainEntry], None]) -> list[ChainEntry]:
    """Change one entry, and make every digest after it fit."""
    anew: list[ChainEntry] = json.loads(canonical(entries))
    change(anew[at])
    for place in range(at, len(anew)):
        anew[place]["digest"] = link_digest(anew[place - 1]["digest"], anew[place])
    return anew
