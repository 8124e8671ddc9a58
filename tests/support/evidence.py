"""Referrals with a way behind them, as the notary finds them, and chains written from them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.referrals.evidence.bundle import seal_claims, write_bundle
from services.referrals.evidence.chain import ChainEntry, without_opened
from services.referrals.evidence.entries import plain
from services.referrals.evidence.page import Page, opening, write_page
from services.referrals.evidence.receipts import stated
from services.referrals.evidence.signing import SEAL, Signer
from services.referrals.evidence.stages import Waits

REFERRAL = "019ab0c4-5d1e-7a3b-9c2d-4e5f60718293"
BODY = b'{"invented": true}'
RECEIVED = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIGNER = Signer(bytes(range(32)))
WAITS = Waits(timedelta(minutes=15), timedelta(minutes=15))


def at(minutes: float) -> datetime:
    """Give a moment after the referral came in."""
    return RECEIVED + timedelta(minutes=minutes)


def noted(type_: str, minutes: float, sequence: int = 1, **more: Any) -> dict[str, Any]:
    """Make an entry of a timeline."""
    return {"event_id": f"{type_}-{minutes}", "type": type_, "at": at(minutes), "sequence": sequence, **more}


def routed(minutes: float = 1, office: str = "SAC-BOS", sequence: int = 1) -> dict[str, Any]:
    """Tell that an office was chosen."""
    return noted("routed", minutes, sequence, office=office, supporting=[], copies=[], because=f"{office} leads")


def queued(minutes: float = 2, office: str = "SAC-BOS", role: str = "lead") -> dict[str, Any]:
    """Tell that it waits in a queue."""
    return noted("queued", minutes, office=office, role=role)


def claimed(minutes: float = 3, office: str = "SAC-BOS", role: str = "lead") -> dict[str, Any]:
    """Tell that an officer has taken it."""
    return noted("claimed", minutes, 2, office=office, role=role, inside={"item_id": "item-1"})


def reading(number: int = 1, reader: str = "SAC-BOS/B-2207", referral_id: str = REFERRAL) -> dict[str, Any]:
    """Tell that somebody was given content."""
    return {
        "_id": f"reading-{number}",
        "referral_id": referral_id,
        "at": at(4),
        "reader": reader,
        "what": "referral",
        "version": 1,
        "parts": [],
    }


def record(*timeline: Mapping[str, Any], referral_id: str = REFERRAL) -> dict[str, Any]:
    """Make a referral as it is stored, with what happened since."""
    new = {
        "_id": referral_id,
        "version": 1 + len(timeline),
        "received_at": RECEIVED,
        "idempotency": {"key": referral_id, "digest": hashlib.sha256(BODY).hexdigest()},
        "trace_id": "0" * 32,
        "timeline": [{"type": "received", "at": RECEIVED, "sequence": 1}],
    }
    new |= opening(new, SIGNER, WAITS)
    new["timeline"] = [*new["timeline"], *timeline]
    return new


def page(stored: Mapping[str, Any], now: datetime, readings: Sequence[Mapping[str, Any]] = ()) -> Page:
    """Write the next page, which there must be."""
    written = write_page(stored, readings, SIGNER, WAITS, now)
    assert written is not None
    return written


def chain(*timeline: Mapping[str, Any], readings: Sequence[Mapping[str, Any]] = ()) -> list[ChainEntry]:
    """Write the chain of a referral in one page."""
    return page(record(*timeline), at(5), readings).entries


def stages(entries: Sequence[ChainEntry]) -> list[str]:
    """Name what was proved, in order."""
    return [claims["stage"] for claims in receipts(entries)]


def receipts(entries: Sequence[ChainEntry]) -> list[dict[str, Any]]:
    """Read what the receipts of a chain state."""
    return [stated(entry["body"]["receipt"]) for entry in entries if entry["kind"] == "receipt"]


def bundle(entries: Sequence[ChainEntry], *, signer: Signer = SIGNER, opened: bool = False) -> bytes:
    """Write a custody bundle, sealed as it is."""
    shown = entries if opened else [without_opened(entry) for entry in entries]
    about = {
        "referral_id": REFERRAL,
        "received_at": plain(RECEIVED),
        "content": f"sha-256:{hashlib.sha256(BODY).hexdigest()}",
        "trace_id": "0" * 32,
        "view": "all" if opened else "liaison",
    }
    seal = signer.sign(SEAL, seal_claims(about, shown, signer.jwks, plain(at(10))))
    return write_bundle(about, shown, signer.jwks, seal)
