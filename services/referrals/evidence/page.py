"""What a notary adds to a chain at one moment: all that is new of one referral, linked, with the receipts it is owed.

Pure: what is stored comes in, and the next page goes out. Two notaries that make the same page from the same state
cannot both store it, for a page has its number in its id.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.referrals.evidence.chain import ChainEntry, Kind, genesis, linked
from services.referrals.evidence.entries import event_entry, plain, reading_entry
from services.referrals.evidence.receipts import Place, issue, receipt_digest
from services.referrals.evidence.signing import MARK, Signer
from services.referrals.evidence.stages import Due, Stage, Waits, overdue, told

SALT_BYTES = 16

NOTARY_AT = "notary_at"
"""Field of a referral: the moment from which its notary has something to do; missing if nothing is to be expected."""

GATHER_MS = 5_000
"""How long something that was told waits for company: a referral is routed, queued and taken up in one page."""

DUE_SOON = {"$min": [f"${NOTARY_AT}", {"$add": ["$$NOW", GATHER_MS]}]}
"""What whoever adds to a timeline sets that field to, in the same update."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a referral's chain has come; kept with the referral, and again in each page."""

    page: int
    entries: int
    head: str
    timeline: int = 0
    receipts: int = 0
    last_receipt: str | None = None
    issued: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Standing":
        """Read where a referral's chain stands; nothing of it is stored before the first page."""
        kept = record.get("custody")
        if kept is None:
            return cls(0, 0, genesis(record["_id"]))
        return cls(**{**kept, "issued": tuple(kept["issued"])})

    def kept(self) -> dict[str, Any]:
        """Write it down."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is stored."""

    id: str
    record: Mapping[str, Any]
    at: datetime
    entries: Sequence[ChainEntry]
    standing: Standing


def write_page(
    record: Mapping[str, Any], readings: Sequence[Mapping[str, Any]], signer: Signer, waits: Waits, now: datetime
) -> Page | None:
    """Write the next page of a referral's chain; none if there is nothing to add."""
    start = Standing.of(record)
    draft = _Draft.after(start, record, signer, now)
    for noted in record["timeline"][start.timeline :]:
        draft.add(event_entry(draft.head, draft.number + 1, noted, _salt()))
        due = told(noted, draft.number, draft.issued.keys())
        if due is not None:
            draft.give(due)
    for reading in readings:
        draft.add(reading_entry(draft.head, draft.number + 1, reading, _salt()))
    for due in overdue(record["timeline"], frozenset(draft.issued), waits):
        if due.at <= now:
            draft.give(due)
    if not draft.entries:
        return None
    draft.mark()
    standing = draft.standing(start.page + 1)
    return Page(page_id(record["_id"], standing.page), record, now, draft.entries, standing)


def page_id(referral_id: str, number: int) -> str:
    """Name a page so that the pages of one chain sort in their order."""
    return f"{referral_id}.{number:08}"


@dataclass(slots=True)
class _Draft:
    """A page that is being written."""

    record: Mapping[str, Any]
    signer: Signer
    now: datetime
    head: str
    number: int
    receipts: int
    last_receipt: str | None
    issued: dict[str, None]
    entries: list[ChainEntry] = field(default_factory=list)

    @classmethod
    def after(cls, start: Standing, record: Mapping[str, Any], signer: Signer, now: datetime) -> "_Draft":
        """Open the page that follows what is stored."""
        issued = dict.fromkeys(start.issued)
        return cls(record, signer, now, start.head, start.entries, start.receipts, start.last_receipt, issued)

    def add(self, entry: ChainEntry) -> None:
        """Take an entry that was linked to the head."""
        self.entries.append(entry)
        self.head, self.number = entry["digest"], entry["number"]

    def give(self, due: Due) -> None:
        """Sign a receipt and link it; the first one was given with the answer to the POST."""
        signed = self.record.get("receipt") if due.stage is Stage.SUBMISSION_ACCEPTANCE else None
        if signed is None:
            place = Place(self.receipts + 1, self.last_receipt, self.head)
            signed = issue(self.signer, self.record["_id"], _content(self.record), due, place, self.now)
        body = {"stage": due.stage.value, "receipt": signed}
        self.add(linked(self.head, self.number + 1, Kind.RECEIPT, plain(self.now), body))
        self.receipts, self.last_receipt = self.receipts + 1, receipt_digest(signed)
        self.issued[due.name] = None

    def mark(self) -> None:
        """Sign the head where no receipt has just done so, so that nobody without the key can link it anew."""
        if self.entries[-1]["kind"] != Kind.RECEIPT.value:
            claims = {"referral_id": self.record["_id"], "entries": self.number, "after": self.head}
            signed = self.signer.sign(MARK, {**claims, "issued_at": plain(self.now)})
            self.add(linked(self.head, self.number + 1, Kind.MARK, plain(self.now), {"mark": signed}))

    def standing(self, page: int) -> Standing:
        """Say where the chain stands with this page."""
        told_of = len(self.record["timeline"])
        return Standing(page, self.number, self.head, told_of, self.receipts, self.last_receipt, tuple(self.issued))


def next_look(record: Mapping[str, Any], issued: Sequence[str], waits: Waits, now: datetime) -> datetime | None:
    """Say when silence itself must be put on record, if nothing is told before."""
    moments = (due.at for due in overdue(record["timeline"], frozenset(issued), waits))
    return min((moment for moment in moments if moment > now), default=None)


def opening(record: Mapping[str, Any], signer: Signer, waits: Waits) -> dict[str, Any]:
    """Give what a new referral is stored with: its first receipt, and when to look whether it was relayed."""
    received = record["timeline"][0]
    first = event_entry(genesis(record["_id"]), 1, received, _salt())
    due = told(received, 1, frozenset())
    assert due is not None
    place = Place(1, None, first["digest"])
    receipt = issue(signer, record["_id"], _content(record), due, place, record["received_at"])
    return {"receipt": receipt, NOTARY_AT: next_look(record, [due.name], waits, record["received_at"])}


def _content(record: Mapping[str, Any]) -> str:
    return f"sha-256:{record['idempotency']['digest']}"


def _salt() -> str:
    return secrets.token_hex(SALT_BYTES)
