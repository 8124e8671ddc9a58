"""Receipts that are given at the door itself, with the answer to a POST."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from runtime.http import Problem
from services.referrals.evidence.canonical import digest_of
from services.referrals.evidence.page import opening
from services.referrals.evidence.receipts import refuse
from services.referrals.evidence.signing import Signer
from services.referrals.evidence.stages import Waits


@dataclass(frozen=True, slots=True)
class FirstReceipts:
    """Signs that a request was taken in, or that it was not."""

    signer: Signer
    waits: Waits

    def opening(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is stored with a new record, in its own insert: so each replay gets the same receipt."""
        return opening(record, self.signer, self.waits)

    def refuse(self, problem: Problem, body: bytes) -> None:
        """Put a signed refusal into the answer; a request that is only to wait is not refused."""
        if problem.status == 422:
            problem.members["receipt"] = refuse(self.signer, digest_of(body), datetime.now(UTC))
