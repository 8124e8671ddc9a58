"""Purges notices when they have ended or are not needed any more, and locks what has come to its review."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from runtime.mongo import Document
from runtime.telemetry import untraced
from services.referrals.links.noticed import live_referrals
from services.referrals.links.store import OVER
from services.referrals.ncb.questions import Questions
from services.referrals.notices.life import has_ended
from services.referrals.notices.quarantine import Quarantine
from services.referrals.notices.records import NoticeRecords
from services.referrals.notices.standing import SUSPENDED, expired, locked, purged

log = structlog.get_logger()

AT_ONCE = 100
LOOK_AGAIN = timedelta(seconds=2)
"""How soon a notice that has ended is looked at again while its referrals are being recalled."""

LOOK_AGAIN_LIVE = timedelta(days=1)
"""How soon a snapshot is looked at again that a live referral rests on."""

SWEEP_EVERY = timedelta(hours=1)
"""How often what was set aside and what was asked is looked through."""


class Retention:
    """Looks at what is due; several processes may, and the first one does it."""

    def __init__(
        self,
        records: NoticeRecords,
        quarantine: Quarantine,
        questions: Questions,
        *,
        waits: timedelta = timedelta(minutes=10),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._records = records
        self._quarantine = quarantine
        self._questions = questions
        self._waits = waits
        self._clock = clock
        self._swept: datetime | None = None

    async def settle_due(self) -> int:
        """Do all that is due by now."""
        with untraced():  # nearly always there is nothing
            return await self.settle(self._clock())

    async def settle(self, now: datetime) -> int:
        """Do once all that is due, and say how many notices were purged."""
        now = now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000)
        purged_now = 0
        while due := await self._records.due("purge_due", now, AT_ONCE):
            for record in due:
                purged_now += await self._purge(record, now)
        while due := await self._records.due("review_due", now, AT_ONCE):
            for record in due:
                if await self._records.change(record, locked(record, now), now):
                    await self._records.forget_match_keys(record["_id"])
                    log.info("notice locked for review", notice_id=record["_id"])
        if self._swept is None or now - self._swept >= SWEEP_EVERY:
            await self._quarantine.discard_old(now)
            await self._questions.discard_old(now)
            self._swept = now
        return purged_now

    async def _purge(self, record: Document, now: datetime) -> bool:
        if not has_ended(record) and record["standing"] == SUSPENDED:
            # It is over now; the purge itself waits, as any other, until its referrals are recalled.
            await self._records.change(record, expired(record, now), now)
            return False
        if await self._is_needed(record) and not self._has_waited(record, now):
            again = LOOK_AGAIN if has_ended(record) else LOOK_AGAIN_LIVE
            await self._records.put_off(record, "purge_due", now + again)
            return False
        await self._quarantine.discard_about(record["_id"], now)
        if not await self._records.change(record, purged(record, now), now):
            return False
        await self._records.forget_match_keys(record["_id"])
        log.info("notice purged", notice_id=record["_id"])
        return True

    async def _is_needed(self, record: Mapping[str, Any]) -> bool:
        """Say whether a referral rests on it: of one that has ended each, till it is recalled; else those not over."""
        live = live_referrals(record)
        if has_ended(record) or not live:
            return bool(live)
        return not await self._records.are_referrals_in(live, OVER)

    def _has_waited(self, record: Mapping[str, Any], now: datetime) -> bool:
        """Say whether a notice that has ended is purged though a referral of it is not known to be recalled."""
        if not has_ended(record) or now < record["purge_asked_at"] + self._waits:
            return False
        log.error("notice purged before its referrals were recalled", notice_id=record["_id"])
        return True
