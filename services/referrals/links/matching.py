"""How much two referrals have in common, and what of it tells that they are of one matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.referrals.links.keys import MatchKey
from services.referrals.links.reasons import SUGGESTED_FROM, Ground, Reason, heaviest, score

STATED = b"stated"
"""The fact that a requester itself has named the other referral."""

LOOKED_UP_FROM = 50
"""Grounds that all weigh less never reach the floor together, so nothing is looked for by them."""


@dataclass(frozen=True, slots=True)
class Match:
    """What two referrals share: the grounds to show, and the facts behind them, which nobody can read."""

    grounds: tuple[Ground, ...]
    facts: frozenset[bytes]

    @property
    def score(self) -> int:
        """How sure this makes that they are of one matter, in percent."""
        return score(self.grounds)

    @property
    def is_enough(self) -> bool:
        """Whether a person is to look at it."""
        return self.score >= SUGGESTED_FROM


NOTHING = Match((), frozenset())


def match(ours: Mapping[bytes, MatchKey], theirs: Iterable[MatchKey], *, stated: bool = False) -> Match:
    """Compare the keys of two referrals; dates of birth count at the coarser of their precisions."""
    shared = {key.key: key.ground for key in theirs if key.key in ours and (key.finest or ours[key.key].finest)}
    if stated:
        shared[STATED] = Ground(Reason.STATED)
    return Match(heaviest(shared.values()), frozenset(shared))


def worth_looking_up(keys: Iterable[MatchKey]) -> list[bytes]:
    """Give the keys by which candidates are found."""
    return [key.key for key in keys if key.ground.weight >= LOOKED_UP_FROM]
