"""Puts the book of notices together, for the service and for the worker that reads the feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from fastapi import APIRouter

from runtime.process import Loop
from runtime.rounds import Rounds
from runtime.stand import Stand
from services.referrals.ncb.questions import Questions
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.life import Periods
from services.referrals.notices.notice_api import notice_routes
from services.referrals.notices.notice_readings import NoticeReadings
from services.referrals.notices.quarantine import Quarantine
from services.referrals.notices.retention import Retention
from services.referrals.vault import Vault


class NoticeSettings(Protocol):
    """The settings that the book of notices needs."""

    @property
    def master_key_bytes(self) -> bytes: ...
    @property
    def notice_unlisted_days(self) -> int: ...
    @property
    def notice_review_days(self) -> int: ...
    @property
    def notice_suspension_days(self) -> int: ...
    @property
    def notice_recall_minutes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Notices:
    """What knows of notices: the book, what could not be read, the routes, and what goes on by itself."""

    book: NoticeBook
    quarantine: Quarantine
    routes: APIRouter
    loops: Sequence[Loop]


async def open_notices(stand: Stand, settings: NoticeSettings, vault: Vault) -> Notices:
    """Open the book of notices."""
    periods = Periods(
        unlisted=timedelta(days=settings.notice_unlisted_days),
        review=timedelta(days=settings.notice_review_days),
        suspension=timedelta(days=settings.notice_suspension_days),
    )
    book = NoticeBook(stand.store, vault, settings.master_key_bytes, periods)
    quarantine = Quarantine(stand.store, vault, settings.master_key_bytes)
    readings = NoticeReadings(stand.store)
    await book.prepare()
    await quarantine.prepare()
    await readings.prepare()
    questions, waits = Questions(stand.database), timedelta(minutes=settings.notice_recall_minutes)
    retention = Retention(book.records, quarantine, questions, waits=waits)
    looking = Rounds("retention of notices", retention.settle_due, rest=1.0)
    return Notices(book, quarantine, notice_routes(book, quarantine, readings), [looking])
