"""Deletes the key of a recalled referral once nobody holds a copy of it any more."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from runtime.errors import Overtaken
from runtime.mongo import Document
from runtime.telemetry import untraced
from schemas.events import ReferralErased
from services.referrals.readings import Readings
from services.referrals.recall import all_have_erased, holders_of
from services.referrals.store import ERASURE_DUE, Act, ReferralStore
from services.referrals.vault import erasing

log = structlog.get_logger()

AT_ONCE = 100


class Erasures:
    """Looks at recalled referrals when one of their holders has said something, and erases those that may be.

    The key goes, and the world is told, at one moment. Several processes may look at once: the first one does it.
    """

    def __init__(self, records: ReferralStore, readings: Readings) -> None:
        self._records = records
        self._readings = readings

    async def erase_due(self) -> int:
        """Look once at all that are due, and say how many were erased."""
        erased = 0
        while due := await self._due():
            for record in due:
                try:
                    erased += await self._settle(record)
                except Overtaken:  # another process was first, or a holder has just said something
                    continue
        return erased

    async def _due(self) -> list[Document]:
        with untraced():  # nearly always there is nothing
            return await self._records.erasures_due(AT_ONCE)

    async def _settle(self, record: Document) -> bool:
        if not await self._may_be_erased(record):
            await self._records.erasure_not_due(record)
            return False
        await self._records.act(record, erasure_of(record, datetime.now(UTC)))
        log.info("referral erased", referral_id=record["_id"])
        return True

    async def _may_be_erased(self, record: Document) -> bool:
        if "recall" not in record or "erased_at" in record:
            return False
        holders = holders_of(record["timeline"], record["recall"]["recalled_at"])
        if holders:
            return all_have_erased(holders)
        # No queue has told of it. Content leaves this service only by a reading, so without one nobody has a copy.
        return not await self._readings.by_others(record["_id"], record["summary"]["country"])


def erasure_of(record: Document, now: datetime) -> Act:
    """Make the last act on a referral."""
    erased_at: Any = now
    return Act(
        entry={"type": "erased", "at": erased_at},
        tells=ReferralErased(referral_id=UUID(record["_id"]), erased_at=erased_at),
        changes={"erased_at": erased_at},
        removes=(ERASURE_DUE,),
        keys=[erasing(record["key_id"], erased_at)],
    )
