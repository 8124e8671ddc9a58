"""Receipts: what each one states, signed, with the digest of the one before it and its place in the chain."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.referrals.evidence.canonical import digest_of
from services.referrals.evidence.entries import plain
from services.referrals.evidence.signing import RECEIPT, Signer
from services.referrals.evidence.stages import INTAKE, Code, Due, Stage


@dataclass(frozen=True, slots=True)
class Place:
    """Where a receipt stands: its number, after which receipt, and after which entry of the chain."""

    number: int
    previous: str | None
    after: str


def issue(signer: Signer, referral_id: str, content: str, due: Due, place: Place, now: datetime) -> str:
    """Sign one receipt of a referral."""
    return signer.sign(
        RECEIPT,
        {
            **_stated(due, now),
            "referral_id": referral_id,
            "number": place.number,
            "content": content,
            "previous": place.previous,
            "after": place.after,
            "proves": due.proves,
        },
    )


def refuse(signer: Signer, content: str, now: datetime) -> str:
    """Sign that a request was refused at the door; there is no referral to name."""
    due = Due(Stage.SUBMISSION_REJECTION, INTAKE, now, Code.SYSTEM_REFUSED)
    nothing = dict.fromkeys(("referral_id", "previous", "after", "proves"))
    return signer.sign(RECEIPT, {**_stated(due, now), **nothing, "number": 1, "content": content})


def receipt_digest(signed: str) -> str:
    """Give the digest by which the next receipt names this one."""
    return digest_of(signed.encode())


def stated(signed: str) -> dict[str, Any]:
    """Read what a receipt of our own states, without checking it."""
    payload = signed.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def standing(receipts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Give the receipt that stands: of the highest rank, and of these the newest."""
    return max(receipts, key=lambda claims: (claims["rank"], claims["number"]), default=None)


def _stated(due: Due, now: datetime) -> dict[str, Any]:
    return {
        "stage": due.stage.value,
        "rank": due.stage.rank,
        "at": plain(due.at),
        "issued_at": plain(now),
        "actor": due.actor,
        "code": due.code.value if due.code is not None else None,
    }
