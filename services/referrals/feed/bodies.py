"""Reads a body piece by piece, and stops at a limit of what it unpacks to: a small body can be a large one packed."""

import zlib
from collections.abc import AsyncIterable, Iterator

_EITHER_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_AT_ONCE = 64 * 1024


class BodyTooLarge(Exception):
    """A body went on beyond its limit."""


class BodyUnreadable(Exception):
    """A body is packed in a way that we did not ask for, or is not packed soundly."""


async def read_limited(pieces: AsyncIterable[bytes], encoding: str, most: int) -> bytes:
    """Read a body of at most so many bytes, unpacked."""
    unpack = _unpacking(encoding.strip().lower())
    body = bytearray()
    async for piece in pieces:
        for part in unpack.parts(piece):
            body += part
            if len(body) > most:
                raise BodyTooLarge
    unpack.ends()
    return bytes(body)


class _Plain:
    """Nothing to unpack."""

    def parts(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def ends(self) -> None:
        pass


class _Packed:
    """Unpacks a little at a time, so that whoever counts can stop."""

    def __init__(self) -> None:
        self._unpack = zlib.decompressobj(_EITHER_GZIP_OR_ZLIB)

    def parts(self, piece: bytes) -> Iterator[bytes]:
        try:
            while piece and not self._unpack.eof:
                yield self._unpack.decompress(piece, _AT_ONCE)
                piece = self._unpack.unconsumed_tail
        except zlib.error as exc:
            raise BodyUnreadable from exc

    def ends(self) -> None:
        if not self._unpack.eof:
            raise BodyUnreadable


def _unpacking(encoding: str) -> _Plain | _Packed:
    if encoding in ("", "identity"):
        return _Plain()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _Packed()
    raise BodyUnreadable
