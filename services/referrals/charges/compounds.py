"""German compounds, taken apart into words of the lexicon.

A general splitter parts a word into any words of German; here only parts that mean something to us help, and a
wrong part must not raise a category. So a compound is parted only if every part is a word of the lexicon.
"""

from collections.abc import Callable

_LINKS = ("", "s", "n", "en", "es", "er", "e", "ens")
_SHORTEST_PART = 3
_SHORTEST = 7
_LONGEST = 60


def part(word: str, is_known: Callable[[str], bool]) -> tuple[str, ...]:
    """Give the fewest known parts that make up a word; the word itself if there are none."""
    if not _SHORTEST <= len(word) <= _LONGEST:
        return (word,)
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(_SHORTEST_PART, len(word) + 1):
        for start, before in list(best.items()):
            if end - start < _SHORTEST_PART:
                continue
            piece = _known_piece(word[start:end], is_known, is_last=end == len(word))
            if piece is not None and (end not in best or len(before) + 1 < len(best[end])):
                best[end] = (*before, piece)
    return best.get(len(word), (word,))


def _known_piece(piece: str, is_known: Callable[[str], bool], *, is_last: bool) -> str | None:
    """Find the word of the lexicon that a part is, without the letters that link it to the next."""
    for link in _LINKS if not is_last else ("",):
        stem = piece.removesuffix(link) if link else piece
        if len(stem) >= _SHORTEST_PART and (not link or piece.endswith(link)) and is_known(stem):
            return stem
    return None
