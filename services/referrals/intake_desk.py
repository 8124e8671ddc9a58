"""The front door: reads a request, holds it to the rules, stores it, and answers with a receipt."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from opentelemetry import trace
from pydantic import ValidationError
from uuid6 import uuid7

from runtime.errors import AlreadyThere, StoreAway
from runtime.http import Problem
from runtime.mongo import Document
from schemas.events import NoticeFact, ReferralReceived
from schemas.vocabulary.facts import Flag
from services.referrals.charges.shown import shown_reading
from services.referrals.evidence.door import FirstReceipts
from services.referrals.facts import received, summary_of
from services.referrals.faults import Fault
from services.referrals.intake import Answer, Criterion, Intake, check, faults_of_body
from services.referrals.model import Referral, read_referral
from services.referrals.store import BY_IDEMPOTENCY_KEY, ReferralStore, new_record
from services.referrals.vault import Vault


@dataclass(frozen=True, slots=True)
class OnNotice:
    """That a referral rests on a notice: what is told of that, and what its record keeps beside."""

    fact: NoticeFact
    kept: Mapping[str, Any]
    unknown: frozenset[int] = frozenset()
    """Criteria of which the notice says nothing, whatever else the body has to say to be taken in."""

    def judged(self, intake: Intake) -> Intake:
        """Give what the check found, with what nobody has said as unknown."""
        criteria = tuple(
            Criterion(one.number, Answer.UNKNOWN, "notice") if one.number in self.unknown else one
            for one in intake.criteria
        )
        told = {*intake.flags, *([Flag.CRITERION_UNKNOWN] if self.unknown else [])}
        return replace(intake, criteria=criteria, flags=tuple(flag for flag in Flag if flag in told))

    def on_record(self, record: Document) -> Document:
        """Give a record that rests on the notice."""
        return {**record, **self.kept, "flags": _flagged(record["flags"])}

    def told(self, event: ReferralReceived) -> ReferralReceived:
        """Give the event of a referral that rests on the notice."""
        flags = tuple(Flag(flag) for flag in _flagged([flag.value for flag in event.flags]))
        return event.model_copy(update={"notice": self.fact, "flags": flags})


class IntakeDesk:
    """Takes in one request at a time for each idempotency key, and many at once."""

    def __init__(self, records: ReferralStore, vault: Vault, receipts: FirstReceipts) -> None:
        self._records = records
        self._vault = vault
        self._receipts = receipts
        self._running: set[str] = set()

    async def take_in(self, idempotency_key: str, body: bytes, notice: OnNotice | None = None) -> Document:
        """Store a request once and give its record; the same key and body give the same record again."""
        if idempotency_key in self._running:
            raise Problem(
                409,
                "still_running",
                "The first request with this Idempotency-Key is still being answered",
                headers={"Retry-After": "1"},
            )
        self._running.add(idempotency_key)
        try:
            return await self._take_in(idempotency_key, body, notice)
        except Problem as problem:
            self._receipts.refuse(problem, body)
            raise
        finally:
            self._running.discard(idempotency_key)

    async def _take_in(self, idempotency_key: str, body: bytes, notice: OnNotice | None) -> Document:
        now = _to_the_millisecond(datetime.now(UTC))
        digest = hashlib.sha256(body).hexdigest()
        try:
            referral, intake = _read(body, now)
        except Problem:
            # What was sound when it was stored may be out of date by the time it is sent again.
            with suppress(StoreAway):
                record = await self._records.by_idempotency_key(idempotency_key)
                if record is not None and record["idempotency"]["digest"] == digest:
                    return record
            raise
        if notice is not None:
            intake = notice.judged(intake)
        referral_id = uuid7()
        sealed = await self._vault.seal(str(referral_id), body)
        event = received(referral, UUID(int=referral_id.int), now, intake)
        record = new_record(
            str(referral_id),
            sealed,
            received_at=now,
            idempotency_key=idempotency_key,
            digest=digest,
            trace_id=f"{trace.get_current_span().get_span_context().trace_id:032x}",
            summary=summary_of(referral),
            intake=_findings(intake),
            flags=[flag.value for flag in intake.flags],
        )
        if notice is not None:
            record, event = notice.on_record(record), notice.told(event)
        record |= self._receipts.opening(record)
        try:
            await self._records.add(record, event)
        except AlreadyThere as exc:
            if BY_IDEMPOTENCY_KEY not in exc.index:
                raise
            return await self._same_again(idempotency_key, digest)
        return record

    async def _same_again(self, idempotency_key: str, digest: str) -> Document:
        record = await self._records.by_idempotency_key(idempotency_key)
        if record is None:
            raise StoreAway("a referral that was there a moment ago is not found")
        if record["idempotency"]["digest"] != digest:
            raise Problem(
                422,
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request",
                detail="Nothing was stored. Send a new request under a new key, or the old one unchanged.",
            )
        return record


def _flagged(flags: Sequence[str]) -> list[str]:
    return [flag.value for flag in Flag if flag.value in {*flags, Flag.CITES_NOTICE.value}]


def _to_the_millisecond(moment: datetime) -> datetime:
    """Cut a time to what the database keeps, so that a replayed receipt is the same to the letter."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _read(body: bytes, now: datetime) -> tuple[Referral, Intake]:
    try:
        referral = read_referral(body)
    except ValidationError as exc:
        raise _refusal(faults_of_body(body, exc, now.date())) from None
    intake = check(referral, now.date())
    if intake.faults:
        raise _refusal(intake.faults)
    return referral, intake


def _refusal(faults: Sequence[Fault]) -> Problem:
    return Problem(
        422,
        "referral_refused",
        "The request is not fit to be routed",
        detail="Nothing was stored. Every fault is listed; mend them and send the request again.",
        faults=[
            {"code": fault.code, "pointer": fault.pointer, "problem": fault.problem, "mend": fault.mend}
            for fault in faults
        ],
    )


def _findings(intake: Intake) -> dict[str, Any]:
    return {
        "criteria": [
            {"number": criterion.number, "answer": criterion.answer.value, "said_by": criterion.said_by}
            for criterion in intake.criteria
        ],
        "completeness": intake.completeness,
        "readings": [None if reading is None else shown_reading(reading) for reading in intake.readings],
    }
