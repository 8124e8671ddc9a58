"""A body is read up to a limit of what it unpacks to."""

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.referrals.feed.bodies import BodyTooLarge, BodyUnreadable, read_limited


async def pieces_of(body: bytes, size: int) -> AsyncIterator[bytes]:
    for first in range(0, len(body), size):
        yield body[first : first + size]


async def endless(piece: bytes, given: list[int]) -> AsyncIterator[bytes]:
    while True:
        given[0] += 1
        yield piece


@given(some.binary(max_size=3_000), some.integers(1, 700), some.sampled_from(["", "identity", "gzip", "deflate"]))
async def test_a_body_within_its_limit_is_read_whole(body: bytes, size: int, encoding: str):
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(body)

    assert await read_limited(pieces_of(packed, size), encoding, 3_000) == body


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_an_endless_body_is_left_at_its_limit(encoding: str):
    given = [0]
    piece = b"x" * 1_000 if not encoding else gzip.compress(b"\0" * 1_000_000)

    with pytest.raises(BodyTooLarge):
        await read_limited(endless(piece, given), encoding, 50_000)

    assert given[0] <= 51


async def test_a_little_that_unpacks_to_a_lot_is_left_at_the_limit():
    bomb = gzip.compress(b"\0" * 200_000_000)

    with pytest.raises(BodyTooLarge):
        await read_limited(pieces_of(bomb, len(bomb)), "gzip", 50_000)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"plain", "gzip"),
        (gzip.compress(b"x" * 5_000, mtime=0)[:-9], "gzip"),
        (b"", "gzip"),
        (b"whatever", "br"),
        (b"whatever", "gzip, gzip"),
    ],
)
async def test_what_is_packed_badly_or_otherwise_is_refused(body: bytes, encoding: str):
    with pytest.raises(BodyUnreadable):
        await read_limited(pieces_of(body, 100), encoding, 50_000)
