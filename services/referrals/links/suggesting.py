"""Compares some referrals with all others, and says which links to suggest, to bring back or to withdraw."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from runtime.mongo import Document
from runtime.store import Change, Work
from services.referrals.links.keys import MatchKey
from services.referrals.links.life import LinkAct, LinkState, is_suggested_again, new_link, resting_on, step
from services.referrals.links.matching import NOTHING, Match, match, worth_looking_up
from services.referrals.links.store import LINKS, LinkStore, changed

SUGGESTED_AT_MOST = 5
"""New links of one referral: a matter of hundreds holds together by chains, and nobody reads a list of hundreds."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """A referral as it is compared: its keys, and the referrals that its requester names."""

    referral_id: str
    keys: Mapping[bytes, MatchKey]
    named: frozenset[str]


async def suggest(compared: Iterable[Comparable], links: LinkStore, work: Work) -> None:
    """Compare referrals whose keys are stored; what is to change is put into the work."""
    ours = {one.referral_id: one for one in compared}
    looked_up = {key for one in ours.values() for key in worth_looking_up(one.keys.values())}
    candidates = await links.sharing(looked_up)
    stored = _by_referral(await links.of_referrals(ours))
    beside = {other for referral_id, one in ours.items() for other in one.named | stored[referral_id].keys()}
    candidates |= await links.keys_of(beside - candidates.keys())
    holders = _holders(candidates)
    for referral_id, one in ours.items():
        others = {other for key in one.keys for other in holders[key]} | (one.named & candidates.keys())
        found = {
            other: match(one.keys, candidates[other], stated=other in one.named) for other in others - {referral_id}
        }
        _follow(referral_id, found, stored[referral_id], work)


def _by_referral(links: Iterable[Document]) -> Mapping[str, dict[str, Document]]:
    """Give each referral's links by the other referral."""
    found: dict[str, dict[str, Document]] = defaultdict(dict)
    for link in links:
        one, other = link["referrals"]
        found[one][other] = found[other][one] = link
    return found


def _holders(candidates: Mapping[str, list[MatchKey]]) -> Mapping[bytes, list[str]]:
    found: dict[bytes, list[str]] = defaultdict(list)
    for other, keys in candidates.items():
        for key in keys:
            found[key.key].append(other)
    return found


def _follow(referral_id: str, found: Mapping[str, Match], links: Mapping[str, Document], work: Work) -> None:
    enough = {other: match for other, match in found.items() if match.is_enough}
    surest = sorted(enough.keys() - links.keys(), key=lambda other: (-enough[other].score, other))
    for other in surest[:SUGGESTED_AT_MOST]:
        suggested = step(LinkAct.SUGGEST, LinkState.SUGGESTED, work.now)
        work.create(LINKS, new_link(referral_id, other, work.now, suggested, enough[other]))
    for other, link in links.items():
        if (change := _followed(link, enough.get(other), work.now)) is not None:
            work.change(change)


def _followed(link: Document, found: Match | None, now: datetime) -> Change | None:
    """Let a link follow what is found now: what a person has parted comes back only with something new."""
    state, known = LinkState(link["state"]), frozenset(map(bytes, link["facts"]))
    if found is None:
        if state is not LinkState.SUGGESTED:
            return None
        gone = step(LinkAct.WITHDRAW, LinkState.WITHDRAWN, now, came_from=state)
        return changed(link, {"state": LinkState.WITHDRAWN.value, **resting_on(NOTHING)}, gone)
    if is_suggested_again(state, found, known):
        again = step(LinkAct.SUGGEST_AGAIN, LinkState.SUGGESTED, now, came_from=state)
        return changed(link, {"state": LinkState.SUGGESTED.value, **resting_on(found)}, again)
    if state is LinkState.SUGGESTED and found.facts != known:
        return changed(link, resting_on(found))
    return None
