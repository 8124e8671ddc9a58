"""Compares some referrals with all others, and says which links to suggest, to bring back or to withdraw."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
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
    """A referral or notice as it is compared: its keys, and the referrals that its requester names."""

    subject_id: str
    keys: Mapping[bytes, MatchKey]
    named: frozenset[str] = frozenset()


async def suggest(compared: Iterable[Comparable], links: LinkStore, work: Work) -> None:
    """Compare referrals whose keys are stored with all others and with notices; changes are put into the work."""
    ours = {one.subject_id: one for one in compared}
    looked_up = _looked_up(ours)
    notices = await links.linkable_notices(looked_up)
    await _compare(ours, await links.sharing(looked_up) | notices, notices.keys(), links, work)


async def suggest_to_notices(compared: Iterable[Comparable], links: LinkStore, work: Work) -> None:
    """Compare notices whose keys are stored with the open referrals; a notice is never linked to a notice."""
    ours = {one.subject_id: one for one in compared}
    await _compare(ours, await links.sharing(_looked_up(ours)), ours.keys(), links, work, only_open=True)


def _looked_up(ours: Mapping[str, Comparable]) -> set[bytes]:
    return {key for one in ours.values() for key in worth_looking_up(one.keys.values())}


async def _compare(
    ours: Mapping[str, Comparable],
    candidates: dict[str, list[MatchKey]],
    notices: Set[str],
    links: LinkStore,
    work: Work,
    *,
    only_open: bool = False,
) -> None:
    stored = _by_referral(await links.of_referrals(ours))
    beside = {other for subject_id, one in ours.items() for other in one.named | stored[subject_id].keys()}
    candidates |= await links.keys_of(beside - candidates.keys())
    if only_open:
        still_open = await links.still_open(candidates)
        candidates = {other: keys for other, keys in candidates.items() if other in still_open}
    holders = _holders(candidates)
    for subject_id, one in ours.items():
        others = {other for key in one.keys for other in holders[key]} | (one.named & candidates.keys())
        found = {
            other: match(one.keys, candidates[other], stated=other in one.named) for other in others - {subject_id}
        }
        _follow(subject_id, found, stored[subject_id], notices, work)


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


def _follow(
    subject_id: str, found: Mapping[str, Match], links: Mapping[str, Document], notices: Set[str], work: Work
) -> None:
    enough = {other: match for other, match in found.items() if match.is_enough}
    surest = sorted(enough.keys() - links.keys(), key=lambda other: (-enough[other].score, other))
    of_notices = [other for other in surest if other in notices]
    of_referrals = [other for other in surest if other not in notices]
    for other in (*of_referrals[:SUGGESTED_AT_MOST], *of_notices[:SUGGESTED_AT_MOST]):
        suggested = step(LinkAct.SUGGEST, LinkState.SUGGESTED, work.now)
        notice = next((each for each in (other, subject_id) if each in notices), None)
        work.create(LINKS, new_link(subject_id, other, work.now, suggested, enough[other], notice=notice))
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
