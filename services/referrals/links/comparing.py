"""Compares what has come in with what was there, some at a time: nobody waits for it.

Comparing costs more than taking in. So what arrives is only noted, together with the offset of its event, and a loop
that gives most of the time to those who post does the rest. Several processes may do the same work; its effect is one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog
from pydantic import BaseModel

from runtime.consumer import Handler
from runtime.errors import Transient
from runtime.mongo import Document
from runtime.store import Store, Work
from runtime.telemetry import untraced
from schemas.events import ReferralErased, ReferralRecalled, ReferralReceived, ReferralSupplemented
from services.referrals.links.keys import KeyMaker
from services.referrals.links.life import LinkAct, LinkState, step
from services.referrals.links.store import WAITING, LinkStore
from services.referrals.links.suggesting import Comparable, suggest
from services.referrals.links.traits import traits_of
from services.referrals.model import read_referral

log = structlog.get_logger()

AT_ONCE = 25

ReadReferral = Callable[[str], Awaitable[bytes | None]]
"""Gives the content of a referral as it stands now; None when it is recalled or erased."""


def note_waiting(event: ReferralReceived | ReferralSupplemented, work: Work) -> None:
    """Note that a referral is to be compared as it stands now."""
    _note(work, {"referral_id": str(event.referral_id), "marks": event.marks.model_dump(mode="json")})


def note_withdrawn(event: ReferralRecalled | ReferralErased, work: Work) -> None:
    """Note that a referral is to be forgotten."""
    _note(work, {"referral_id": str(event.referral_id), "marks": None})


def _note(work: Work, row: Document) -> None:
    assert work.message is not None
    work.create(WAITING, {"_id": work.message.event_id, **row})  # ids of events rise with time


HANDLERS: Mapping[type[BaseModel], Handler] = {
    ReferralReceived: note_waiting,
    ReferralSupplemented: note_waiting,
    ReferralRecalled: note_withdrawn,
    ReferralErased: note_withdrawn,
}


class Comparing:
    """Compares what waits of referrals."""

    def __init__(self, store: Store, links: LinkStore, keys: KeyMaker, read: ReadReferral) -> None:
        self._store = store
        self._links = links
        self._keys = keys
        self._read = read

    async def compare_some(self) -> int:
        """Compare some of what waits, oldest first, and say how many notes there were."""
        with untraced():
            rows = await self._links.waiting(AT_ONCE)
        if rows:
            await self._forget({row["referral_id"] for row in rows if row["marks"] is None})
            failed = await self._compare({row["referral_id"]: row["marks"] for row in rows})
            await self._links.finished([row["_id"] for row in rows if row["referral_id"] not in failed])
            await self._links.set_aside([row["_id"] for row in rows if row["referral_id"] in failed])
        return len(rows)

    async def _forget(self, referral_ids: Iterable[str]) -> None:
        for referral_id in referral_ids:
            await self._links.forget([referral_id])
            await self._links.withdraw_all(referral_id, step(LinkAct.WITHDRAW, LinkState.WITHDRAWN, Work().now))

    async def _compare(self, waiting: Mapping[str, Document | None]) -> set[str]:
        """Compare referrals, and give those that cannot be."""
        wanted = {referral_id: marks for referral_id, marks in waiting.items() if marks is not None}
        found = await asyncio.gather(*map(self._comparable, wanted), return_exceptions=True)
        failed = {
            referral_id: one for referral_id, one in zip(wanted, found, strict=True) if isinstance(one, BaseException)
        }
        for referral_id, error in failed.items():
            if isinstance(error, Transient) or not isinstance(error, Exception):
                raise error
            log.error("referral cannot be compared", referral_id=referral_id, exc_info=error)
        compared = [one for one in found if isinstance(one, Comparable)]
        # Kept before anything is looked for: of two that come at once, the later then finds the earlier.
        await self._links.keep({one.subject_id: (one.keys.values(), wanted[one.subject_id]) for one in compared})
        recalled = await self._forget_recalled([one.subject_id for one in compared])
        work = Work()
        await suggest([one for one in compared if one.subject_id not in recalled], self._links, work)
        await self._store.write(self._store.prepared(work))
        return set(failed)

    async def _forget_recalled(self, referral_ids: list[str]) -> set[str]:
        """Take out again what was recalled while it was being read; whoever is recalled later has a note behind."""
        recalled = await self._links.recalled(referral_ids)
        if recalled:
            await self._links.forget(recalled)
        return recalled

    async def _comparable(self, referral_id: str) -> Comparable | None:
        content = await self._read(referral_id)
        if content is None:
            return None
        referral = read_referral(content)
        keys = {key.key: key for key in self._keys.keys_of(traits_of(referral))}
        named = frozenset(str(earlier.referral_id) for earlier in referral.earlier) - {referral_id}
        return Comparable(referral_id, keys, named)
