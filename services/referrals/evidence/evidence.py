"""The evidence of one referral, as its reader gets it: receipts, and the whole chain in a sealed file."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from runtime.mongo import Database
from services.referrals.evidence.bundle import seal_claims, write_bundle
from services.referrals.evidence.chain import ChainEntry, Kind, without_opened
from services.referrals.evidence.custody_store import CustodyStore
from services.referrals.evidence.door import FirstReceipts
from services.referrals.evidence.entries import plain
from services.referrals.evidence.notary import Notary
from services.referrals.evidence.receipts import standing, stated
from services.referrals.evidence.signing import SEAL, Signer
from services.referrals.evidence.stages import Waits
from services.referrals.settings import Settings


class CustodyView(StrEnum):
    """Who is given a chain: the requester's side, or our own, which may see what is sealed in it."""

    LIAISON = "liaison"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Gives out what the notary has written, brought up to the moment it is asked for."""

    store: CustodyStore
    notary: Notary
    first_receipts: FirstReceipts
    signer: Signer

    async def receipts(self, referral_id: str) -> dict[str, Any] | None:
        """Give a referral's receipts, and which of them stands; None if there is no such referral."""
        entries = await self._entries(referral_id)
        if entries is None:
            return None
        signed = [entry["body"]["receipt"] for entry in entries if entry["kind"] == Kind.RECEIPT.value]
        claims = [stated(receipt) for receipt in signed]
        stands = standing(claims)
        return {
            "referral_id": referral_id,
            "standing": _summary(stands) if stands is not None else None,
            "receipts": [{**claim, "receipt": receipt} for claim, receipt in zip(claims, signed, strict=True)],
        }

    async def custody(self, referral_id: str, view: CustodyView) -> bytes | None:
        """Write a referral's sealed custody bundle; None if there is no such referral."""
        found = await self._entries(referral_id)
        record = await self.store.record(referral_id)
        if found is None or record is None:
            return None
        entries = found if view is CustodyView.ALL else [without_opened(entry) for entry in found]
        about = {
            "referral_id": referral_id,
            "received_at": plain(record["received_at"]),
            "content": f"sha-256:{record['idempotency']['digest']}",
            "trace_id": record["trace_id"],
            "view": view.value,
        }
        claims = seal_claims(about, entries, self.signer.jwks, plain(datetime.now(UTC)))
        return write_bundle(about, entries, self.signer.jwks, self.signer.sign(SEAL, claims))

    async def _entries(self, referral_id: str) -> Sequence[ChainEntry] | None:
        if await self.store.record(referral_id) is None:
            return None
        await self.notary.notarise(referral_id)
        return await self.store.entries(referral_id)


async def open_evidence(database: Database, settings: Settings) -> Evidence:
    """Put the parts together, and make the indexes."""
    store = CustodyStore(database)
    await store.prepare()
    signer = Signer(settings.signing_key_bytes, settings.retired_keys.split())
    waits = Waits(timedelta(seconds=settings.relay_time_out_s), timedelta(seconds=settings.delivery_time_out_s))
    notary = Notary(store, signer, waits, f"{socket.gethostname()}/{uuid4()}")
    return Evidence(store, notary, FirstReceipts(signer, waits), signer)


def _summary(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {name: claims[name] for name in ("number", "stage", "rank", "at", "actor", "code")}
