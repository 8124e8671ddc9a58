"""The checker of chains on made-up ones: it is silent about a sound one, and names whatever is broken in it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.support.custody_checker import faults_of, read_keys
from tests.support.evidence import SIGNER, at, claimed, noted, page, queued, reading, record, routed

KEYS = read_keys(SIGNER.jwks)
HIDDEN = noted("snoozed", 4, office="SAC-BOS", hidden=True)
STORED = record(routed(), queued(), claimed(), HIDDEN)
ENTRIES = page(STORED, at(5), [reading()]).entries


def words(entries: list[dict[str, Any]], readings: tuple[str, ...] = ("reading-1",)) -> str:
    return " ".join(faults_of(STORED, entries, readings, KEYS))


def test_nothing_is_said_of_a_sound_chain():
    assert words(ENTRIES) == ""


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda chain: chain.pop(2), "broken at entry 3"),
        (lambda chain: chain.insert(3, chain[2]), "broken at entry 4"),
        (lambda chain: chain[2]["body"].update(office="SAC-NYC"), "broken at entry 3"),
        (lambda chain: chain[1]["body"].update(receipt=chain[3]["body"]["receipt"]), "does not begin with the receipt"),
        (
            lambda chain: chain[3]["body"].update(receipt=chain[3]["body"]["receipt"][:-8] + "AAAAAAAA"),
            "does not match",
        ),
        (lambda chain: chain.clear(), "does not begin with the receipt"),
    ],
)
def test_whatever_is_broken_is_named(spoil: Callable[[Any], object], said: str):
    chain = deepcopy(ENTRIES)

    spoil(chain)

    assert said in words(chain)


def test_a_reading_that_is_in_no_chain_is_missed():
    assert "kind reading" in words(ENTRIES, ("reading-1", "reading-2"))


def test_a_signature_of_another_key_is_none():
    assert "does not match" in " ".join(faults_of(STORED, ENTRIES, ["reading-1"], {}))
