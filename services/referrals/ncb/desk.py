"""Handles the messages of INTERPOL Washington, by whichever door they come; what stops a notice is done at once.

A message counts as handled when its effect is stored: then it is noted in the ledger. Between the two a process may
die, and the message comes again; so every effect does nothing the second time.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import structlog

from runtime.errors import Transient
from runtime.mongo import Document
from schemas.notices import Colour, NoticeAuthority, NoticeKind, NoticeSource, NoticeStanding
from services.referrals.faults import Fault
from services.referrals.ncb.faults import Refused, message_fault
from services.referrals.ncb.ledger import Effect, Handled, Ledger
from services.referrals.ncb.message import FromNcb, MessageKind, Reply, Standing, WithNotice
from services.referrals.ncb.order import CONTENT, ENDS, LIFTABLE, OWNERS_ALONE, authority_of, is_overtaken, rivals_of
from services.referrals.ncb.questions import Questions
from services.referrals.ncb.reading import (
    context_of,
    denial_in,
    hides_restrictions,
    key_in,
    notice_in,
    position_in,
    read_message,
    seems_denied,
    seems_to_stop,
)
from services.referrals.notices.fingerprints import Fingerprints
from services.referrals.notices.life import has_ended
from services.referrals.notices.notice import Notice
from services.referrals.notices.sightings import Observed, Outcome, Sighting, Word
from services.referrals.notices.unreadable import Reason

log = structlog.get_logger()

SOURCE = NoticeSource.NCB.value
NoticeKey = tuple[Colour, str]


class Book(Protocol):
    """The records of notices, as far as messages need them."""

    def notice_id(self, colour: Colour, entity_id: str) -> UUID:
        """Give the id that a notice has here."""

    async def record(self, notice_id: UUID) -> Document | None:
        """Give the record of a notice."""

    async def read(self, notice_id: UUID) -> Notice:
        """Open a notice."""

    async def observe(self, notice: Notice, sighting: Sighting) -> Observed:
        """Take in a notice as it was sent."""

    async def suspend(self, key: NoticeKey, word: Word) -> Observed:
        """Freeze a notice until its owner says otherwise."""

    async def reinstate(self, key: NoticeKey, word: Word) -> Observed:
        """Put a suspended notice in force again."""

    async def denied(self, notice_id: UUID, as_of: datetime) -> None:
        """Keep the word that a notice is not to be used."""

    async def end(self, key: NoticeKey, standing: NoticeStanding, word: Word) -> Observed:
        """Freeze a notice for good."""


class SetAside(Protocol):
    """Where what cannot be read is kept, sealed, for a person."""

    async def put(
        self, source: str, reasons: Sequence[Reason], raw: bytes | None, at: datetime, *, about: UUID | None = None
    ) -> str:
        """Keep it, until the notice that it is about is purged."""


class Follows(Protocol):
    """What becomes of the referral of a notice."""

    async def settle(self, notice_id: UUID) -> object:
        """Let the referral follow its notice now."""


class AtGates(Protocol):
    """Where the word of the bureau counts."""

    async def ncb_says(self, notice_id: UUID, valid: bool, as_of: datetime, message_id: str, now: datetime) -> object:
        """Take the bureau's word on whether a notice is valid."""


class Result(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a sender is told of one message."""

    result: Result
    message_id: str | None = None
    notice_id: UUID | None = None
    effect: Effect | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class NcbDesk:
    """Takes messages one by one."""

    book: Book
    quarantine: SetAside
    follow_ups: Follows
    gates: AtGates
    ledger: Ledger
    questions: Questions
    fingerprints: Fingerprints

    async def take(self, line: bytes, now: datetime) -> Taken:
        """Handle one message, or set it aside with every reason; nothing in it stops those that come after."""
        try:
            taken = await self._handle(line, now)
        except Refused as refusal:
            await self.set_aside(line, refusal, now)
            log.warning("message refused", codes=sorted({found.code for found in refusal.faults}))
            return Taken(Result.REFUSED, faults=refusal.faults)
        log.info("notice message taken", notice_id=str(taken.notice_id), result=taken.result, effect=taken.effect)
        return taken

    async def take_all(self, lines: Iterable[bytes], now: datetime) -> list[Taken]:
        """Handle messages that came together; one that we fail at is told when the others are done, and comes again."""
        taken, failed = [], None
        for line in lines:
            try:
                taken.append(await self.take(line, now))
            except Transient:
                raise
            except Exception as exc:  # a fault of ours must not keep what stops another notice from being done
                failed = failed or exc
        if failed is not None:
            raise failed
        return taken

    async def set_aside(self, line: bytes, refusal: Refused, now: datetime) -> None:
        """Keep what was refused for a person, but nothing of a notice that nobody here may have."""
        key = key_in(line)
        about = self.book.notice_id(*key) if key is not None else None
        record = await self.book.record(about) if about is not None else None
        gone = refusal.keeps_nothing or seems_denied(line) or (record is not None and has_ended(record))
        await self.quarantine.put(SOURCE, refusal.reasons, None if gone or not line else line, now, about=about)
        if about is None or record is None or has_ended(record):
            return
        if seems_to_stop(line):
            await self._hold_up(line, about, LIFTABLE | {MessageKind.REPLY}, now)
        elif hides_restrictions(line, refusal):
            await self._hold_up(line, about, CONTENT, now)

    async def _hold_up(self, line: bytes, notice_id: UUID, settled_by: Set[MessageKind], now: datetime) -> None:
        """Let nobody act on what may be stopped or restricted, unless a later message has settled that."""
        sent, newest = position_in(line), await self.ledger.newest(notice_id, settled_by)
        if sent is not None and newest is not None and sent < newest:
            return
        await self._denied(notice_id, now, sent[1] if sent is not None else "not read", now)
        log.warning("notice held up by a message that cannot be taken", notice_id=str(notice_id))

    async def _handle(self, line: bytes, now: datetime) -> Taken:
        message = read_message(line, now)
        notice_id = self.book.notice_id(message.colour, message.entity_id)
        digest = self.fingerprints.raw(SOURCE, line)
        known = await self.ledger.by_id(message.message_id)
        if known is not None and (effect := _effect_before(known, digest)) is not Effect.DENIED:
            return Taken(Result.ALREADY, message.message_id, notice_id, effect)
        effect = await self._effect(message, notice_id, now)
        await self.ledger.add(message, notice_id, digest, effect, now)
        if denial := denial_in(message):
            raise denial
        return Taken(Result.ACCEPTED, message.message_id, notice_id, effect)

    async def _effect(self, message: FromNcb, notice_id: UUID, now: datetime) -> Effect:
        await self._only_by_owner(message, notice_id)
        overtaken = is_overtaken(message, await self.ledger.newest(notice_id, rivals_of(message.kind)))
        if denial_in(message):
            if not overtaken:
                await self._shut_out(message, notice_id)
            return Effect.DENIED
        if isinstance(message, WithNotice):
            return await self._observed(message, notice_id, overtaken)
        if overtaken:
            return Effect.STALE
        if isinstance(message, Reply):
            return await self._answered(message, notice_id, now)
        assert isinstance(message, Standing)
        return await self._stood(message, notice_id)

    async def _only_by_owner(self, message: FromNcb, notice_id: UUID) -> None:
        if message.kind not in OWNERS_ALONE:
            return
        owner = await self.ledger.owner(notice_id)
        if owner is not None and owner != message.source_ncb:
            raise Refused(message_fault("not_the_owner", "/source_ncb"))

    async def _shut_out(self, message: FromNcb, notice_id: UUID) -> None:
        """End what we have of a notice that its owner does not let us have any more."""
        record = await self.book.record(notice_id)
        if record is not None and not has_ended(record):
            word = Word(NoticeAuthority.SOURCE_NCB, message.sent_at, message.message_id)
            await self.book.end(_key(message), NoticeStanding.WITHDRAWN, word)
            await self.follow_ups.settle(notice_id)

    async def _observed(self, message: WithNotice, notice_id: UUID, overtaken: bool) -> Effect:
        # Read also when it is too late to count: what is wrong with it is told either way.
        notice = notice_in(message, await self._kind_of(message, notice_id))
        if overtaken:
            return Effect.STALE
        sighting = Sighting(
            NoticeSource.NCB,
            message.sent_at,
            message_id=message.message_id,
            context=context_of(message).model_dump(mode="json", exclude_none=True),
        )
        observed = await self.book.observe(notice, sighting)
        return _EFFECTS[observed.outcome]

    async def _kind_of(self, message: WithNotice, notice_id: UUID) -> NoticeKind:
        """Say whether this is a notice or a diffusion; an update is of what there is."""
        if message.kind is MessageKind.UPDATE:
            record = await self.book.record(notice_id)
            return NoticeKind(record["kind"]) if record is not None else NoticeKind.NOTICE
        return NoticeKind.DIFFUSION if message.kind is MessageKind.DIFFUSION else NoticeKind.NOTICE

    async def _stood(self, message: Standing, notice_id: UUID) -> Effect:
        """Do what a message says of where a notice stands; its referral is recalled before the message is handled."""
        key, word = _key(message), Word(authority_of(message), message.sent_at, message.message_id)
        if message.kind in ENDS:
            done, effect = await self.book.end(key, ENDS[message.kind], word), Effect.ENDED
        elif message.kind is MessageKind.SUSPENSION:
            done, effect = await self.book.suspend(key, word), Effect.SUSPENDED
        else:
            done, effect = await self.book.reinstate(key, word), Effect.REINSTATED
        # Also when it was there already: who did it may have died before the referral followed.
        await self.follow_ups.settle(notice_id)
        return Effect.ENDED if done.outcome is Outcome.ENDED else effect

    async def _answered(self, message: Reply, notice_id: UUID, now: datetime) -> Effect:
        if await self.book.record(notice_id) is None:
            raise Refused(message_fault("notice_unknown", "/entity_id"))
        if message.query_id is not None and not await self.questions.answer(message, notice_id, now):
            raise Refused(message_fault("query_unknown", "/query_id"))
        if message.valid:
            await self.gates.ncb_says(notice_id, True, message.as_of, message.message_id, now)
        else:
            await self._denied(notice_id, message.as_of, message.message_id, now)
        return Effect.ANSWERED

    async def _denied(self, notice_id: UUID, as_of: datetime, message_id: str, now: datetime) -> None:
        await self.book.denied(notice_id, as_of)
        await self.gates.ncb_says(notice_id, False, as_of, message_id, now)


_EFFECTS = {
    Outcome.NEW: Effect.NEW,
    Outcome.SAME: Effect.SAME,
    Outcome.CHANGED: Effect.CHANGED,
    Outcome.RELISTED: Effect.CHANGED,
    Outcome.IMAGE_CHANGED: Effect.IMAGE_CHANGED,
    Outcome.ENDED: Effect.ENDED,
}


def _effect_before(known: Handled, digest: bytes) -> Effect:
    """Give the effect that a message had; another message under its id is refused."""
    if known.digest != digest:
        raise Refused(message_fault("message_id_reused", "/message_id"))
    return known.effect


def _key(message: FromNcb) -> NoticeKey:
    return message.colour, message.entity_id
