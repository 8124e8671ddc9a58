"""Looks for the matter of a referral once it is stored: whoever posts does not wait for it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from pydantic import BaseModel

from runtime.consumer import Handler
from runtime.mongo import Document
from runtime.store import Change, Work
from schemas.events import ReferralErased, ReferralRecalled, ReferralReceived, ReferralSupplemented
from services.referrals.links.keys import KeyMaker
from services.referrals.links.life import LinkAct, LinkState, is_suggested_again, new_link, resting_on, step
from services.referrals.links.matching import NOTHING, Match, match, worth_looking_up
from services.referrals.links.store import LINKS, LinkStore, changed
from services.referrals.links.traits import traits_of
from services.referrals.model import read_referral

SUGGESTED_AT_MOST = 20
"""Links suggested for one referral: a number that hundreds share says nothing of any two of them."""

ReadReferral = Callable[[str], Awaitable[bytes | None]]
"""Gives the content of a referral as it stands now; None when it is recalled or erased."""


class Linker:
    """Keeps the keys of referrals, and suggests links."""

    def __init__(self, links: LinkStore, keys: KeyMaker, read: ReadReferral) -> None:
        self._links = links
        self._keys = keys
        self._read = read

    @property
    def handlers(self) -> dict[type[BaseModel], Handler]:
        """Say what is done on which event."""
        return {
            ReferralReceived: self.look,
            ReferralSupplemented: self.look,
            ReferralRecalled: self.withdraw,
            ReferralErased: self.withdraw,
        }

    async def look(self, event: ReferralReceived | ReferralSupplemented, work: Work) -> None:
        """Compare a referral with all others, as it stands now."""
        referral_id = str(event.referral_id)
        content = await self._read(referral_id)
        if content is None:
            return
        referral = read_referral(content)
        ours = {key.key: key for key in self._keys.keys_of(traits_of(referral))}
        # Kept before anything is looked for: of two that come at once, the later then finds the earlier.
        await self._links.keep(referral_id, ours.values(), event.marks)
        named = {str(earlier.referral_id) for earlier in referral.earlier} - {referral_id}
        links = {_other(link, referral_id): link for link in await self._links.of_referrals([referral_id])}
        candidates = await self._links.sharing(referral_id, worth_looking_up(ours.values()), ours.keys())
        candidates |= await self._links.keys_of((named | links.keys()) - candidates.keys())
        found = {other: match(ours, theirs, stated=other in named) for other, theirs in candidates.items()}
        _suggest(referral_id, {other: match for other, match in found.items() if match.is_enough}, links, work)

    async def withdraw(self, event: ReferralRecalled | ReferralErased, work: Work) -> None:
        """Forget a referral that its originator has withdrawn: its keys, and what its links rest on."""
        referral_id = str(event.referral_id)
        await self._links.forget(referral_id)
        await self._links.withdraw_all(referral_id, step(LinkAct.WITHDRAW, LinkState.WITHDRAWN, work.now))


def _other(link: Document, referral_id: str) -> str:
    one, other = link["referrals"]
    return str(other if one == referral_id else one)


def _suggest(referral_id: str, found: Mapping[str, Match], links: Mapping[str, Document], work: Work) -> None:
    surest = sorted(found.keys() - links.keys(), key=lambda other: (-found[other].score, other))
    for other in surest[:SUGGESTED_AT_MOST]:
        suggested = step(LinkAct.SUGGEST, LinkState.SUGGESTED, work.now)
        work.create(LINKS, new_link(referral_id, other, work.now, suggested, found[other]))
    for other, link in links.items():
        if (change := _followed(link, found.get(other), work.now)) is not None:
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
