"""The referral of a notice follows it: opened when something ties it here, corrected when it changes, recalled when
its owner suspends or ends it.

What is to be done is read from what is stored: the notice's record says what has happened, and each referral which of
that it has heard. So a process may end at any instant, and several may follow one notice: the next one goes on, and
what was done is not done again.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

from runtime.errors import Overtaken, StoreAway
from runtime.http import Problem
from runtime.mongo import Document
from runtime.telemetry import untraced
from schemas.notices import NoticeStanding
from schemas.vocabulary.recalls import RecallGround
from schemas.vocabulary.requests import SupplementKind
from services.referrals.acts import said
from services.referrals.contents import Contents
from services.referrals.intake_desk import IntakeDesk
from services.referrals.model.exchange import Recall, Supplement
from services.referrals.model.referral import Referral, read_referral, read_strictly
from services.referrals.ncb.context import NcbContext
from services.referrals.notices.as_referral import body_of
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.hearing import next_word
from services.referrals.notices.life import has_ended, leading
from services.referrals.notices.resting import (
    CORRECTION,
    NOTICE,
    Known,
    as_supplement,
    correction,
    correction_key,
    opening_key,
)
from services.referrals.overtaken import TRIES
from services.referrals.pieces import BY_PIECE_KEY, PieceStore
from services.referrals.requester_side import RequesterSide
from services.referrals.store import ReferralStore
from services.referrals.supplements import merge
from services.referrals.vault import Erased, Frozen

log = structlog.get_logger()

AT_ONCE = 100
TURNS = 64
"""Notices that one process follows at once; two that share a turn wait for each other."""

PUT_OFF = timedelta(minutes=10)
"""How long a notice waits whose referral could not be written: that is a fault of ours, and others go on."""

GROUNDS = {
    NoticeStanding.SUSPENDED.value: RecallGround.NOTICE_SUSPENDED,
    NoticeStanding.WITHDRAWN.value: RecallGround.NOTICE_WITHDRAWN,
    NoticeStanding.CANCELLED.value: RecallGround.NOTICE_CANCELLED,
    NoticeStanding.DELETED.value: RecallGround.NOTICE_DELETED,
}


@dataclass(frozen=True, slots=True)
class Referrals:
    """Everything by which referrals are opened, corrected and recalled."""

    records: ReferralStore
    pieces: PieceStore
    contents: Contents
    intake: IntakeDesk
    requester: RequesterSide


class FollowUps:
    """Lets referrals follow their notices, by a loop, or at once for who has just changed a notice."""

    def __init__(self, book: NoticeBook, referrals: Referrals) -> None:
        self._book = book
        self._of = referrals
        self._turns = [asyncio.Lock() for _ in range(TURNS)]

    async def follow_due(self) -> bool:
        """Let some that are due follow, and tell whether there may be more."""
        with untraced():  # nearly always there is nothing
            due = await self._book.follow_ups_due(AT_ONCE)
        for record in due:
            await self.settle(UUID(record["_id"]))
        return len(due) == AT_ONCE

    async def settle(self, notice_id: UUID) -> None:
        """Let the referrals of one notice follow it now; raises `Transient` when that must be tried again."""
        async with self._turns[notice_id.int % TURNS]:
            for _ in range(TRIES):
                try:
                    if await self._settled(notice_id):
                        return
                except Overtaken:
                    continue
                except (Problem, ValidationError) as exc:
                    await self._put_off(notice_id, exc)
                    return
        raise StoreAway("others act on this notice all the time")

    async def _put_off(self, notice_id: UUID, error: Problem | ValidationError) -> None:
        """Tell that a referral could not be written, and look at its notice later, so that the others go on."""
        codes = [fault["code"] for fault in error.faults] if isinstance(error, Problem) else []
        what = error.code if isinstance(error, Problem) else "unfit"
        log.error("referral of a notice not written", notice_id=str(notice_id), code=what, faults=codes)
        record = await self._book.record(notice_id)
        if record is not None:
            await self._book.followed_up(record, {"follow_up_due": _now() + PUT_OFF})

    async def _settled(self, notice_id: UUID) -> bool:
        """Do what is due by a notice as it is read; False when it has changed meanwhile."""
        record = await self._book.record(notice_id)
        if record is None:
            return True
        resting = await self._of.records.resting_on(record["_id"])
        if has_ended(record) or record["standing"] in GROUNDS:
            resting = [await self._recalled(referral, record) for referral in resting]
        elif live := [referral for referral in resting if "recall" not in referral]:
            for referral in live:
                await self._brought_up(referral, record)
        elif _may_open(record, resting):
            resting += await self._opened(record, resting)
        return await self._noted(record, resting)

    async def _noted(self, record: Document, resting: list[Document]) -> bool:
        listed = [_listed(referral) for referral in resting]
        if listed == record["referrals"] and "follow_up_due" not in record:
            return True
        return await self._book.followed_up(record, {"referrals": listed})

    async def _recalled(self, referral: Document, record: Document) -> Document:
        """Freeze a referral, and ask every holder for its copy; one that is recalled already stays as it is."""
        if "recall" in referral:
            return referral
        recall = Recall(country=referral["summary"]["country"], ground=GROUNDS[record["standing"]])
        body = recall.model_dump_json(exclude_none=True).encode()
        now = _now()
        done = await self._of.requester.recall(referral["_id"], recall, said(body), now)
        log.info("referral recalled with its notice", referral_id=referral["_id"], notice_id=record["_id"])
        return done

    async def _brought_up(self, referral: Document, record: Document) -> None:
        """Let a referral hear what has happened to its notice, one thing after the other, and then be corrected."""
        while (word := next_word(referral, record, _now())) is not None:
            await self._of.records.act(referral, word)  # raises `Overtaken`, and then everything is read again
            referral = await self._read(referral["_id"])
            if "recall" in referral:
                return
        if referral[NOTICE]["changes"]:
            await self._corrected(referral, record)

    async def _corrected(self, referral: Document, record: Document) -> None:
        key_name = correction_key(referral[NOTICE]["changes"])
        if await self._of.pieces.by_key(referral["_id"], key_name) is not None:
            return
        known = await self._known(record)
        if known is None:
            return
        ours, stands = await self._written(referral)
        parts = correction(ours, known.referral(), stands)
        if not parts:
            return
        body = as_supplement(referral["summary"]["country"], parts)
        supplement = read_strictly(Supplement, body)
        await self._of.requester.supplement(referral["_id"], supplement, said(body, key_name), _now())

    async def _written(self, referral: Document) -> tuple[Referral, Referral]:
        """Read a referral as this service has written it, and as it stands with what its requester added."""
        key = await self._of.contents.key_of(referral)
        versions = await self._of.contents.versions(referral, key)
        ours = versions[0].whole
        for piece, version in zip(await self._of.contents.supplements(referral), versions[1:], strict=True):
            if piece[BY_PIECE_KEY].startswith(CORRECTION):
                ours = merge(ours, SupplementKind.CORRECTION, version.changes)
        return read_referral(_as_bytes(ours)), read_referral(_as_bytes(versions[-1].whole))

    async def _opened(self, record: Document, resting: list[Document]) -> list[Document]:
        """Open the referral of a notice, if something ties it to the United States; else it stays reference."""
        known = await self._known(record)
        if known is None or not known.ties:
            return []
        earlier = UUID(resting[-1]["_id"]) if resting else None
        body = body_of(known.referral(earlier))
        try:
            opened = await self._of.intake.take_in(opening_key(record["_id"], len(resting)), body, known.resting())
        except Problem as problem:
            if problem.code not in ("idempotency_key_reused", "still_running"):
                raise
            raise Overtaken("another process has opened it") from None
        log.info("referral opened for a notice", referral_id=opened["_id"], notice_id=record["_id"])
        return [opened]

    async def _known(self, record: Document) -> Known | None:
        """Open a notice; None when it is shut or gone, which its record says by the next look."""
        notice_id = UUID(record["_id"])
        try:
            notice = await self._book.read(notice_id)
            context = await self._book.context(notice_id)
        except (Frozen, Erased):
            return None
        read = NcbContext.model_validate(context, strict=False) if context is not None else None
        return Known(record, notice, read, _now())

    async def _read(self, referral_id: str) -> Document:
        record = await self._of.records.by_id(referral_id)
        assert record is not None
        return record


def _may_open(record: Document, resting: list[Document]) -> bool:
    """Tell whether a notice may have a new referral: its first one, or one after its suspension.

    What its requester has taken back itself stays so, and what is not listed in public is opened by the bureau alone.
    What a person has linked to an open referral has joined that one.
    """
    if leading(record) is None or "locked_at" in record or record.get("linked_referrals"):
        return False
    if record["listed"] is False and record["standing"] == NoticeStanding.UNCONFIRMED.value:
        return False
    return not resting or resting[-1]["recall"]["ground"] == RecallGround.NOTICE_SUSPENDED.value


def _listed(referral: Mapping[str, Any]) -> Document:
    recall = referral.get("recall")
    return {
        "referral_id": referral["_id"],
        "opened_at": referral["received_at"],
        "recalled_at": recall["recalled_at"] if recall is not None else None,
    }


def _as_bytes(whole: Mapping[str, Any]) -> bytes:
    return json.dumps(whole, ensure_ascii=False).encode()


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
