"""Passes the gates of a referral that rests on a notice: each act with its entry and its event at one moment."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from runtime.http import Problem
from runtime.mongo import Document
from schemas.notices import NoticeStanding
from services.referrals.acts import Said
from services.referrals.bodies import refused
from services.referrals.contents import Contents, refuse_recalled
from services.referrals.gates.acts import passing
from services.referrals.gates.forms import (
    AbuseReview,
    SupervisorApproval,
    UsWarrantAttached,
    UsWarrantEnded,
    ValidityConfirmed,
)
from services.referrals.gates.gates import (
    ConfirmedWith,
    Gates,
    Outcome,
    Refusal,
    Validity,
    approved,
    confirmed,
    denied,
    off_us_warrant,
    on_us_warrant,
    reviewed,
)
from services.referrals.gates.kept import GATES, read_gates
from services.referrals.gates.refusals import refuse
from services.referrals.overtaken import until_not_overtaken
from services.referrals.parties import office_faults
from services.referrals.pieces import PieceKind, PieceStore, new_piece
from services.referrals.store import ReferralStore

StandingOf = Callable[[UUID], Awaitable[NoticeStanding | None]]
"""Where a notice stands by the word of its owner; None when nothing is kept of it any more."""

USABLE = frozenset({NoticeStanding.UNCONFIRMED, NoticeStanding.IN_FORCE})

Step = Callable[[Document, Gates], Awaitable[tuple[Gates | Refusal, Mapping[str, Any], list[Document]]]]
"""What somebody does at the gates as they stand: the gates afterwards, what is noted, and what is kept sealed."""


@dataclass(frozen=True, slots=True)
class GateDesk:
    """Takes what staff and the bureau say at the gates."""

    records: ReferralStore
    contents: Contents
    pieces: PieceStore
    standing_of: StandingOf
    hold: timedelta
    """How long the owner's word holds that a notice is in force."""

    async def confirm(self, referral_id: str, given: ValidityConfirmed, now: datetime) -> Document:
        """Note that the owner of the notice says that it is in force."""
        _check_office(given.office)
        until = given.confirmed_at + self.hold
        word = Validity(given.confirmed_with, given.confirmed_at, until, given.staff, given.office)

        async def step(record: Document, gates: Gates) -> tuple[Gates | Refusal, Mapping[str, Any], list[Document]]:
            await self._only_in_force(record)
            return confirmed(gates, word, now), _confirmation(word), []

        return await self._act(referral_id, step, now)

    async def review(self, referral_id: str, given: AbuseReview, word: Said, now: datetime) -> Document:
        """Note what a reviewer found; a concern keeps the gate shut and rejects nothing by itself."""
        _check_office(given.office)
        if given.outcome is Outcome.CONCERN and given.ground is None:
            raise Problem(422, "concern_ground_missing", "A concern needs its ground", detail="State `ground`.")
        if given.outcome is Outcome.NO_CONCERN and given.ground is not None:
            raise Problem(
                422, "concern_ground_without_concern", "There is a ground, and no concern", detail="Leave `ground` out."
            )

        async def step(record: Document, gates: Gates) -> tuple[Gates | Refusal, Mapping[str, Any], list[Document]]:
            pieces = await self._kept_review(record, word, now)
            entry = {
                "type": "notice-reviewed",
                "office": given.office,
                "outcome": given.outcome.value,
                "ground": given.ground.value if given.ground is not None else None,
                "inside": {"staff": given.staff},
            }
            return reviewed(gates, given.outcome, given.ground, given.staff, now), entry, pieces

        return await self._act(referral_id, step, now)

    async def _kept_review(self, record: Document, word: Said, now: datetime) -> list[Document]:
        """Seal what a reviewer said, once: said again in the same words it is there already."""
        piece_id = f"{record['_id']}.abuse-review.{word.digest[:16]}"
        if await self.pieces.find(record["_id"], piece_id, PieceKind.ABUSE_REVIEW) is not None:
            return []
        key = await self.contents.key_of(record)
        return [new_piece(key, record["_id"], piece_id, PieceKind.ABUSE_REVIEW, word.body, now)]

    async def approve(self, referral_id: str, given: SupervisorApproval, now: datetime) -> Document:
        """Note that a supervisor lets the office act."""
        _check_office(given.office)

        async def step(record: Document, gates: Gates) -> tuple[Gates | Refusal, Mapping[str, Any], list[Document]]:
            await self._only_in_force(record)
            entry = {"type": "notice-approved", "office": given.office, "inside": {"staff": given.staff}}
            return approved(gates, given.role, given.staff, now), entry, []

        return await self._act(referral_id, step, now)

    async def attach_warrant(self, referral_id: str, given: UsWarrantAttached, word: Said, now: datetime) -> Document:
        """Note that a United States court has issued a warrant; which one is sealed with the referral's key."""
        _check_office(given.office)

        async def step(record: Document, gates: Gates) -> tuple[Gates | Refusal, Mapping[str, Any], list[Document]]:
            key = await self.contents.key_of(record)
            after = on_us_warrant(gates, word.digest, given.staff, now)
            piece_id = us_warrant_piece(record["_id"], after.warrants_so_far)
            entry = {"type": "us-warrant-attached", "office": given.office, "inside": {"staff": given.staff}}
            if after == gates:
                return after, entry, []
            return after, entry, [new_piece(key, record["_id"], piece_id, PieceKind.US_WARRANT, word.body, now)]

        return await self._act(referral_id, step, now)

    async def end_warrant(self, referral_id: str, given: UsWarrantEnded, now: datetime) -> Document:
        """Note that there is no United States warrant any more."""
        _check_office(given.office)

        async def step(record: Document, gates: Gates) -> tuple[Gates | Refusal, Mapping[str, Any], list[Document]]:
            if gates.us_warrant is None:
                raise Problem(409, "no_us_warrant", "No United States warrant is attached to this referral")
            entry = {"type": "us-warrant-ended", "office": given.office, "inside": {"staff": given.staff}}
            return off_us_warrant(gates), entry, []

        return await self._act(referral_id, step, now)

    async def ncb_says(self, notice_id: UUID, valid: bool, as_of: datetime, message_id: str, now: datetime) -> int:
        """Take the bureau's own word on a notice for every referral that rests on it; give how many it concerned."""
        concerned = 0
        for record in await self.records.resting_on(str(notice_id)):
            if "recall" in record:
                continue
            concerned += await self._bureau_said(record["_id"], valid, as_of, message_id, now)
        return concerned

    async def _bureau_said(
        self, referral_id: str, valid: bool, as_of: datetime, message_id: str, now: datetime
    ) -> bool:
        as_of = min(as_of, now)  # its clock may be a little ahead of ours, and its word counts all the same
        word = Validity(ConfirmedWith.SOURCE_NCB, as_of, as_of + self.hold, f"ncb-{message_id}"[:40], "USNCB")
        changed = False

        async def once(record: Document) -> Document:
            nonlocal changed
            changed = False
            if "recall" in record:
                return record
            gates = read_gates(record)
            after = confirmed(gates, word, now) if valid else denied(gates, as_of)
            if isinstance(after, Refusal) or after == gates:  # an old message: a later word stands
                return record
            entry = _confirmation(word) if valid else {"type": "notice-validity-denied", "office": "USNCB"}
            await self.records.act(record, passing(record, after, entry, now))
            changed = True
            return record

        await until_not_overtaken(self.records, referral_id, once)
        return changed

    async def _act(self, referral_id: str, step: Step, now: datetime) -> Document:
        async def once(record: Document) -> Document:
            refuse_recalled(record)
            gates = gates_of(record)
            after, entry, pieces = await step(record, gates)
            if isinstance(after, Refusal):
                raise refuse(after)
            if after == gates and not pieces:  # said again
                return record
            act = passing(record, after, entry, now, pieces=pieces)
            await self.records.act(record, act)
            return {**record, **act.changes, "version": record["version"] + 1}

        return await until_not_overtaken(self.records, referral_id, once)

    async def _only_in_force(self, record: Document) -> None:
        standing = await self.standing_of(UUID(record["notice"]["notice_id"]))
        if standing not in USABLE:
            raise Problem(
                409,
                "notice_not_in_force",
                "The owner of the notice has suspended or ended it",
                detail="Nothing may be done on it; the referral is about to be recalled.",
            )


def gates_of(record: Document) -> Gates:
    """Give the gates of a referral, or say that it has none."""
    if GATES not in record:
        raise Problem(
            404,
            "rests_on_no_notice",
            "This referral rests on no notice",
            detail="It has no gates: its office works on it as on any other.",
        )
    return read_gates(record)


def us_warrant_piece(referral_id: str, number: int) -> str:
    """Name the piece that says which warrant it is."""
    return f"{referral_id}.us-warrant.{number}"


def _confirmation(word: Validity) -> dict[str, Any]:
    return {
        "type": "notice-validity-confirmed",
        "office": word.office,
        "confirmed_with": word.confirmed_with.value,
        "confirmed_at": word.confirmed_at,
        "valid_until": word.valid_until,
        "inside": {"staff": word.staff},
    }


def _check_office(office: str) -> None:
    if faults := tuple(office_faults(office)):
        raise refused(faults)
