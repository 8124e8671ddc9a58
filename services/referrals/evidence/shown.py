"""What is answered about evidence, as the interface describes it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from services.referrals.evidence.chain import FORMAT, Kind
from services.referrals.evidence.stages import Code, Stage


class KeyShown(Shown):
    """A public key, named by its own thumbprint (RFC 7638)."""

    alg: Literal["Ed25519"]
    crv: Literal["Ed25519"]
    kid: str
    kty: Literal["OKP"]
    use: Literal["sig"]
    x: str


class KeysShown(Shown):
    """The keys that receipts are checked with, those that were replaced among them."""

    keys: list[KeyShown]


class StandingShown(Shown):
    """The receipt that stands."""

    number: int
    stage: Stage
    rank: int
    at: datetime
    actor: str
    code: Code | None


class ReceiptShown(StandingShown):
    """What a receipt states, and the signed text."""

    referral_id: UUID
    issued_at: datetime
    content: str = Field(description="Digest of what was posted.")
    previous: str | None = Field(description="Digest of the receipt before it.")
    after: str = Field(description="Digest of the entry of the custody chain just before it.")
    proves: int | None = Field(description="Number of the entry that it rests on; null where it proves a silence.")
    receipt: str = Field(description="Compact JWS.")


class ReceiptsShown(Shown):
    """All receipts of a referral, in the order of issue."""

    referral_id: UUID
    standing: StandingShown | None
    receipts: list[ReceiptShown]


class OpenedShown(Shown):
    """What only our own side may see of an entry, and the salt of its digest."""

    inside: dict[str, object]
    salt: str


class LinkShown(Shown):
    """One entry of a chain of custody."""

    number: int
    kind: Kind
    at: datetime
    body: dict[str, object]
    sealed: str | None = Field(default=None, description="Salted digest of what only our own side may see.")
    opened: OpenedShown | None = None
    digest: str


class CustodyRecordShown(Shown):
    """Which referral a bundle is about."""

    referral_id: UUID
    received_at: datetime
    content: str = Field(description="Digest of what was posted.")
    trace_id: str
    view: str


class BundleShown(Shown):
    """A custody bundle; its bytes count, so keep it as it came."""

    format: Literal["dragoman.custody.v1"] = FORMAT
    record: CustodyRecordShown
    entries: list[LinkShown]
    keys: KeysShown
    seal: str = Field(description="Compact JWS over a digest of each part.")
