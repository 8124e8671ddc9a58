"""Tells that a gate has shut again once the owner's word has run out."""

from datetime import UTC, datetime

import structlog

from runtime.errors import Overtaken
from runtime.mongo import Document
from runtime.telemetry import untraced
from services.referrals.gates.acts import passing
from services.referrals.gates.gates import lapsed
from services.referrals.gates.kept import read_gates
from services.referrals.store import ReferralStore

log = structlog.get_logger()

AT_ONCE = 100


class Lapses:
    """Looks for confirmations that have run out. Several processes may look at once: the first one tells.

    Nobody has to wait for it: whoever reads when a word runs out sees by the clock that it has.
    """

    def __init__(self, records: ReferralStore) -> None:
        self._records = records

    async def lapse(self) -> int:
        """Shut every gate whose word has run out."""
        return await self.lapse_due(datetime.now(UTC))

    async def lapse_due(self, now: datetime) -> int:
        """Shut every gate whose word has run out by a moment, and say how many referrals that were."""
        shut = 0
        while due := await self._due(now):
            for record in due:
                try:
                    shut += await self._settle(record, now)
                except Overtaken:  # another process was first, or somebody has just confirmed anew
                    continue
        return shut

    async def _due(self, now: datetime) -> list[Document]:
        with untraced():  # nearly always there is nothing
            return await self._records.gates_to_lapse(now, AT_ONCE)

    async def _settle(self, record: Document, now: datetime) -> bool:
        if "recall" in record:
            await self._records.nothing_lapses(record)
            return False
        gates = read_gates(record)
        await self._records.act(record, passing(record, lapsed(gates), {"type": "notice-validity-lapsed"}, now))
        log.info("validity lapsed", referral_id=record["_id"])
        return True
